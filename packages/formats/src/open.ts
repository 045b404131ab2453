import { audioFormat } from './audio/sniff.ts'
import { openArchive } from './archive/zip.ts'
import { openEpub } from './epub/read.ts'
import { BookFileError } from './problems.ts'
import { startsLikePdf } from './sniff.ts'
import type { ByteSource } from './source.ts'
import type { BookMetadata, Contents, FileFormat, Problem } from './types.ts'

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
export async function openBook(source: ByteSource, options: OpenOptions): Promise<OpenBook> {
  if (source.size === 0) throw new BookFileError('empty', 'The file is empty.')
  if (startsLikePdf(source)) return (await import('./pdf/read.ts')).openPdf(source, options)
  const audio = audioFormat(source)
  if (audio !== null) return (await import('./audio/read.ts')).openAudio(source, audio)
  return openEpub(await openArchive(source))
}
