import { ORPCError } from '@orpc/server'
import { newId } from '@carrel/db'
import { notFound } from '../../errors.ts'
import { announceChanged } from '../../events/queries.ts'
import { findRightsInLibrary } from '../../grants/queries.ts'
import { holdLibrary } from '../../libraries/queries.ts'
import { member, onBook, requirePermission } from '../../procedures.ts'
import type { OrganizationScope } from '../../scope.ts'
import * as z from 'zod'
import { Id } from '../../shapes.ts'
import { coverFile, inOrder, editableFields, isTold } from '../description/compose.ts'
import { apply, applyTo, drawCovers, fieldsOf, inLibraryOf, knowOne, noFile, noteDeed } from './apply.ts'
import { changeBooks, isTellable, knowBooks, type KnownBook, type KnownBooks } from './change.ts'
import { mergeBooks, partBooks, splitBook } from './merge.ts'
import { changeOf, stillStands, textOf, withChange, type Change, type Wish } from './policy.ts'
import { findChange, findShelved, listChanges, markUndone } from './queries.ts'
import {
  BookChange,
  BookSources,
  BooksPreview,
  Changed,
  MergeBooks,
  SplitBook,
  UndoChange,
  Undone,
  UpdateBook,
  UpdateBooks,
  type CoverEdit,
  type EditableField,
  type FieldPreview,
  type Told,
} from './schema.ts'

const BookId = z.object({ bookId: Id })
const samples = 5

/** These books by library, where all are on a shelf that the actor sees and may edit. */
async function requireEditable(scope: OrganizationScope, bookIds: readonly string[]) {
  const found = await findShelved(scope, bookIds)
  if (found.length < bookIds.length) throw notFound('book')
  const byLibrary = Map.groupBy(
    found.toSorted((a, b) => (a.libraryId < b.libraryId ? -1 : 1)),
    ({ libraryId }) => libraryId,
  )
  for (const libraryId of byLibrary.keys()) {
    const rights = await findRightsInLibrary(scope, libraryId)
    if (!rights) throw notFound('book')
    requirePermission(rights.held, 'metadata:edit')
  }
  return byLibrary
}

/** In one order, as books of several are locked. */
async function holdLibraries(scope: OrganizationScope, libraryIds: Iterable<string>, how?: { alone: boolean }): Promise<void> {
  for (const libraryId of [...libraryIds].toSorted()) if (!(await holdLibrary(scope, libraryId, how))) throw notFound('book')
}

const toldOf = (metadata: Told): Told => Object.fromEntries(editableFields.map((field) => [field, metadata[field]])) as Told
const fileName = (path: string) => path.slice(path.lastIndexOf('/') + 1)

function sourcesOfBook({ edits, sources, effective, unedited }: KnownBook, { precedence }: KnownBooks): BookSources {
  const kinds = { file: inOrder(sources.files), sidecar: sources.sidecars }
  const ordered = precedence.flatMap((kind) => kinds[kind].map((file) => ({ kind, file })))
  const chosen = edits.cover?.kind === 'file' ? edits.cover.sha256 : null
  const pictured =
    'cover' in edits
      ? [...sources.files, ...sources.sidecars].find(({ sha256 }) => sha256 === chosen)
      : coverFile(sources.files, sources.sidecars)
  const holds = editableFields.flatMap((field): [EditableField, string][] => {
    if (field in edits) return [[field, 'person']]
    const first = ordered.find(({ file }) => file.metadata && isTold(file.metadata[field]))
    return first ? [[field, first.file.id]] : []
  })
  return {
    sources: ordered.flatMap(({ kind, file: { id, path, format, hasCover, metadata } }) =>
      metadata
        ? [
            {
              kind,
              fileId: id,
              fileName: fileName(path),
              format: format ?? '',
              hasCover,
              isCover: pictured?.id === id,
              told: toldOf(metadata),
            },
          ]
        : [],
    ),
    edited: Object.fromEntries(Object.entries(edits).filter(([field]) => field !== 'cover')),
    locked: Object.keys(edits) as EditableField[],
    unedited: toldOf(unedited),
    effective: toldOf(effective),
    holds: Object.fromEntries(holds),
  }
}

/** What a wish changes in each of these books, of which anything can be told. */
function changesOf(known: KnownBooks, wish: Wish): Map<string, Change> {
  return new Map(
    [...known.books].flatMap(([id, book]) => {
      const change = isTellable(book) ? changeOf(book.edits, book.effective, wish, { lockSame: false }) : null
      return change ? [[id, change] as const] : []
    }),
  )
}

