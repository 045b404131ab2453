import { limits } from '../limits.ts'
import { blockSource, type ByteSource } from '../source.ts'

/** The brands of an MP4 file, the major one first; none when it is no such file (ISO 14496-12, 4.3). */
export function mp4Brands(source: ByteSource): string[] {
  const head = source.read(0, 256)
  if (head.length < 16 || head.toString('latin1', 4, 8) !== 'ftyp') return []
  const brands = head.toString('latin1', 8, Math.min(head.readUInt32BE(0), head.length)).match(/.{4}/gs) ?? []
  return brands.filter((_, i) => i !== 1)
}

/** `at` is where its header stands, from which `start` and `end` of its content follow. */
type Box = { name: string; at: number; start: number; end: number }

const boxesEach = 1_000

function* boxesIn(source: ByteSource, { start, end }: Pick<Box, 'start' | 'end'>): Generator<Box> {
  let at = start
  for (let i = 0; i < boxesEach && at + 8 <= end; i += 1) {
    const head = source.read(at, 16)
    if (head.length < 8) return
    const small = head.readUInt32BE(0)
    const isLong = small === 1 && head.length === 16
    const size = isLong ? Number(head.readBigUInt64BE(8)) : small === 0 ? end - at : small
    if (size < 8 || at + size > end) return
    yield { name: head.toString('latin1', 4, 8), at, start: at + (isLong ? 16 : 8), end: at + size }
    at += size
  }
}

function findBox(source: ByteSource, box: Pick<Box, 'start' | 'end'>, name: string): Box | null {
  for (const each of boxesIn(source, box)) if (each.name === name) return each
  return null
}

function inside(source: ByteSource, box: Box, names: readonly string[]): Box | null {
  return names.reduce<Box | null>((found, name) => found && findBox(source, found, name), box)
}

const tables = new Set(['stsz', 'stz2', 'stco', 'co64', 'stsc', 'stts', 'ctts', 'stss', 'sbgp'])

/**
 * The same file with the tables of its samples hidden, but for tracks of text, which hold chapters: those of forty
 * hours of sound are six million numbers that tell nothing of the book.
 */
export function withoutTables(file: ByteSource): ByteSource {
  const source = blockSource(file)
  const hidden: number[] = []
  const moov = findBox(source, { start: 0, end: source.size }, 'moov')
  for (const track of moov ? boxesIn(source, moov) : []) {
    const media = track.name === 'trak' ? findBox(source, track, 'mdia') : null
    const handler = media && findBox(source, media, 'hdlr')
    const kind = handler ? source.read(handler.start + 8, 4).toString('latin1') : ''
    const table = media && kind !== 'text' && kind !== 'sbtl' ? inside(source, media, ['minf', 'stbl']) : null
    for (const { name, at } of table ? boxesIn(source, table) : []) if (tables.has(name)) hidden.push(at + 4)
  }
  return {
    size: source.size,
    read(position, length) {
      const bytes = source.read(position, length)
      const within = hidden.filter((at) => at + 4 > position && at < position + bytes.length)
      if (within.length === 0) return bytes
      const copy = Buffer.from(bytes)
      for (const at of within) {
        for (let i = Math.max(at, position); i < Math.min(at + 4, position + copy.length); i += 1)
          copy[i - position] = 'free'.charCodeAt(i - at)
      }
      return copy
    },
  }
}

/**
 * The names that the numbers of metadata items stand for in files that have a list of them (QuickTime File
 * Format, metadata item keys atom), the first for number 1.
 */
export function mp4Keys(source: ByteSource): string[] {
  const moov = findBox(source, { start: 0, end: source.size }, 'moov')
  const meta = moov && (inside(source, moov, ['meta']) ?? inside(source, moov, ['udta', 'meta']))
  // A version and flags come first, but not in QuickTime's own files.
  const keys = meta && (findBox(source, meta, 'keys') ?? findBox(source, { start: meta.start + 4, end: meta.end }, 'keys'))
  if (!keys || keys.end - keys.start > limits.xmpBytes) return []
  const bytes = source.read(keys.start, keys.end - keys.start)
  const names: string[] = []
  let at = 8
  while (at + 8 <= bytes.length && names.length < limits.elementsPerName) {
    const size = bytes.readUInt32BE(at)
    if (size < 8) break
    names.push(bytes.toString('utf8', at + 8, Math.min(at + size, bytes.length)))
    at += size
  }
  return names
}
