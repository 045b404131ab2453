import { createHash } from 'node:crypto'
import type { PackageDocument } from './package.ts'

export type Obfuscation = 'idpf' | 'adobe'

/** By the name of the algorithm in META-INF/encryption.xml. */
export const obfuscations: ReadonlyMap<string, Obfuscation> = new Map([
  ['http://www.idpf.org/2008/embedding', 'idpf'],
  ['http://ns.adobe.com/pdf/enc#RC', 'adobe'],
])

const obfuscatedBytes = { idpf: 1_040, adobe: 1_024 } as const

/** The book's own identifier, then the others. */
function identifiers({ elements, uniqueIdentifier }: PackageDocument): string[] {
  const all = elements.get('identifier') ?? []
  const own = all.find(({ id }) => id !== null && id === uniqueIdentifier)
  return [...(own ? [own] : []), ...all].map(({ text }) => text)
}

function idpfKey(document: PackageDocument): Buffer | null {
  const [own] = identifiers(document)
  if (own === undefined) return null
  const key = own.replace(/[ \t\r\n]/g, '')
  return createHash('sha1').update(key).digest()
}

function adobeKey(document: PackageDocument): Buffer | null {
  for (const text of identifiers(document)) {
    const hex = text
      .trim()
      .replace(/^urn:uuid:/i, '')
      .replaceAll('-', '')
    if (/^[0-9a-f]{32}$/i.test(hex)) return Buffer.from(hex, 'hex')
  }
  return null
}

/** A font as it was before it was obfuscated (EPUB 3.3, 4.4; Adobe's way: 1,024 bytes by the key of a UUID). */
export function deobfuscated(bytes: Buffer, obfuscation: Obfuscation, document: PackageDocument): Buffer {
  const key = obfuscation === 'idpf' ? idpfKey(document) : adobeKey(document)
  if (key === null) return bytes
  const plain = Buffer.from(bytes)
  const length = Math.min(plain.length, obfuscatedBytes[obfuscation])
  for (let i = 0; i < length; i += 1) plain[i] = (plain[i] ?? 0) ^ (key[i % key.length] ?? 0)
  return plain
}
