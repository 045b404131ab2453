import { record } from '../audit/queries.ts'
import { listMissingBooks, removeMissingBooks } from '../books/queries.ts'
import { badCursor } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { getLibrary } from '../libraries/queries.ts'
import { inLibrary } from '../procedures.ts'
import { Id } from '../shapes.ts'
import { ListMissing, MissingPage, RemovedMissing, RemoveMissing } from './schema.ts'

/** Books that go in one transaction, with everything that hangs on them. */
const atOnce = 1000

export const missing = {
  list: inLibrary('library:scan')
    .route({ method: 'GET', path: '/libraries/{libraryId}/missing', tags: ['missing'], summary: 'Books none of whose files is there' })
    .input(ListMissing)
    .output(MissingPage)
    .handler(async ({ context: { scope }, input }) => {
      const place = input.cursor === undefined ? undefined : Id.safeParse(input.cursor)
      if (place && !place.success) throw badCursor()
      return listMissingBooks(scope, input.libraryId, place?.data, input.limit)
    }),

  remove: inLibrary('book:delete', { alone: true })
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/missing/remove',
      tags: ['missing'],
      summary: 'Remove missing books for good, with everyone’s place in them',
    })
    .input(RemoveMissing)
    .output(RemovedMissing)
    .handler(async ({ context: { scope }, input }) => {
      const removed = await removeMissingBooks(scope, input.libraryId, input.bookIds ?? null, atOnce)
      const library = await getLibrary(scope, input.libraryId)
      if (removed > 0) {
        await record(scope, { kind: 'missing-books', change: 'deleted', target: library, before: { books: removed } })
        await announceChanged(scope, 'libraries')
        await announceChanged(scope, 'books')
      }
      return { removed, left: removed < atOnce ? 0 : library.missingCount }
    }),
}
