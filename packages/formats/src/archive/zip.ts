import { isUtf8 } from 'node:buffer'
import { crc32, inflateRawSync } from 'node:zlib'
import { fromRandomAccessReader, getFileNameLowLevel, RandomAccessReader, type Entry, type ZipFile } from 'yauzl'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import { windowOf, type ByteSource } from '../source.ts'
import { startsLikeZip } from '../sniff.ts'

/** One entry as the central directory tells it; none of its numbers is to be trusted. */
export type ZipEntry = {
  readonly name: string
  readonly offset: number
  readonly compressedSize: number
  readonly size: number
  readonly method: number
  readonly encrypted: boolean
  readonly crc32: number
}

export type Archive = {
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** Whether the directory broke off before its end. */
  readonly incomplete: boolean
  /** The entry of this name, or else one that differs only in case, Unicode form or slashes. */
  find(name: string): ZipEntry | undefined
  /**
   * Inflates one entry.
   * @throws {BookFileError} `too-large` beyond `maxBytes` of real output, `encrypted`, `corrupt-archive`.
   */
  read(entry: ZipEntry, maxBytes: number): { bytes: Buffer; intact: boolean }
}

class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource

  constructor(source: ByteSource) {
    super()
    this.#source = source
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const bytes = position >= 0 ? this.#source.read(position, length) : Buffer.alloc(0)
    bytes.copy(buffer, offset)
    callback(null, bytes.length)
  }
}

const endRecordSize = 22
const tailSize = endRecordSize + 2 * 0xffff

/** Cuts off what stands before and behind the archive (APPNOTE 4.3.16). */
function trimToArchive(source: ByteSource): ByteSource | null {
  const tailStart = Math.max(0, source.size - tailSize)
  const tail = source.read(tailStart, tailSize)
  let at = tail.length
  while (at > 0 && (at = tail.lastIndexOf('PK\x05\x06', at - 1, 'latin1')) >= 0) {
    if (at + endRecordSize > tail.length) continue
    const end = at + endRecordSize + tail.readUInt16LE(at + 20)
    if (end > tail.length) continue
    const directorySize = tail.readUInt32LE(at + 12)
    const directoryOffset = tail.readUInt32LE(at + 16)
    const junk = tailStart + at - directorySize - directoryOffset
    const shifted = junk > 0 && source.read(junk + directoryOffset, 4).toString('latin1') === 'PK\x01\x02'
    const start = shifted ? junk : 0
    return windowOf(source, start, tailStart + end - start)
  }
  return null
}

function nameOf(entry: Entry): string {
  const raw: Buffer = entry.fileNameRaw
  return isUtf8(raw) ? raw.toString('utf8') : getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, false)
}

/**
 * Lists a zip archive, tolerating junk around it, any entry name and a broken
 * end of its directory. Of entries with one name the last counts.
 *
 * @throws {BookFileError} `truncated`, `not-a-book`, `corrupt-archive` or `too-large`.
 */
export async function openArchive(file: ByteSource): Promise<Archive> {
  const source = trimToArchive(file)
  if (source === null) {
    throw startsLikeZip(file)
      ? new BookFileError('truncated', 'The archive breaks off before its end.')
      : new BookFileError('not-a-book', 'This is not a book of a known format.')
  }
  const { entries, incomplete } = await listEntries(source)
  if (entries.size === 0) throw new BookFileError('corrupt-archive', 'The archive has no readable entries.')
  let alike: Map<string, ZipEntry> | null = null
  return {
    entries,
    incomplete,
    find(name) {
      const exact = entries.get(name)
      if (exact) return exact
      alike ??= new Map([...entries.values()].map((entry) => [looseName(entry.name), entry]))
      return alike.get(looseName(name))
    },
    read: (entry, maxBytes) => readEntry(source, entry, maxBytes),
  }
}

function looseName(name: string): string {
  return name
    .replaceAll('\\', '/')
    .replace(/^(?:\.?\/)+/, '')
    .normalize('NFC')
    .toLowerCase()
}

type Listing = { entries: Map<string, ZipEntry>; incomplete: boolean }

function listEntries(source: ByteSource): Promise<Listing> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false }
    fromRandomAccessReader(new SourceReader(source), source.size, options, (error, zip) => {
      if (error) reject(new BookFileError('corrupt-archive', 'The directory of the archive cannot be read.'))
      else collectEntries(zip).then(resolve, reject)
    })
  })
}

/** Reads are synchronous, so entries are asked for in a loop: from inside the event they would pile up on the stack. */
function collectEntries(zip: ZipFile): Promise<Listing> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, ZipEntry>()
    let count = 0
    let bytes = 0
    let running = false
    let wanted = false
    const next = () => {
      wanted = true
      if (running) return
      running = true
      while (wanted) {
        wanted = false
        zip.readEntry()
      }
      running = false
    }
    zip.on('entry', (entry: Entry) => {
      count += 1
      bytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength
      if (count > limits.archiveEntries || bytes > limits.archiveDirectory) {
        reject(new BookFileError('too-large', 'The archive has too many entries.'))
        return
      }
      if (entry.fileNameLength <= limits.entryName) {
        const name = nameOf(entry)
        entries.set(name, {
          name,
          offset: entry.relativeOffsetOfLocalHeader,
          compressedSize: entry.compressedSize,
          size: entry.uncompressedSize,
          method: entry.compressionMethod,
          encrypted: (entry.generalPurposeBitFlag & 1) !== 0,
          crc32: entry.crc32,
        })
      }
      next()
    })
    zip.on('end', () => resolve({ entries, incomplete: false }))
    zip.on('error', () => resolve({ entries, incomplete: true }))
    next()
  })
}

const localHeaderSize = 30

function readEntry(source: ByteSource, entry: ZipEntry, maxBytes: number): { bytes: Buffer; intact: boolean } {
  const corrupt = () => new BookFileError('corrupt-archive', 'A part of the archive is damaged.')
  const tooLarge = () => new BookFileError('too-large', 'A part of the archive is larger than allowed.')
  if (entry.encrypted) throw new BookFileError('encrypted', 'The archive is protected by a password.')
  if (entry.compressedSize > maxBytes + limits.chunk) throw tooLarge()
  const header = source.read(entry.offset, localHeaderSize)
  if (header.length < localHeaderSize || header.readUInt32LE(0) !== 0x04034b50) throw corrupt()
  const start = entry.offset + localHeaderSize + header.readUInt16LE(26) + header.readUInt16LE(28)
  const packed = source.read(start, entry.compressedSize)
  if (packed.length < entry.compressedSize) throw corrupt()
  if (entry.method === 0) {
    if (packed.length > maxBytes) throw tooLarge()
    return { bytes: packed, intact: crc32(packed) === entry.crc32 }
  }
  if (entry.method !== 8) throw new BookFileError('corrupt-archive', 'The archive uses an unknown compression.')
  let bytes: Buffer
  try {
    bytes = inflateRawSync(packed, { maxOutputLength: maxBytes })
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : corrupt()
  }
  return { bytes, intact: crc32(bytes) === entry.crc32 }
}
