import { hasPermission } from '@carrel/auth'
import { badCursor, notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { inLibrary } from '../procedures.ts'
import { lockBooks } from '../books/description/queries.ts'
import type { OrganizationScope } from '../scope.ts'
import { deleteDistinctions, insertDistinctions, listBooksOf, listDuplicates } from './queries.ts'
import { Distinction, DuplicatePage, ListDuplicates } from './schema.ts'

/** They stay until this transaction ends. */
async function requireBooks(scope: OrganizationScope, { libraryId, bookIds }: { libraryId: string; bookIds: readonly string[] }) {
  await lockBooks({ ...scope, libraryId }, bookIds)
  const found = await listBooksOf(scope, libraryId, bookIds)
  if (found.length < new Set(bookIds).size) throw notFound('book')
}

export const duplicates = {
  list: inLibrary('metadata:edit')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/duplicates',
      tags: ['duplicates'],
      summary: 'Books of a library that look the same',
    })
    .input(ListDuplicates)
    .output(DuplicatePage)
    .handler(async ({ context: { scope, held }, input }) => {
      const page = await listDuplicates(scope, input, hasPermission(held, 'library:update'))
      if (!page) throw badCursor()
      return page
    }),

  tellApart: inLibrary('metadata:edit')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/duplicates/tell-apart',
      tags: ['duplicates'],
      summary: 'Say that these books are not the same, so that they are not shown as such again',
    })
    .input(Distinction)
    .handler(async ({ context: { scope }, input }) => {
      await requireBooks(scope, input)
      await insertDistinctions(scope, input.libraryId, input.bookIds)
      await announceChanged(scope, 'books')
      return {}
    }),

  compareAgain: inLibrary('metadata:edit')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/duplicates/compare-again',
      tags: ['duplicates'],
      summary: 'Take back that these books are not the same',
    })
    .input(Distinction)
    .handler(async ({ context: { scope }, input }) => {
      await requireBooks(scope, input)
      await deleteDistinctions(scope, input.libraryId, input.bookIds)
      await announceChanged(scope, 'books')
      return {}
    }),
}
