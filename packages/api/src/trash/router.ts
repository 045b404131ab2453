import * as z from 'zod'
import { record } from '../audit/queries.ts'
import { badCursor, notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { getLibrary } from '../libraries/queries.ts'
import { inLibrary, onBook } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import { countTrash, emptyTrash, listTrash, restoreBook, restoreBooks, trashBook, trashBooks } from './queries.ts'
import { BooksInTrash, ChangedTrash, EmptiedTrash, EmptyTrash, InTrash, ListTrash, TrashPage } from './schema.ts'

/** Books that go in one transaction, with everything that hangs on them. */
const removedAtOnce = 1000

async function told(scope: OrganizationScope): Promise<void> {
  await announceChanged(scope, 'books')
  await announceChanged(scope, 'libraries')
}

async function noteTrash(
  scope: OrganizationScope,
  target: { id: string; name: string },
  change: 'filled' | 'restored' | 'emptied',
  books: number,
): Promise<void> {
  if (books === 0) return
  await record(scope, { kind: 'trash', change, target, after: { books } })
  await told(scope)
}

export const trash = {
  list: inLibrary('book:delete')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/trash',
      tags: ['trash'],
      summary: 'Deleted books of a library that people upload books into',
    })
    .input(ListTrash)
    .output(TrashPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listTrash(scope, input)
      if (!page) throw badCursor()
      return page
    }),

  put: onBook('book:delete')
    .route({
      method: 'DELETE',
      path: '/books/{bookId}',
      tags: ['trash'],
      summary: 'Delete an uploaded book; it can be had back for thirty days',
    })
    .errors({ IN_FOLDERS: { status: 409 } })
    .input(z.object({ bookId: Id }))
    .handler(async ({ context: { scope, libraryId }, input, errors }) => {
      const done = await trashBook(scope, input.bookId)
      if (!done) throw errors.IN_FOLDERS({ message: 'This book lies in a folder of the server. Nothing is deleted there from here.' })
      await record(scope, {
        kind: 'book',
        change: 'deleted',
        target: { id: input.bookId, name: done.title },
        before: { library: done.library },
      })
      await told(scope)
      return { libraryId }
    }),

  restore: inLibrary('book:delete')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/trash/{bookId}/restore',
      tags: ['trash'],
      summary: 'Take a book out of the trash',
    })
    .input(InTrash)
    .handler(async ({ context: { scope }, input }) => {
      const done = await restoreBook(scope, input)
      if (!done) throw notFound('book in the trash')
      await record(scope, {
        kind: 'book',
        change: 'restored',
        target: { id: input.bookId, name: done.title },
        after: { library: done.library },
      })
      await told(scope)
      return {}
    }),

  putMany: inLibrary('book:delete')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/trash',
      tags: ['trash'],
      summary: 'Delete uploaded books; they can be had back for thirty days',
    })
    .errors({ IN_FOLDERS: { status: 409 } })
    .input(BooksInTrash)
    .output(ChangedTrash)
    .handler(async ({ context: { scope }, input, errors }) => {
      const library = await getLibrary(scope, input.libraryId)
      if (library.kind !== 'managed')
        throw errors.IN_FOLDERS({ message: 'These books lie in folders of the server. Nothing is deleted there from here.' })
      const books = await trashBooks(scope, input.libraryId, input.bookIds)
      await noteTrash(scope, library, 'filled', books)
      return { books }
    }),

  restoreMany: inLibrary('book:delete')
    .route({ method: 'POST', path: '/libraries/{libraryId}/trash/restore', tags: ['trash'], summary: 'Take books out of the trash' })
    .input(BooksInTrash)
    .output(ChangedTrash)
    .handler(async ({ context: { scope }, input }) => {
      const books = await restoreBooks(scope, input.libraryId, input.bookIds)
      await noteTrash(scope, await getLibrary(scope, input.libraryId), 'restored', books)
      return { books }
    }),

  empty: inLibrary('book:delete', { alone: true })
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/trash/empty',
      tags: ['trash'],
      summary: 'Remove books of the trash for good, with everyone’s place in them',
    })
    .input(EmptyTrash)
    .output(EmptiedTrash)
    .handler(async ({ context: { scope }, input }) => {
      const removed = await emptyTrash(scope, input.libraryId, input.bookIds ?? null, removedAtOnce)
      await noteTrash(scope, await getLibrary(scope, input.libraryId), 'emptied', removed)
      return { removed, left: await countTrash(scope, input.libraryId) }
    }),
}
