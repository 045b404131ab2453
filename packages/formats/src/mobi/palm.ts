import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'

/** A Palm database: numbered records behind a header (wiki.mobileread.com/wiki/PDB). */
export type PalmDatabase = {
  readonly name: Buffer
  readonly records: number
  /** Whether records are said to lie behind the end of the file. */
  readonly truncated: boolean
  /** At most `maxBytes` of a record, or null when there is none of this number; a record that is cut off is short. */
  record(number: number, maxBytes: number): Buffer | null
}

const headerSize = 78
const entrySize = 8
const typeAt = 60

/** Type and creator, which tell what is in a Palm database, e.g. `BOOKMOBI`. */
export function palmType(source: ByteSource): string {
  return source.read(typeAt, 8).toString('latin1')
}

/**
 * Opens a Palm database.
 *
 * @throws {BookFileError} `truncated` when its list of records breaks off, `corrupt-archive` when there is none.
 */
export function openPalm(source: ByteSource): PalmDatabase {
  const header = source.read(0, headerSize)
  const count = header.length < headerSize ? 0 : header.readUInt16BE(76)
  const list = source.read(headerSize, count * entrySize)
  if (header.length < headerSize || list.length < count * entrySize) {
    throw new BookFileError('truncated', 'The list of records breaks off.')
  }
  if (count === 0) throw new BookFileError('corrupt-archive', 'The file has no records.')
  const offset = (number: number) => (number < count ? list.readUInt32BE(number * entrySize) : source.size)
  return {
    name: header.subarray(0, 32),
    records: count,
    truncated: offset(count - 1) >= source.size,
    record(number, maxBytes) {
      if (!Number.isInteger(number) || number < 0 || number >= count) return null
      const start = offset(number)
      const end = Math.min(offset(number + 1), source.size)
      return end > start ? source.read(start, Math.min(end - start, maxBytes)) : null
    },
  }
}
