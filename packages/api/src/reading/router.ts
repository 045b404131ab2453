import { findBook } from '../books/queries.ts'
import { notFound } from '../errors.ts'
import { holdLibrary } from '../libraries/queries.ts'
import { findLibraryOfBook } from '../metadata/queries.ts'
import { allowed } from '../procedures.ts'
import { upsertStatus } from './queries.ts'
import { MarkRead } from './schema.ts'

export const reading = {
  mark: allowed('reading:write')
    .route({ method: 'POST', path: '/reading/mark', tags: ['reading'], summary: 'Mark a book as finished or unread, for yourself' })
    .input(MarkRead)
    .handler(async ({ context: { scope }, input }) => {
      const libraryId = await findLibraryOfBook(scope, input.bookId)
      if (libraryId === undefined || !(await holdLibrary(scope, libraryId)) || !(await findBook(scope, input.bookId)))
        throw notFound('book')
      await upsertStatus(scope, input.bookId, input.status)
      return {}
    }),
}
