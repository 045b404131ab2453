import { readMetadata } from '../epub/metadata.ts'
import { parsePackage } from '../epub/package.ts'
import { limits } from '../limits.ts'
import type { OpenBook } from '../open.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'
import { decodeXml } from '../xml/decode.ts'

/**
 * Opens a package document that lies beside a book, as calibre writes them. Ratings, columns of the
 * user and the cover that it names are left: the cover beside it is a file of its own.
 *
 * @throws {BookFileError} `invalid-xml`, `too-large`.
 */
export function openOpf(source: ByteSource): OpenBook {
  if (source.size > limits.xmlBytes) throw new BookFileError('too-large', 'The file is larger than allowed.')
  const document = parsePackage(decodeXml(source.read(0, source.size)))
  return {
    format: 'opf',
    metadata: { ...readMetadata(document), drm: null },
    warnings: [],
    hasCover: false,
    readCover: () => null,
    readContents: () => ({ toc: [], parts: [] }),
    readPart() {
      throw new BookFileError('vanished', 'The book has no such part.')
    },
  }
}
