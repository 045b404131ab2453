import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, ne, sql, type SQL } from 'drizzle-orm'
import { hasPermission } from '@carrel/auth'
import {
  book,
  bookContributor,
  bookIdentifier,
  bookSeries,
  bookTag,
  coverTask,
  library,
  libraryFile,
  libraryFolder,
  person,
  publisher,
  readingState,
  series,
  tag,
} from '@carrel/db/schema'
import { listAssignedRoots } from '../folders/queries.ts'
import { listValues } from '../metadata/queries.ts'
import type { OrganizationScope } from '../scope.ts'
import { fileKey } from '../uploads/keys.ts'
import { decodeCursor, encodeCursor, isMoment } from '../cursor.ts'
import { Id } from '../shapes.ts'
import type { BookCard, BookPage, BookSort } from './schema.ts'

export const cardColumns = {
  id: book.id,
  libraryId: book.libraryId,
  title: book.title,
  authors: book.authors,
  languages: book.languages,
  seriesName: book.seriesName,
  seriesPosition: book.seriesPosition,
  formats: book.formats,
  coverState: book.coverState,
  coverHash: book.coverHash,
  coverThumbhash: book.coverThumbhash,
  coverColor: book.coverColor,
  coverAspect: book.coverAspect,
  addedAt: book.addedAt,
  missingAt: book.missingAt,
}
export type CardRow = {
  id: string
  libraryId: string
  title: string
  authors: string[]
  languages: string[]
  seriesName: string | null
  seriesPosition: string | null
  formats: string[]
  coverState: 'pending' | 'ready' | 'none'
  coverHash: string | null
  coverThumbhash: string | null
  coverColor: string | null
  coverAspect: number | null
  addedAt: Date
  missingAt: Date | null
}

export const toCard = (row: CardRow): BookCard => ({
  id: row.id,
  libraryId: row.libraryId,
  title: row.title,
  authors: row.authors,
  language: row.languages[0] ?? null,
  series: row.seriesName ? { name: row.seriesName, position: row.seriesPosition } : null,
  formats: row.formats,
  cover: {
    state: row.coverState,
    version: row.coverHash?.slice(0, 16) ?? null,
    thumbhash: row.coverThumbhash,
    color: row.coverColor,
    aspect: row.coverAspect,
  },
  addedAt: row.addedAt.toISOString(),
  missing: row.missingAt !== null,
})

const shelf = (scope: OrganizationScope, libraryId: string | undefined): SQL[] => [
  eq(book.organizationId, scope.organizationId),
  isNull(book.deletedAt),
  ...(libraryId ? [eq(book.libraryId, libraryId)] : []),
]

const orders = {
  added: [desc(book.addedAt), desc(book.id)],
  title: [asc(book.sortTitle), asc(book.id)],
  author: [asc(book.authorSort), asc(book.sortTitle), asc(book.id)],
}

/** The condition of rows after a cursor; null when the cursor is not of this order. */
function after(sort: BookSort, cursor: string): SQL | null {
  const values = decodeCursor(cursor, sort === 'author' ? 3 : 2)
  const id = Id.safeParse(values?.at(-1)).data
  if (!values || !id) return null
  if (sort === 'added') {
    if (!isMoment(values[0])) return null
    return sql`(${book.addedAt}, ${book.id}) < (${values[0]}::timestamptz, ${id}::uuid)`
  }
  if (sort === 'title') return sql`(${book.sortTitle}, ${book.id}) > (${values[0]}, ${id}::uuid)`
  return sql`(${book.authorSort}, ${book.sortTitle}, ${book.id}) > (${values[0]}, ${values[1]}, ${id}::uuid)`
}

/** A limit that the planner sees: with a parameter it expects a tenth of the table and never keeps a plan. */
const literal = (count: number) => sql.raw(String(Math.trunc(count))) as unknown as number

const onShelf = { ...cardColumns, sortTitle: book.sortTitle, authorSort: book.authorSort }

