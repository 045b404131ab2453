import { parseComicInfo } from '../comics/comic-info.ts'
import { limits } from '../limits.ts'
import { noMetadata } from '../metadata.ts'
import type { OpenBook } from '../open.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'

const withoutParts: Pick<OpenBook, 'readContents' | 'readPart'> = {
  readContents: () => ({ toc: [], parts: [] }),
  readPart() {
    throw new BookFileError('vanished', 'The book has no such part.')
  },
}

function readWhole(source: ByteSource, maxBytes: number): Buffer {
  if (source.size > maxBytes) throw new BookFileError('too-large', 'The file is larger than allowed.')
  return source.read(0, source.size)
}

/** A raster image as a file of its own: the cover of what lies beside it. */
export function openImage(source: ByteSource): OpenBook {
  return {
    format: 'image',
    metadata: noMetadata,
    warnings: [],
    hasCover: true,
    readCover: () => readWhole(source, limits.coverBytes),
    ...withoutParts,
  }
}

/** A ComicInfo document as a file of its own. */
export function openComicInfo(source: ByteSource): OpenBook {
  const { metadata } = parseComicInfo(readWhole(source, limits.xmlBytes))
  return { format: 'comicinfo', metadata, warnings: [], hasCover: false, readCover: () => null, ...withoutParts }
}
