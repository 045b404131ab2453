import { ORPCError } from '@orpc/server'
import { record } from '../../audit/queries.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { findScanToJoin, insertScan } from '../../scans/queries.ts'
import type { LibraryScope, OrganizationScope } from '../../scope.ts'
import { changeBooks, isTellable, knowBooks, type KnownBook, type KnownBooks } from './change.ts'
import { changeOf, type Change, type Wish } from './policy.ts'
import { insertChange, waitsForCover } from './queries.ts'

/** A scope of one library for who may edit in it; the procedures have asked. */
export const inLibraryOf = (scope: OrganizationScope, libraryId: string): LibraryScope & OrganizationScope => ({ ...scope, libraryId })

/** Writes down that this was done: without titles and values, since who reads the log may not see this library. */
export async function noteDeed(scope: OrganizationScope, libraryId: string, bookId: string, fields: readonly string[]): Promise<void> {
  const told = { library: libraryId, fields }
  await record(scope, { kind: 'metadata', change: 'updated', target: { id: bookId, name: fields.join(', ') }, before: told, after: told })
}
export const fieldsOf = (changes: Iterable<Change>): string[] => [
  ...new Set([...changes].flatMap(({ before, after }) => [...Object.keys(before), ...Object.keys(after)])),
]

/** Does, writes down and notes for its undoing what changes books of one library. */
export async function apply(
  scope: OrganizationScope,
  libraryId: string,
  known: KnownBooks,
  changes: ReadonlyMap<string, Change>,
  changeId: string,
) {
  if (changes.size === 0) return
  await changeBooks(inLibraryOf(scope, libraryId), known, changes)
  await insertChange(scope, changeId, 'edit', [...changes].map(([bookId, change]) => ({ bookId, ...change }))) // prettier-ignore
  const [first = libraryId] = changes.keys()
  await noteDeed(scope, libraryId, changes.size === 1 ? first : libraryId, fieldsOf(changes.values()))
}

/** Lets the worker draw what a deed made necessary. */
export async function drawCovers(
  scope: OrganizationScope,
  { jobs }: Pick<Deps, 'jobs'>,
  libraryId: string,
  bookIds: readonly string[],
): Promise<void> {
  const [bookId] = bookIds
  if (bookId === undefined || !(await waitsForCover(scope, bookIds))) return
  const request = { reason: 'change', bookId, describe: true } as const
  if (!(await findScanToJoin(scope, libraryId, request))) await insertScan(scope, libraryId, request)
  await jobs.enqueueScan(scope, libraryId)
}

/** Declared by whatever asks for `knowOne`. */
export const noFile = { NO_FILE: { status: 409 } } as const

/**
 * A book of which somebody may edit what is told.
 * @throws NO_FILE when none of its files is known any more, since nothing could be told then but what was written last.
 */
export async function knowOne(scope: OrganizationScope, libraryId: string, bookId: string, lock: boolean) {
  const known = await knowBooks(inLibraryOf(scope, libraryId), [bookId], { lock })
  const book = known.books.get(bookId)
  if (!book) throw notFound('book')
  if (!isTellable(book)) {
    const message = 'This book has no file any more. It can be edited again when one of its files comes back.'
    throw new ORPCError('NO_FILE', { ...noFile.NO_FILE, message })
  }
  return { known, book }
}

/** Does to one book what is wished; a field gets locked also where it would say the same. */
export async function applyTo(
  scope: OrganizationScope,
  deps: Pick<Deps, 'jobs'>,
  libraryId: string,
  { known, book }: { known: KnownBooks; book: KnownBook },
  wish: Wish,
  changeId: string,
): Promise<{ changeId: string | null; books: number }> {
  const change = changeOf(book.edits, book.effective, wish, { lockSame: true })
  if (!change) return { changeId: null, books: 0 }
  await apply(scope, libraryId, known, new Map([[book.id, change]]), changeId)
  await drawCovers(scope, deps, libraryId, [book.id])
  return { changeId, books: 1 }
}

export async function applyToOne(
  scope: OrganizationScope,
  deps: Pick<Deps, 'jobs'>,
  libraryId: string,
  bookId: string,
  wish: Wish,
  changeId: string,
) {
  return applyTo(scope, deps, libraryId, await knowOne(scope, libraryId, bookId, true), wish, changeId)
}
