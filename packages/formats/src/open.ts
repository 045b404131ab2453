import { openArchive } from './archive/zip.ts'
import { openEpub } from './epub/read.ts'
import { openFb2, openZippedFb2 } from './fb2/read.ts'
import { openMobi, startsLikeMobi } from './mobi/read.ts'
import { BookFileError } from './problems.ts'
import { openOpf } from './sidecars/opf.ts'
import type { ByteSource } from './source.ts'
import type { BookMetadata, Contents, FileFormat, Problem } from './types.ts'
import { rootElement } from './xml/walk.ts'

/** A picture as it is in a file, or one that was drawn. */
export type Picture = Buffer | { rgba: Buffer; width: number; height: number }

/** An open book file. Every method may throw a BookFileError; nothing of it outlives its source. */
export type OpenBook = {
  format: FileFormat
  metadata: BookMetadata
  warnings: Problem[]
  hasCover: boolean
  /** Null when there is none. */
  readCover(): Picture | null | Promise<Picture | null>
  readContents(): Contents | Promise<Contents>
  /** Bytes of one part, at most `maxBytes` of them. */
  readPart(name: string, maxBytes: number): { bytes: Uint8Array; mediaType: string } | Promise<{ bytes: Uint8Array; mediaType: string }>
}

/** `path` below the library's folder, for formats that only their name tells apart. */
export type OpenOptions = { path: string; onProgress: () => void }

/**
 * Opens a book file by its content.
 *
 * @throws {BookFileError} `not-a-book` when it is none that is known.
 */
export async function openBook(source: ByteSource, { path }: OpenOptions): Promise<OpenBook> {
  if (source.size === 0) throw new BookFileError('empty', 'The file is empty.')
  if (startsLikeMobi(source)) return openMobi(source, path)
  const root = rootElement(source)
  if (root === 'FictionBook') return openFb2(source)
  if (root === 'package') return openOpf(source)
  const archive = await openArchive(source)
  return openZippedFb2(archive) ?? openEpub(archive)
}
