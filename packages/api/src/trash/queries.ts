import { and, count, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import { book, library } from '@carrel/db/schema'
import { cardColumns, toCard } from '../books/queries.ts'
import { decodeCursor, encodeCursor, isMoment } from '../cursor.ts'
import type { OrganizationScope, VisitorScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import type { ListTrash, TrashPage } from './schema.ts'

const keptMs = 30 * 24 * 3_600_000

const trash = (scope: OrganizationScope, libraryId: string) =>
  and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, libraryId), isNotNull(book.deletedAt), isNull(book.mergedInto))

/** A page of deleted books, the last one first; null for a cursor that is none of ours. */
export async function listTrash(scope: OrganizationScope, { libraryId, cursor, limit }: ListTrash): Promise<TrashPage | null> {
  const place = cursor === undefined ? undefined : decodeCursor(cursor, 2)
  if (place === null || (place && (!isMoment(place[0]) || !Id.safeParse(place[1]).success))) return null
  const [rows, total] = await Promise.all([
    scope.db
      .select({ ...cardColumns, deletedAt: sql<Date>`${book.deletedAt}`.mapWith(book.deletedAt) })
      .from(book)
      .where(and(trash(scope, libraryId), place && sql`(${book.deletedAt}, ${book.id}) < (${place[0]}::timestamptz, ${place[1]}::uuid)`))
      .orderBy(desc(book.deletedAt), desc(book.id))
      .limit(limit + 1),
    countTrash(scope, libraryId),
  ])
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(({ deletedAt, ...row }) => ({
      ...toCard(row),
      deletedAt: deletedAt.toISOString(),
      restorableUntil: new Date(deletedAt.getTime() + keptMs).toISOString(),
    })),
    nextCursor: rows.length > limit && last ? encodeCursor([last.deletedAt.toISOString(), last.id]) : null,
    total,
  }
}

export type Trashed = { title: string; library: string }

/** Puts a book of a managed library into the trash. Undefined when there is none such, or it is there already. */
export async function trashBook(scope: OrganizationScope, bookId: string): Promise<Trashed | undefined> {
  const [done] = await change(scope, [bookId], new Date(), isNull(book.deletedAt))
  return done
}

/** Takes a book out of the trash. Undefined when it is not in it. */
export async function restoreBook(
  scope: OrganizationScope,
  { libraryId, bookId }: { libraryId: string; bookId: string },
): Promise<Trashed | undefined> {
  const [done] = await change(scope, [bookId], null, inTrash(libraryId))
  return done
}

/** Puts those of these books into the trash that are on the shelf of the library. How many went. */
export async function trashBooks(scope: OrganizationScope, libraryId: string, bookIds: readonly string[]): Promise<number> {
  const done = await change(scope, bookIds, new Date(), and(isNull(book.deletedAt), eq(book.libraryId, libraryId)))
  return done.length
}

/** Takes those of these books out of the trash that are in it. How many came back. */
export async function restoreBooks(scope: OrganizationScope, libraryId: string, bookIds: readonly string[]): Promise<number> {
  const done = await change(scope, bookIds, null, inTrash(libraryId))
  return done.length
}

const inTrash = (libraryId: string) => and(isNotNull(book.deletedAt), isNull(book.mergedInto), eq(book.libraryId, libraryId))

async function change(
  scope: OrganizationScope,
  bookIds: readonly string[],
  deletedAt: Date | null,
  where: ReturnType<typeof and>,
): Promise<Trashed[]> {
  // One order for all who lock several books.
  const chosen = scope.db
    .select({ id: book.id })
    .from(book)
    .where(and(eq(book.organizationId, scope.organizationId), inArray(book.id, [...bookIds])))
    .orderBy(book.id)
    .for('update')
  return scope.db
    .update(book)
    .set({ deletedAt })
    .from(library)
    .where(
      and(
        eq(book.organizationId, scope.organizationId),
        inArray(book.id, chosen),
        where,
        eq(library.organizationId, book.organizationId),
        eq(library.id, book.libraryId),
        eq(library.kind, 'managed'),
      ),
    )
    .returning({ title: book.title, library: library.name })
}

/** Removes books of the trash for good, with everyone's place in them: these, or at most so many. How many went. */
export async function emptyTrash(
  { db }: OrganizationScope,
  libraryId: string,
  bookIds: readonly string[] | null,
  most: number,
): Promise<number> {
  const chosen = bookIds && `{${bookIds.join(',')}}`
  const [row] = await db.execute<{ gone: number }>(sql`select app.empty_trash(${libraryId}::uuid, ${chosen}::uuid[], ${most}::int) as gone`)
  return row?.gone ?? 0
}

export async function countTrash(scope: OrganizationScope, libraryId: string): Promise<number> {
  const [row] = await scope.db.select({ total: count() }).from(book).where(trash(scope, libraryId))
  return row?.total ?? 0
}

/** Removes at most so many books that were in the trash for thirty days. How many went. */
export async function expireTrash({ db }: VisitorScope, most: number): Promise<number> {
  const [row] = await db.execute<{ gone: number }>(sql`select app.expire_trash(${most}::int) as gone`)
  return row?.gone ?? 0
}
