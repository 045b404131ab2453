import type { Archive } from '../archive/zip.ts'
import { limits } from '../limits.ts'
import type { OpenBook } from '../open.ts'
import { BookFileError } from '../problems.ts'
import { bufferSource, type ByteSource } from '../source.ts'
import type { Problem } from '../types.ts'
import { findBinary, readBinary } from './binary.ts'
import { readToc } from './contents.ts'
import { readDescription } from './description.ts'

const tailBytes = 4_096

/** Opens a FictionBook, which may be of any size: no more than a piece of it is in memory at a time. It has no parts. */
export function openFb2(source: ByteSource): OpenBook {
  const { metadata, cover, complete } = readDescription(source)
  const warnings: Problem[] = []
  const tail = source
    .read(Math.max(0, source.size - tailBytes), tailBytes)
    .toString('latin1')
    .replaceAll('\0', '')
  if (!complete) warnings.push({ code: 'invalid-xml', detail: 'The description of the book is missing or breaks off.' })
  else if (!tail.includes('FictionBook>')) warnings.push({ code: 'truncated', detail: 'The file breaks off before its end.' })
  const binary = cover === null ? null : findBinary(source, cover)
  return {
    format: 'fb2',
    metadata,
    warnings,
    hasCover: binary !== null,
    readCover: () => binary && readBinary(source, binary),
    readContents: () => ({ toc: readToc(source), parts: [] }),
    readPart() {
      throw new BookFileError('vanished', 'The book has no such part.')
    },
  }
}

/** Opens a FictionBook packed into an archive (`.fb2.zip`); null when that holds none, or several, or another kind of book. */
export function openZippedFb2(archive: Archive): OpenBook | null {
  const names = [...archive.entries.keys()]
  const [only, ...others] = names.filter((name) => /\.fb2$/i.test(name))
  const entry = only === undefined || others.length > 0 || names.some((name) => /^META-INF\//i.test(name)) ? null : archive.find(only)
  if (!entry) return null
  const { bytes, intact } = archive.read(entry, limits.packedFb2)
  const book = openFb2(bufferSource(bytes))
  if (!intact) book.warnings.push({ code: 'corrupt-archive', detail: 'The book does not match the checksum of its archive.' })
  return book
}
