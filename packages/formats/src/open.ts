import type { SevenZipType } from './archive/seven-zip.ts'
import { zipContent } from './archive/zip-content.ts'
import { openArchive } from './archive/zip.ts'
import { audioFormat } from './audio/sniff.ts'
import { packedComic, zipComic } from './comics/archive.ts'
import { openComic } from './comics/read.ts'
import { openEpub } from './epub/read.ts'
import { openFb2, openZippedFb2 } from './fb2/read.ts'
import { openMobi, startsLikeMobi } from './mobi/read.ts'
import { BookFileError } from './problems.ts'
import { openOpf } from './sidecars/opf.ts'
import { openComicInfo, openImage } from './sidecars/read.ts'
import { sniff, startsLikePdf } from './sniff.ts'
import type { ByteSource } from './source.ts'
import type { BookFormat, BookMetadata, Contents, FileFormat, Problem } from './types.ts'
import { rootElement } from './xml/walk.ts'

/** A picture as it is in a file, one that was drawn, or a drawing. */
export type Picture = Buffer | { rgba: Buffer; width: number; height: number } | { svg: Buffer }

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
  const content = sniff(source)
  switch (content) {
    case 'zip':
      return openZip(source, options)
    case 'rar4':
    case 'rar5':
    case '7z':
    case 'tar':
      return openComic(await packedComic(source, content), comicFormats[content], options.path)
    case 'image':
      return openImage(source)
    case 'unknown':
      return openOther(source, options)
  }
}

const comicFormats = { rar4: 'cbr', rar5: 'cbr', '7z': 'cb7', tar: 'cbt', zip: 'cbz' } as const satisfies Record<SevenZipType, BookFormat>

async function openZip(source: ByteSource, { path }: OpenOptions): Promise<OpenBook> {
  const archive = await openArchive(source)
  const fb2 = openZippedFb2(archive)
  if (fb2) return fb2
  switch (zipContent(archive)) {
    case 'epub':
      return openEpub(archive)
    case 'comic':
      return openComic(zipComic(source, archive), comicFormats.zip, path)
  }
}

/** Formats that begin in several ways; what is none of them may still be an archive with something before it. */
async function openOther(source: ByteSource, options: OpenOptions): Promise<OpenBook> {
  if (startsLikePdf(source)) return (await import('./pdf/read.ts')).openPdf(source, options)
  if (startsLikeMobi(source)) return openMobi(source, options.path)
  const audio = audioFormat(source)
  if (audio !== null) return (await import('./audio/read.ts')).openAudio(source, audio)
  const root = rootElement(source)
  if (root === 'FictionBook') return openFb2(source)
  if (root === 'package') return openOpf(source)
  if (root === 'ComicInfo') return openComicInfo(source)
  return openZip(source, options)
}