/**
 * Books of all libraries that the actor sees. Who sees all walks one index; for others each library gives its first, so that
 * nothing is read of those that they do not see, however large these are.
 */
function booksOfAll(scope: OrganizationScope, place: SQL | undefined, sort: BookSort, limit: number) {
  const { db, organizationId } = scope
  if (hasPermission(scope.permissions, 'library:read-restricted'))
    return db
      .select(onShelf)
      .from(book)
      .where(and(...shelf(scope, undefined), place))
      .orderBy(...orders[sort])
      .limit(literal(limit))
  const first = db
    .select(onShelf)
    .from(book)
    .where(and(...shelf(scope, undefined), eq(book.libraryId, library.id), place))
    .orderBy(...orders[sort])
    .limit(literal(limit))
    // So that the orders, which name its columns, hold for what comes of it as well.
    .as('book')
  return db
    .select({ ...first._.selectedFields })
    .from(library)
    .crossJoinLateral(first)
    .where(eq(library.organizationId, organizationId))
    .orderBy(...orders[sort])
    .limit(literal(limit))
}

/** One page of the shelf; null for a cursor that is not of this order. */
export async function listBooks(
  scope: OrganizationScope,
  input: { libraryId?: string | undefined; sort: BookSort; cursor?: string | undefined; limit: number },
): Promise<BookPage | null> {
  const place = input.cursor ? after(input.sort, input.cursor) : undefined
  if (place === null) return null
  const rows = input.libraryId
    ? await scope.db
        .select(onShelf)
        .from(book)
        .where(and(...shelf(scope, input.libraryId), place))
        .orderBy(...orders[input.sort])
        .limit(literal(input.limit + 1))
    : await booksOfAll(scope, place, input.sort, input.limit + 1)
  const items = rows.slice(0, input.limit)
  const last = items.at(-1)
  const keys =
    last &&
    { added: [last.addedAt.toISOString(), last.id], title: [last.sortTitle, last.id], author: [last.authorSort, last.sortTitle, last.id] }[
      input.sort
    ]
  return { items: items.map(toCard), nextCursor: rows.length > input.limit && keys ? encodeCursor(keys) : null }
}

/** Books whose title, authors or series hold every term; those whose title starts with the search first. */
export async function searchBooks(scope: OrganizationScope, terms: readonly string[], libraryId: string | undefined, limit: number) {
  const escaped = terms.map((term) => term.replaceAll(/[\\%_]/g, '\\$&'))
  const rows = await scope.db
    .select(cardColumns)
    .from(book)
    .where(and(...shelf(scope, libraryId), ...escaped.map((term) => sql`${book.searchText} like ${`%${term}%`}`)))
    .orderBy(sql`(${book.searchText} like ${`${escaped.join(' ')}%`}) desc`, asc(book.sortTitle), asc(book.id))
    .limit(limit + 1)
  return { items: rows.slice(0, limit).map(toCard), truncated: rows.length > limit }
}

/** Cards of these books, in no order; those that are not seen are left out. */
export async function listCards(scope: OrganizationScope, bookIds: readonly string[]): Promise<BookCard[]> {
  if (bookIds.length === 0) return []
  const rows = await scope.db
    .select(cardColumns)
    .from(book)
    .where(and(...shelf(scope, undefined), inArray(book.id, [...bookIds])))
  return rows.map(toCard)
}

/** A page of the missing books of a library, by id, with how long they are kept. */
export async function listMissingBooks(scope: OrganizationScope, libraryId: string, afterId: string | undefined, limit: number) {
  const rows = await scope.db
    .select({ ...cardColumns, missingNights: book.missingNights, keepMissingNights: library.keepMissingNights })
    .from(book)
    .innerJoin(library, and(eq(library.organizationId, book.organizationId), eq(library.id, book.libraryId)))
    .where(and(...shelf(scope, libraryId), isNotNull(book.missingAt), afterId ? gt(book.id, afterId) : undefined))
    .orderBy(asc(book.id))
    .limit(literal(limit + 1))
  const items = rows.slice(0, limit)
  return {
    items: items.map((row) => ({ ...toCard(row), missingSince: row.missingAt?.toISOString() ?? null, keptNights: keptNights(row) })),
    nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
  }
}

