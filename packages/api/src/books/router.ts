import path from 'node:path'
import { ORPCError } from '@orpc/server'
import { hasPermission } from '@carrel/auth'
import * as z from 'zod'
import { limits } from '../limits.ts'
import { allowed } from '../procedures.ts'
import { Id } from '../shapes.ts'
import { nameInRecording } from '../scans/listing/units.ts'
import { shownPath } from '../uploads/keys.ts'
import { comparePaths } from './description/compose.ts'
import { findBook, findBookParts, keptNights, listBooks, searchBooks, wantCovers } from './queries.ts'
import { BookDetail, BookPage, ListBooks, PrioritizeCovers, SearchBooks, SearchResult } from './schema.ts'
import { searchTerms } from './sort-key.ts'

export const books = {
  list: allowed('book:read')
    .route({ method: 'GET', path: '/books', tags: ['books'], summary: 'Books of a library, or of all libraries you see, page by page' })
    .input(ListBooks)
    .output(BookPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listBooks(scope, input)
      if (!page) throw new ORPCError('BAD_REQUEST', { message: 'This cursor is not one of this list.' })
      return page
    }),

  get: allowed('book:read')
    .route({ method: 'GET', path: '/books/{bookId}', tags: ['books'], summary: 'Everything known of a book' })
    .input(z.object({ bookId: Id }))
    .output(BookDetail)
    .handler(async ({ context: { scope }, input }) => {
      const found = await findBook(scope, input.bookId)
      if (!found) throw new ORPCError('NOT_FOUND', { message: 'There is no such book, or it is not open to you.' })
      const { card, ...detail } = found
      const { files, allSeries, ...parts } = await findBookParts(scope, input.bookId)
      const showPaths = hasPermission(scope.permissions, 'library:update')
      return {
        ...card,
        ...parts,
        libraryName: detail.libraryName,
        missingSince: detail.missingAt?.toISOString() ?? null,
        keptNights: detail.missingAt ? keptNights(detail) : null,
        subtitle: detail.subtitle,
        languages: detail.languages,
        publisher: detail.publisher,
        published: detail.published,
        description: detail.description,
        layout: detail.layout,
        direction: detail.direction,
        drm: detail.drm,
        allSeries: allSeries.map((entry) => ({ ...entry, position: entry.position === null ? null : String(Number(entry.position)) })),
        files: files
          .toSorted((a, b) => comparePaths(a.path, b.path))
          .map((file) => ({
            id: file.id,
            format: file.format ?? 'unknown',
            fileName: path.posix.basename(file.path),
            shortName: nameInRecording(file.path),
            path: showPaths ? shownPath({ kind: detail.libraryKind, path: file.path }) : null,
            size: file.size ?? 0,
            modifiedAt: new Date(file.modifiedMs ?? 0).toISOString(),
            missing: file.missing,
          })),
      }
    }),

  search: allowed('book:read')
    .route({ method: 'GET', path: '/books/search', tags: ['books'], summary: 'Books whose title, authors or series hold every word' })
    .input(SearchBooks)
    .output(SearchResult)
    .handler(async ({ context: { scope }, input }) => {
      const terms = searchTerms(input.query, limits.queryTerms)
      return terms.length === 0 ? { items: [], truncated: false } : searchBooks(scope, terms, input.libraryId, input.limit)
    }),

  prioritizeCovers: allowed('book:read')
    .route({ method: 'POST', path: '/books/prioritize-covers', tags: ['books'], summary: 'Make the thumbnails of these books first' })
    .input(PrioritizeCovers)
    .handler(async ({ context: { scope }, input }) => {
      await wantCovers(scope, input.bookIds)
      return {}
    }),
}
