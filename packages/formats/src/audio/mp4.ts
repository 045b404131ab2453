import { limits } from '../limits.ts'
import type { ByteSource } from '../source.ts'

/** The brands of an MP4 file, the major one first; none when it is no such file (ISO 14496-12, 4.3). */
export function mp4Brands(source: ByteSource): string[] {
  const head = source.read(0, 256)
  if (head.length < 16 || head.toString('latin1', 4, 8) !== 'ftyp') return []
  const brands = head.toString('latin1', 8, Math.min(head.readUInt32BE(0), head.length)).match(/.{4}/gs) ?? []
  return brands.filter((_, i) => i !== 1)
}

type Box = { start: number; end: number }

const boxesEach = 1_000

/** The content of the first box of that name between two places. */
function findBox(source: ByteSource, { start, end }: Box, name: string): Box | null {
  let at = start
  for (let i = 0; i < boxesEach && at + 8 <= end; i += 1) {
    const head = source.read(at, 16)
    if (head.length < 8) return null
    const small = head.readUInt32BE(0)
    const isLong = small === 1 && head.length === 16
    const size = isLong ? Number(head.readBigUInt64BE(8)) : small === 0 ? end - at : small
    if (size < 8 || at + size > end) return null
    if (head.toString('latin1', 4, 8) === name) return { start: at + (isLong ? 16 : 8), end: at + size }
    at += size
  }
  return null
}

function inside(source: ByteSource, box: Box, names: readonly string[]): Box | null {
  return names.reduce<Box | null>((found, name) => found && findBox(source, found, name), box)
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
