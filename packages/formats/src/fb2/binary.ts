import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'
import { decodeNamed } from '../text/clean.ts'
import { xmlEncoding } from '../xml/decode.ts'

/** The base64 text of one binary, from its first byte to that of its end tag. */
export type Binary = { start: number; end: number }

const step = limits.chunk
const headBytes = 2_048

function encoded(text: string, label: string): Buffer {
  if (!label.startsWith('utf-16')) return Buffer.from(text, 'latin1')
  const bytes = Buffer.from(text, 'utf16le')
  return label === 'utf-16be' ? bytes.swap16() : bytes
}

/** Where a mark stands at or behind `from`, time after time. */
function* places(source: ByteSource, mark: Buffer, from: number): Generator<number> {
  for (let position = from; position < source.size; position += step) {
    const bytes = source.read(position, step + mark.length - 1)
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) yield position + at
  }
}

/**
 * The binary of this id. Binaries are most of a large book and stand at its end: they are
 * looked for among the bytes, which takes a tenth of the time of parsing.
 */
export function findBinary(source: ByteSource, id: string): Binary | null {
  const { label, width } = xmlEncoding(source.read(0, 256))
  let count = 0
  for (const at of places(source, encoded('<binary', label), 0)) {
    count += 1
    if (count > limits.archiveEntries) return null
    const head = source.read(at, headBytes)
    const close = head.indexOf(encoded('>', label))
    if (close < 0) continue
    const attributes = new TextDecoder(label).decode(head.subarray(0, close))
    const [, double, single] = /\sid\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(attributes) ?? []
    if (decodeNamed(double ?? single ?? '').trim() !== id.trim()) continue
    const start = at + close + width
    const [end = source.size] = places(source, encoded('<', label), start)
    return { start, end }
  }
  return null
}

/** What a binary holds. Bytes that are not base64, those of a wider encoding among them, are left out. */
export function readBinary(source: ByteSource, { start, end }: Binary): Buffer {
  const { width } = xmlEncoding(source.read(0, 256))
  const most = Math.ceil((end - start) / width / 4) * 3
  if (most > limits.coverBytes) throw new BookFileError('too-large', 'A picture in the book is larger than allowed.')
  const bytes = Buffer.allocUnsafe(most)
  let filled = 0
  let rest = ''
  for (let position = start; position < end; position += step) {
    const text = source.read(position, Math.min(step, end - position)).toString('latin1')
    const digits = rest + text.replace(/[^A-Za-z0-9+/]+/g, '')
    const whole = digits.length - (digits.length % 4)
    filled += bytes.write(digits.slice(0, whole), filled, 'base64')
    rest = digits.slice(whole)
  }
  filled += bytes.write(rest, filled, 'base64')
  return bytes.subarray(0, filled)
}