export const edits = {
  sources: onBook('metadata:edit')
    .route({
      method: 'GET',
      path: '/books/{bookId}/sources',
      tags: ['books'],
      summary: 'What people, sidecars and files say of a book, and which of it holds',
    })
    .errors(noFile)
    .input(BookId)
    .output(BookSources)
    .handler(async ({ context: { scope, libraryId }, input }) => {
      const { known, book } = await knowOne(scope, libraryId, input.bookId, false)
      return sourcesOfBook(book, known)
    }),

  update: onBook('metadata:edit')
    .route({
      method: 'PATCH',
      path: '/books/{bookId}',
      tags: ['books'],
      summary: 'Write what is known of a book: fields that are set stay so whatever its files say, until they are cleared',
    })
    .errors({ ...noFile, NO_COVER: { status: 422 } })
    .input(UpdateBook)
    .output(Changed)
    .handler(async ({ context: { scope, deps, libraryId }, input, errors }) => {
      const { known, book } = await knowOne(scope, libraryId, input.bookId, true)
      let cover: CoverEdit | undefined
      if (input.cover === null) cover = null
      else if (input.cover) {
        const { fileId } = input.cover
        const file = [...book.sources.files, ...book.sources.sidecars].find(({ id }) => id === fileId)
        if (!file?.hasCover || file.sha256 === null) throw errors.NO_COVER({ message: 'This file has no picture to show.' })
        cover = { kind: 'file', sha256: file.sha256 }
      }
      const changed = await applyTo(scope, deps, libraryId, { known, book }, { set: input.set, clear: input.clear, cover }, newId())
      await announceChanged(scope, 'books')
      return changed
    }),

  preview: member
    .route({
      method: 'POST',
      path: '/books/preview-update',
      tags: ['books'],
      summary: 'What a change of many books would change, and in how many of them',
    })
    .input(UpdateBooks)
    .output(BooksPreview)
    .handler(async ({ context: { scope }, input }) => {
      const found = new Map<EditableField, FieldPreview>()
      let changed = 0
      for (const [libraryId, books] of await requireEditable(scope, input.bookIds)) {
        const known = await knowBooks(inLibraryOf(scope, libraryId), books.map(({ id }) => id), { lock: false }) // prettier-ignore
        for (const [bookId, change] of changesOf(known, input)) {
          const book = known.books.get(bookId)
          if (!book) continue
          changed += 1
          const written = withChange(book.edits, change)
          for (const field of fieldsOf([change]) as EditableField[]) {
            const entry = found.get(field) ?? { field, books: 0, samples: [] }
            found.set(field, entry)
            entry.books += 1
            if (entry.samples.length >= samples || field === 'cover') continue
            const before = textOf(field, book.effective[field])
            const after = textOf(field, field in written ? written[field] : book.unedited[field])
            entry.samples.push({ bookId, title: book.effective.title ?? '', before, after })
          }
        }
      }
      return { books: input.bookIds.length, changed, fields: [...found.values()] }
    }),

  updateMany: member
    .route({ method: 'POST', path: '/books/update', tags: ['books'], summary: 'Write what is known of up to 500 books' })
    .input(UpdateBooks)
    .output(Changed)
    .handler(async ({ context: { scope, deps }, input }) => {
      const changeId = newId()
      let changed = 0
      const byLibrary = await requireEditable(scope, input.bookIds)
      await holdLibraries(scope, byLibrary.keys())
      for (const [libraryId, books] of byLibrary) {
        const known = await knowBooks(inLibraryOf(scope, libraryId), books.map(({ id }) => id), { lock: true }) // prettier-ignore
        const changes = changesOf(known, input)
        await apply(scope, libraryId, known, changes, changeId)
        if (input.clear.includes('cover')) await drawCovers(scope, deps, libraryId, [...changes.keys()])
        changed += changes.size
      }
      if (changed === 0) return { changeId: null, books: 0 }
      await announceChanged(scope, 'books')
      return { changeId, books: changed }
    }),

  history: onBook('metadata:edit')
    .route({ method: 'GET', path: '/books/{bookId}/changes', tags: ['books'], summary: 'What people changed of a book, newest first' })
    .input(BookId)
    .output(z.array(BookChange))
    .handler(async ({ context: { scope }, input }) => {
      const rows = await listChanges(scope, input.bookId)
      return rows.map(({ id, kind, at, actorName, before, after, undone, books }) => ({
        id,
        kind,
        at: at.toISOString(),
        actorName,
        books,
        undone,
        fields:
          kind === 'edit'
            ? (fieldsOf([{ before, after }]) as EditableField[]).map((field) => ({
                field,
                before: field in before ? textOf(field, before[field]) : null,
                after: field in after ? textOf(field, after[field]) : null,
              }))
            : [],
      }))
    }),

  undo: member
    .route({
      method: 'POST',
      path: '/books/changes/{changeId}/undo',
      tags: ['books'],
      summary: 'Take a change back, in all of its books where nothing newer stands',
    })
    .errors({ CHANGED_SINCE: { status: 409 } })
    .input(UndoChange)
    .output(Undone)
    .handler(async ({ context: { scope, deps }, input: { changeId }, errors }) => {
      const found = await findChange(scope, changeId)
      const libraryIds = new Set(found.map((row) => row.libraryId))
      for (const libraryId of libraryIds) {
        const rights = await findRightsInLibrary(scope, libraryId)
        if (!rights) throw notFound('change')
        requirePermission(rights.held, 'metadata:edit')
      }
      await holdLibraries(scope, libraryIds, { alone: found[0]?.kind !== 'edit' })
      const rows = await findChange(scope, changeId)
      const [first] = rows
      if (!first) throw notFound('change')
      const tooLate = () => errors.CHANGED_SINCE({ message: 'Something newer stands there. Look at the book and change it by hand.' })
      if (first.kind !== 'edit') {
        if (!(await partBooks(inLibraryOf(scope, first.libraryId), changeId, rows))) throw tooLate()
        await noteDeed(scope, first.libraryId, first.bookId, [`undo ${first.kind}`])
        await drawCovers(scope, deps, first.libraryId, rows.map(({ bookId }) => bookId)) // prettier-ignore
        await announceChanged(scope, 'books')
        return { undone: rows.length, kept: 0 }
      }
      const undoneIds: string[] = []
      for (const [libraryId, changed] of Map.groupBy(rows, (row) => row.libraryId)) {
        const known = await knowBooks(inLibraryOf(scope, libraryId), changed.map(({ bookId }) => bookId), { lock: true }) // prettier-ignore
        const back = new Map(
          changed.flatMap(({ bookId, before, after }) => {
            const book = known.books.get(bookId)
            return book && isTellable(book) && stillStands(book.edits, { before, after })
              ? [[bookId, { before: after, after: before }] as const]
              : []
          }),
        )
        await changeBooks(inLibraryOf(scope, libraryId), known, back)
        undoneIds.push(...back.keys())
        await drawCovers(scope, deps, libraryId, [...back.keys()])
        if (back.size > 0) await noteDeed(scope, libraryId, changed.length === 1 ? first.bookId : libraryId, fieldsOf(back.values()))
      }
      if (undoneIds.length === 0) throw tooLate()
      await markUndone(scope, changeId, undoneIds)
      await announceChanged(scope, 'books')
      return { undone: undoneIds.length, kept: rows.length - undoneIds.length }
    }),

  merge: onBook('metadata:edit', { alone: true })
    .route({
      method: 'POST',
      path: '/books/{bookId}/merge',
      tags: ['books'],
      summary: 'Make other books of its library one with this: files and everyone’s places go to it',
    })
    .errors({ OTHER_LIBRARY: { status: 422 } })
    .input(MergeBooks)
    .output(Changed)
    .handler(async ({ context: { scope, deps, libraryId }, input: { bookId, sourceIds: given }, errors }) => {
      const sourceIds = given.filter((id) => id !== bookId)
      if (sourceIds.length === 0) throw new ORPCError('BAD_REQUEST', { message: 'Name other books than this one.' })
      const byLibrary = await requireEditable(scope, sourceIds)
      if ([...byLibrary.keys()].some((id) => id !== libraryId))
        throw errors.OTHER_LIBRARY({ message: 'Books of several libraries cannot be one.' })
      const changeId = newId()
      if (!(await mergeBooks(inLibraryOf(scope, libraryId), changeId, bookId, sourceIds))) throw notFound('book')
      await noteDeed(scope, libraryId, bookId, ['merge'])
      await drawCovers(scope, deps, libraryId, [bookId])
      await announceChanged(scope, 'books')
      return { changeId, books: sourceIds.length }
    }),

  split: onBook('metadata:edit', { alone: true })
    .route({
      method: 'POST',
      path: '/books/{bookId}/split',
      tags: ['books'],
      summary: 'Make one file of a book a book of its own, which it stays',
    })
    .errors({ ONLY_FILE: { status: 409 } })
    .input(SplitBook)
    .output(Changed.extend({ bookId: Id }))
    .handler(async ({ context: { scope, deps, libraryId }, input: { bookId, fileId }, errors }) => {
      const changeId = newId()
      const made = await splitBook(inLibraryOf(scope, libraryId), changeId, bookId, fileId)
      if (made === 'no-file') throw notFound('file')
      if (made === 'only-file') throw errors.ONLY_FILE({ message: 'This book has no other content than that of this file.' })
      await noteDeed(scope, libraryId, bookId, ['split'])
      await drawCovers(scope, deps, libraryId, [bookId, made.bookId])
      await announceChanged(scope, 'books')
      return { changeId, books: 1, bookId: made.bookId }
    }),
}
