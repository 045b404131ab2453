import { limits } from '../limits.ts'
import type { OpenBook } from '../open.ts'
import { BookFileError } from '../problems.ts'
import { rasterFormat } from '../sniff.ts'
import type { ByteSource } from '../source.ts'
import type { Problem } from '../types.ts'
import { readHeader, type MobiHeader } from './header.ts'
import { readMetadata } from './metadata.ts'
import { openPalm, palmType, type PalmDatabase } from './palm.ts'

const types = new Set(['BOOKMOBI', 'TEXtREAd'])
const unreadable = [
  ['TPZ', 'This is a Topaz book of a Kindle, a format that only Amazon reads.'],
  ['CONT', 'This is a KFX book of a Kindle, a format that only Amazon reads.'],
  ['\xeaDRMION\xee', 'This is an encrypted KFX book of a Kindle, a format that only Amazon reads.'],
] as const

/** Whether a file starts as those of a Kindle or Mobipocket do, readable ones or not. */
export function startsLikeMobi(source: ByteSource): boolean {
  return types.has(palmType(source)) || kindleOnly(source) !== null
}

/** Why a file of a Kindle cannot be read. Texts may start with `CONT`, too: the number of a version follows it. */
function kindleOnly(source: ByteSource): string | null {
  const head = source.read(0, 8)
  const starts = (mark: string) =>
    head.toString('latin1').startsWith(mark) && (mark !== 'CONT' || (head.length >= 6 && head.readUInt16LE(4) < 10))
  return unreadable.find(([mark]) => starts(mark))?.[1] ?? null
}

const exth = { kf8Boundary: 121, cover: 201, thumbnail: 202 } as const
const kf8Version = 8

function numberOf(header: MobiHeader, type: number): number | null {
  const bytes = header.values.get(type)?.[0]
  const value = bytes && bytes.length >= 4 ? bytes.readUInt32BE(0) : 0xffff_ffff
  return value === 0xffff_ffff ? null : value
}

/** The header of the KF8 half of a file that holds a book twice: the record before it says `BOUNDARY`. */
function secondHeader(palm: PalmDatabase, first: MobiHeader): MobiHeader | null {
  const at = first.version !== kf8Version ? numberOf(first, exth.kf8Boundary) : null
  if (at === null || palm.record(at - 1, 8)?.toString('latin1') !== 'BOUNDARY') return null
  const record = palm.record(at, limits.mobiHeader)
  return record && readHeader(record)
}

function coverRecord(palm: PalmDatabase, header: MobiHeader): number | null {
  for (const type of [exth.cover, exth.thumbnail]) {
    const offset = numberOf(header, type)
    if (offset === null || header.firstImage === null) continue
    const number = header.firstImage + offset
    const head = palm.record(number, 16)
    if (head && rasterFormat(head)) return number
  }
  return null
}

/**
 * Opens a MOBI, AZW, AZW3 or PRC book. A file that holds the book in both formats is a `mobi`, unless it is named
 * `.azw3`. There is no table of contents and there are no parts: those lie in the compressed text, which is not read.
 *
 * @throws {BookFileError} `truncated`, `corrupt-archive`, or `not-a-book` for Topaz and KFX.
 */
export function openMobi(source: ByteSource, path: string): OpenBook {
  const other = kindleOnly(source)
  if (other !== null) throw new BookFileError('not-a-book', other)
  const palm = openPalm(source)
  const record = palm.record(0, limits.mobiHeader)
  if (!record)
    throw new BookFileError(palm.truncated ? 'truncated' : 'corrupt-archive', 'The first record, which describes the book, is missing.')
  const first = readHeader(record)
  const second = secondHeader(palm, first)
  const warnings: Problem[] = []
  if (palm.truncated) warnings.push({ code: 'truncated', detail: 'The file breaks off before its end.' })
  if (first.incomplete) warnings.push({ code: 'corrupt-archive', detail: 'The description of the book breaks off.' })
  const metadata = readMetadata(second ? [first, second] : [first], first.decode(palm.name))
  const cover = coverRecord(palm, first)
  return {
    format: first.version === kf8Version || (second && /\.azw3$/i.test(path)) ? 'azw3' : 'mobi',
    metadata,
    warnings,
    hasCover: cover !== null,
    readCover: () => (cover === null ? null : palm.record(cover, limits.coverBytes)),
    readContents: () => ({ toc: [], parts: [] }),
    readPart() {
      throw new BookFileError('vanished', 'The book has no such part.')
    },
  }
}
