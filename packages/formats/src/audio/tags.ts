import type { IAudioMetadata } from 'music-metadata'

/**
 * The tags of a file under one kind of name: frames of ID3 and atoms of MP4 by their code, tags that programs made up by
 * what they call them, in lower case without spaces, dashes and underscores.
 */
export type Tags = ReadonlyMap<string, readonly string[]>

const inventedPrefix = /^(?:(?:txxx|txx|----:[^:]*):|com\.apple\.quicktime\.)/
const tagsEach = 1_000

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string') return null
  // Comments of iTunes hold numbers for its own use.
  const isOwnUse = 'descriptor' in value && typeof value.descriptor === 'string' && /^(?:iTun|ID3v1)/i.test(value.descriptor)
  return isOwnUse ? null : value.text
}

function nameOf(id: string): string {
  return id
    .toLowerCase()
    .replace(inventedPrefix, '')
    .replace(/[\s_-]+/g, '')
}

/** The number that stands for a name in the list of keys, as music-metadata hands it on. */
function numberOf(id: string): number {
  return /^\0[^]{3}$/.test(id) ? Buffer.from(id, 'latin1').readUInt32BE(0) : 0
}

/** `keys` are the names of numbered tags. */
export function readTags(native: IAudioMetadata['native'], keys: readonly string[]): Tags {
  const found = new Map<string, string[]>()
  // ID3v1 cuts everything at 30 characters.
  const kinds = Object.keys(native).filter((kind, _, all) => kind !== 'ID3v1' || all.length === 1)
  for (const { id, value } of kinds.flatMap((kind) => native[kind] ?? [])) {
    const text = textOf(value)?.replaceAll('\0', ';')
    if (text === undefined || text.trim() === '') continue
    const name = nameOf(keys[numberOf(id) - 1] ?? id)
    const values = found.get(name) ?? []
    if (values.length >= tagsEach) continue
    values.push(text)
    found.set(name, values)
  }
  return found
}
