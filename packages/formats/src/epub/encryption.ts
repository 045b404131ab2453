import type { Archive, ZipEntry } from '../archive/zip.ts'
import { resolveEntry } from '../archive/paths.ts'
import { limits } from '../limits.ts'
import { toProblem } from '../problems.ts'
import type { Problem } from '../types.ts'
import { decodeXml } from '../xml/decode.ts'
import { attribute, walkXml } from '../xml/walk.ts'
import { obfuscations, type Obfuscation } from './obfuscation.ts'

/** `entries` holds the names of what cannot be read without a key, `obfuscated` those of fonts that can. */
export type Encryption = { drm: string | null; entries: ReadonlySet<string>; obfuscated: ReadonlyMap<string, Obfuscation> }

const none: Encryption = { drm: null, entries: new Set(), obfuscated: new Map() }

function textOf(archive: Archive, name: string, warnings: Problem[]): string | null {
  const entry = archive.find(name)
  if (!entry) return null
  try {
    return decodeXml(archive.read(entry, limits.xmlBytes).bytes)
  } catch (error) {
    warnings.push(toProblem(error))
    return null
  }
}

function encryptedEntries(archive: Archive, xml: string): Pick<Encryption, 'entries' | 'obfuscated'> {
  const entries = new Set<string>()
  const obfuscated = new Map<string, Obfuscation>()
  let algorithm: string | undefined
  let inKey = 0
  walkXml(xml, {
    open(name, attributes) {
      if (name === 'EncryptedData') algorithm = undefined
      else if (name === 'EncryptedKey' || name === 'KeyInfo') inKey += 1
      else if (name === 'EncryptionMethod' && inKey === 0) algorithm = attribute(attributes, 'Algorithm')
      else if (name === 'CipherReference' && algorithm !== undefined) {
        const entry: ZipEntry | undefined = resolveEntry(archive, '', attribute(attributes, 'URI') ?? '')
        const obfuscation = obfuscations.get(algorithm)
        if (entry && obfuscation) obfuscated.set(entry.name, obfuscation)
        else if (entry) entries.add(entry.name)
      }
    },
    close(name) {
      if (name === 'EncryptedKey' || name === 'KeyInfo') inKey -= 1
    },
  })
  return { entries, obfuscated }
}

function schemeOf(archive: Archive, encryption: string, warnings: Problem[]): string {
  if (archive.find('META-INF/license.lcpl') || encryption.includes('readium.org/2014/01/lcp')) return 'Readium LCP'
  if (archive.find('META-INF/sinf.xml')) return 'Apple FairPlay'
  const rights = textOf(archive, 'META-INF/rights.xml', warnings)
  if (rights?.includes('ns.adobe.com/adept')) return 'Adobe ADEPT'
  if (rights?.includes('kdrm')) return 'Kobo'
  if (/barnesandnoble/i.test(rights ?? '')) return 'Barnes & Noble'
  return 'unknown'
}

/** What META-INF/encryption.xml locks, and by which scheme (EPUB 3.3, 4.2.6.3.2). */
export function readEncryption(archive: Archive, warnings: Problem[]): Encryption {
  const xml = textOf(archive, 'META-INF/encryption.xml', warnings)
  if (xml === null) return none
  try {
    const found = encryptedEntries(archive, xml)
    return { drm: found.entries.size === 0 ? null : schemeOf(archive, xml, warnings), ...found }
  } catch (error) {
    warnings.push(toProblem(error))
    return none
  }
}