/** Nights that are left to a missing book; null: it is kept until somebody removes it. */
export const keptNights = (row: { missingNights: number; keepMissingNights: number | null }): number | null =>
  row.keepMissingNights === null ? null : Math.max(0, row.keepMissingNights - row.missingNights)

/** Removes missing books of a library for good, with everyone's place in them: these, or any, `most` at a time. How many went. */
export async function removeMissingBooks(
  { db }: OrganizationScope,
  libraryId: string,
  bookIds: readonly string[] | null,
  most: number,
): Promise<number> {
  const chosen = bookIds && `{${bookIds.join(',')}}`
  const [row] = await db.execute<{ gone: number }>(
    sql`select app.remove_missing(${libraryId}::uuid, ${chosen}::uuid[], ${most}::int) as gone`,
  )
  return row?.gone ?? 0
}

export async function findBook(scope: OrganizationScope, bookId: string) {
  const [row] = await scope.db
    .select({
      ...cardColumns,
      libraryName: library.name,
      libraryKind: library.kind,
      missingNights: book.missingNights,
      keepMissingNights: library.keepMissingNights,
      subtitle: book.subtitle,
      published: book.published,
      description: book.description,
      layout: book.layout,
      direction: book.direction,
      drm: book.drm,
      publisher: publisher.name,
    })
    .from(book)
    .innerJoin(library, and(eq(library.organizationId, book.organizationId), eq(library.id, book.libraryId)))
    .leftJoin(publisher, and(eq(publisher.organizationId, book.organizationId), eq(publisher.id, book.publisherId)))
    .where(and(...shelf(scope, undefined), eq(book.id, bookId)))
  return row && { card: toCard(row), ...row }
}

/** What hangs on a book: people, series, tags, identifiers, files and the reader's own state. */
export async function findBookParts(scope: OrganizationScope, bookId: string) {
  const { db, organizationId } = scope
  const [contributors, allSeries, tags, identifiers, files, metadata, reading] = await Promise.all([
    db
      .select({ id: person.id, name: person.name, role: bookContributor.role })
      .from(bookContributor)
      .innerJoin(person, and(eq(person.organizationId, bookContributor.organizationId), eq(person.id, bookContributor.personId)))
      .where(and(eq(bookContributor.organizationId, organizationId), eq(bookContributor.bookId, bookId)))
      .orderBy(asc(bookContributor.position)),
    db
      .select({ id: series.id, name: series.name, position: bookSeries.position })
      .from(bookSeries)
      .innerJoin(series, and(eq(series.organizationId, bookSeries.organizationId), eq(series.id, bookSeries.seriesId)))
      .where(and(eq(bookSeries.organizationId, organizationId), eq(bookSeries.bookId, bookId)))
      .orderBy(asc(series.sortName)),
    db
      .select({ name: tag.name })
      .from(bookTag)
      .innerJoin(tag, and(eq(tag.organizationId, bookTag.organizationId), eq(tag.id, bookTag.tagId)))
      .where(and(eq(bookTag.organizationId, organizationId), eq(bookTag.bookId, bookId)))
      .orderBy(asc(tag.sortName)),
    db
      .select({ scheme: bookIdentifier.scheme, value: bookIdentifier.value })
      .from(bookIdentifier)
      .where(and(eq(bookIdentifier.organizationId, organizationId), eq(bookIdentifier.bookId, bookId)))
      .orderBy(asc(bookIdentifier.position)),
    db
      .select({
        id: libraryFile.id,
        format: libraryFile.format,
        path: libraryFile.path,
        size: libraryFile.size,
        modifiedMs: libraryFile.modifiedMs,
        missing: sql<boolean>`${libraryFile.missingAt} is not null and not ${libraryFile.held}`,
      })
      .from(libraryFile)
      .where(and(eq(libraryFile.organizationId, organizationId), eq(libraryFile.bookId, bookId)))
      .orderBy(asc(libraryFile.path)),
    listValues(scope, bookId),
    db
      .select({ status: readingState.status })
      .from(readingState)
      .where(and(eq(readingState.organizationId, organizationId), eq(readingState.userId, scope.user.id), eq(readingState.bookId, bookId))),
  ])
  const first = allSeries[0]
  const sameSeries = first
    ? await db
        .select(cardColumns)
        .from(bookSeries)
        .innerJoin(book, and(eq(book.organizationId, bookSeries.organizationId), eq(book.id, bookSeries.bookId)))
        .where(
          and(
            ...shelf(scope, undefined),
            eq(bookSeries.organizationId, organizationId),
            eq(bookSeries.seriesId, first.id),
            ne(book.id, bookId),
          ),
        )
        .orderBy(asc(bookSeries.position), asc(book.sortTitle))
        .limit(20)
    : []
  return {
    contributors,
    allSeries,
    tags: tags.map((row) => row.name),
    identifiers,
    files,
    metadata,
    readingStatus: reading[0]?.status ?? ('unread' as const),
    sameSeries: sameSeries.map(toCard),
  }
}

