import { ORPCError } from '@orpc/server'
import { findBook } from '../books/queries.ts'
import { allowed } from '../procedures.ts'
import { upsertStatus } from './queries.ts'
import { MarkRead } from './schema.ts'

export const reading = {
  mark: allowed('reading:write')
    .route({ method: 'POST', path: '/reading/mark', tags: ['reading'], summary: 'Mark a book as finished or unread, for yourself' })
    .input(MarkRead)
    .handler(async ({ context: { scope }, input }) => {
      if (!(await findBook(scope, input.bookId)))
        throw new ORPCError('NOT_FOUND', { message: 'There is no such book, or it is not open to you.' })
      await upsertStatus(scope, input.bookId, input.status)
      return {}
    }),
}
