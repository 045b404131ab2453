import type { OpenBook, OpenOptions } from '../open.ts'
import { BookFileError } from '../problems.ts'
import type { ByteSource } from '../source.ts'
import { catalogLanguage, countPages, drawFirstPage, infoText, pageDirection, readOutline, withDocument } from './document.ts'
import { readMetadata } from './metadata.ts'
import { readXmp } from './xmp.ts'

/**
 * Opens a PDF. Its cover is the first page, drawn when it is asked for; its parts are none, since it is read as it is.
 *
 * @throws {BookFileError} `encrypted` when it asks for a password, `truncated` or `damaged` when it has no page that can be found.
 */
export async function openPdf(source: ByteSource, { path }: OpenOptions): Promise<OpenBook> {
  const { pages, direction, info } = await withDocument(source, (document) => ({
    pages: countPages(document),
    direction: pageDirection(document),
    info: {
      title: infoText(document, 'Title'),
      author: infoText(document, 'Author'),
      subject: infoText(document, 'Subject'),
      keywords: infoText(document, 'Keywords'),
      isbn: infoText(document, 'ISBN'),
      doi: infoText(document, 'doi') || infoText(document, 'DOI'),
      language: catalogLanguage(document),
    },
  }))
  if (pages === 0) throw new BookFileError('damaged', 'The PDF has no page that can be found.')
  return {
    format: 'pdf',
    metadata: { ...readMetadata(readXmp(source), info, path.slice(path.lastIndexOf('/') + 1)), pages, direction },
    warnings: [],
    hasCover: true,
    readCover: () => withDocument(source, drawFirstPage),
    readContents: () => withDocument(source, (document) => ({ toc: readOutline(document), parts: [] })),
    readPart() {
      throw new BookFileError('vanished', 'The book has no such part.')
    },
  }
}
