import * as z from 'zod'
import { record } from '../audit/queries.ts'
import { badCursor, notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { inLibrary, onBook } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import { listTrash, restoreBook, trashBook } from './queries.ts'
import { InTrash, ListTrash, TrashPage } from './schema.ts'

async function told(scope: OrganizationScope): Promise<void> {
  await announceChanged(scope, 'books')
  await announceChanged(scope, 'libraries')
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
}