/** Puts the waiting covers of these books before all others. */
export async function wantCovers(scope: OrganizationScope, bookIds: readonly string[]): Promise<void> {
  // Rows that the job is about to finish are left alone, so that neither waits for the other.
  const free = scope.db
    .select({ id: coverTask.bookId })
    .from(coverTask)
    .where(and(eq(coverTask.organizationId, scope.organizationId), inArray(coverTask.bookId, [...bookIds])))
    .orderBy(asc(coverTask.bookId))
    .for('update', { skipLocked: true })
  await scope.db
    .update(coverTask)
    .set({ wantedAt: sql`now()` })
    .where(and(eq(coverTask.organizationId, scope.organizationId), inArray(coverTask.bookId, free)))
}

/** Names of the thumbnails of those among these books that are visible and have one, by book. */
export async function findCovers(scope: OrganizationScope, bookIds: readonly string[]): Promise<Map<string, string>> {
  if (!hasPermission(scope.permissions, 'book:read')) return new Map()
  // One array parameter, so that the statement is the same for any number of books.
  const wanted = sql`${book.id} = any (${`{${bookIds.join(',')}}`}::uuid[])`
  const rows = await scope.db
    .select({ id: book.id, hash: book.coverHash })
    .from(book)
    .where(and(...shelf(scope, undefined), wanted))
  return new Map(rows.flatMap(({ id, hash }) => (hash ? [[id, hash]] : [])))
}

/** A file of a visible book, with the folders that its organization may use; undefined for none. */
export async function findDownload(scope: OrganizationScope, fileId: string) {
  if (!hasPermission(scope.permissions, 'book:download')) return undefined
  const [row] = await scope.db
    .select({
      path: libraryFile.path,
      size: libraryFile.size,
      modifiedMs: libraryFile.modifiedMs,
      sha256: libraryFile.sha256,
      format: libraryFile.format,
      folder: libraryFolder.path,
      kind: library.kind,
      libraryId: library.id,
    })
    .from(libraryFile)
    .innerJoin(book, and(eq(book.organizationId, libraryFile.organizationId), eq(book.id, libraryFile.bookId)))
    .innerJoin(library, and(eq(library.organizationId, book.organizationId), eq(library.id, book.libraryId)))
    .innerJoin(libraryFolder, and(eq(libraryFolder.organizationId, libraryFile.organizationId), eq(libraryFolder.id, libraryFile.folderId)))
    .where(and(...shelf(scope, undefined), eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.id, fileId)))
  if (!row) return undefined
  const { organizationId } = scope
  if (row.kind === 'managed') return { ...row, key: fileKey({ organizationId, libraryId: row.libraryId }, row.path), roots: [] }
  return { ...row, key: null, roots: (await listAssignedRoots(scope)).map((root) => root.path) }
}
