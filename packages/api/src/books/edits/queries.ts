import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { json, list } from '@carrel/db'
import { book, bookChange, bookEdit, coverTask, libraryFile } from '@carrel/db/schema'
import type { LibraryScope, OrganizationScope } from '../../scope.ts'
import type { BookEdits, UploadedCover } from './schema.ts'

/** Those of these books that are on a shelf that the actor sees. */
export async function findShelved(
  scope: OrganizationScope,
  bookIds: readonly string[],
): Promise<{ id: string; libraryId: string; title: string }[]> {
  return scope.db
    .select({ id: book.id, libraryId: book.libraryId, title: book.title })
    .from(book)
    .where(and(eq(book.organizationId, scope.organizationId), isNull(book.deletedAt), sql`${book.id} = any (${list(bookIds)}::uuid[])`))
}

/** Writes what people wrote of these books, all of it. */
export async function writeEdits(scope: LibraryScope, edits: ReadonlyMap<string, BookEdits>): Promise<void> {
  const rows = [...edits].map(([id, values]) => ({ id, values }))
  const kept = rows.filter(({ values }) => Object.keys(values).length > 0)
  const emptied = rows.filter(({ values }) => Object.keys(values).length === 0).map(({ id }) => id)
  if (kept.length > 0)
    await scope.db.execute(sql`insert into book_edit (organization_id, book_id, values, updated_at)
      select ${scope.organizationId}, id, values, now() from json_to_recordset(${json(kept)}) as r(id uuid, values jsonb)
      on conflict (organization_id, book_id) do update set values = excluded.values, updated_at = excluded.updated_at`)
  if (emptied.length > 0)
    await scope.db.delete(bookEdit).where(and(eq(bookEdit.organizationId, scope.organizationId), inArray(bookEdit.bookId, emptied)))
}

export type ChangeKind = (typeof bookChange.$inferSelect)['kind']

/** Notes a deed for its undoing. */
export async function insertChange(
  scope: OrganizationScope,
  changeId: string,
  kind: ChangeKind,
  rows: readonly { bookId: string; before: object; after: object }[],
): Promise<void> {
  if (rows.length === 0) return
  await scope.db.execute(sql`insert into book_change (organization_id, id, book_id, kind, actor_id, actor_name, before, after)
    select ${scope.organizationId}, ${changeId}::uuid, "bookId", ${kind}, ${scope.actorId}::uuid, ${scope.user.name}, before, after
    from json_to_recordset(${json(rows)}) as r("bookId" uuid, before jsonb, after jsonb)`)
}

export type ChangeRow = {
  bookId: string
  libraryId: string
  kind: ChangeKind
  before: Record<string, unknown>
  after: Record<string, unknown>
}

/** What a deed did that is not undone yet, in libraries where the actor may edit, library by library. */
export async function findChange(scope: OrganizationScope, changeId: string): Promise<ChangeRow[]> {
  return scope.db
    .select({
      bookId: bookChange.bookId,
      libraryId: book.libraryId,
      kind: bookChange.kind,
      before: bookChange.before,
      after: bookChange.after,
    })
    .from(bookChange)
    .innerJoin(book, and(eq(book.organizationId, bookChange.organizationId), eq(book.id, bookChange.bookId)))
    .where(and(eq(bookChange.organizationId, scope.organizationId), eq(bookChange.id, changeId), isNull(bookChange.undoneAt)))
    .orderBy(asc(book.libraryId))
}

export async function markUndone(scope: OrganizationScope, changeId: string, bookIds: readonly string[]): Promise<void> {
  await scope.db
    .update(bookChange)
    .set({ undoneAt: new Date() })
    .where(and(eq(bookChange.organizationId, scope.organizationId), eq(bookChange.id, changeId), inArray(bookChange.bookId, [...bookIds])))
}

/** What was done to a book, newest first, at most 50 deeds. */
export async function listChanges(scope: OrganizationScope, bookId: string) {
  return scope.db
    .select({
      id: bookChange.id,
      kind: bookChange.kind,
      at: bookChange.at,
      actorName: bookChange.actorName,
      before: bookChange.before,
      after: bookChange.after,
      undone: sql<boolean>`${bookChange.undoneAt} is not null`,
      books: sql<number>`(select count(*)::int from book_change c where c.organization_id = book_change.organization_id and c.id = book_change.id)`,
    })
    .from(bookChange)
    .where(and(eq(bookChange.organizationId, scope.organizationId), eq(bookChange.bookId, bookId)))
    .orderBy(desc(bookChange.at), desc(bookChange.id))
    .limit(50)
}

/** Shows what people put up; nothing is left to draw of it. */
export async function showUploadedCovers(scope: LibraryScope, covers: readonly (UploadedCover & { id: string })[]): Promise<void> {
  await Promise.all([
    scope.db
      .execute(sql`update book b set cover_state = 'ready', cover_hash = r.hash, cover_thumbhash = r.thumbhash, cover_color = r.color, cover_aspect = r.aspect
      from json_to_recordset(${json(covers)}) as r(id uuid, hash text, thumbhash text, color text, aspect real)
      where b.organization_id = ${scope.organizationId} and b.id = r.id`),
    scope.db.execute(
      sql`delete from cover_task where organization_id = ${scope.organizationId} and book_id = any (${list(covers.map(({ id }) => id))}::uuid[])`,
    ),
  ])
}

export async function hasFile(scope: LibraryScope, bookId: string, fileId: string): Promise<boolean> {
  const rows = await scope.db
    .select({ id: libraryFile.id })
    .from(libraryFile)
    .where(and(eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.bookId, bookId), eq(libraryFile.id, fileId)))
  return rows.length > 0
}

/** Files of these books, and content that they once had. */
export async function listHoldings(scope: LibraryScope, bookIds: readonly string[]) {
  const rows = await scope.db.execute<{ bookId: string; files: string[]; contents: string[] }>(sql`
    select b.id as "bookId",
      array(select f.id::text from library_file f where f.organization_id = b.organization_id and f.book_id = b.id) as files,
      array(select c.sha256 from former_content c where c.organization_id = b.organization_id and c.book_id = b.id) as contents
    from book b where b.organization_id = ${scope.organizationId} and b.library_id = ${scope.libraryId} and b.id = any (${list(bookIds)}::uuid[])`)
  return [...rows]
}

/** Gives files and former content of a book to another; with `only`, what of it the book still has, and content that left these files since. */
export async function giveFiles(
  scope: LibraryScope,
  { from, to, only }: { from: string; to: string; only?: { files: readonly string[]; contents: readonly string[] } },
): Promise<void> {
  const mine = sql`organization_id = ${scope.organizationId} and library_id = ${scope.libraryId} and book_id = ${from}::uuid`
  const files = only ? sql`and id = any (${list(only.files)}::uuid[])` : sql``
  const contents = only ? sql`and (sha256 = any (${list(only.contents)}::text[]) or file_id = any (${list(only.files)}::uuid[]))` : sql``
  await scope.db.execute(sql`update library_file set book_id = ${to}::uuid where ${mine} ${files}`)
  await scope.db.execute(sql`update former_content set book_id = ${to}::uuid where ${mine} ${contents}`)
}

/** The book that each of these files belongs to now, by file. */
export async function findBooksOfFiles(scope: LibraryScope, fileIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await scope.db.execute<{ id: string; book: string }>(sql`select id, book_id as book from library_file
    where organization_id = ${scope.organizationId} and library_id = ${scope.libraryId} and book_id is not null and id = any (${list(fileIds)}::uuid[])`)
  return new Map([...rows].map(({ id, book: bookId }) => [id, bookId]))
}

/** Everyone's place in several books goes to one. `changeId`: the deed under which it can be had back, or null. */
export async function mergeReading(
  scope: OrganizationScope,
  changeId: string | null,
  targetId: string,
  sourceIds: readonly string[],
): Promise<void> {
  await scope.db.execute(sql`select app.merge_reading(${changeId}::uuid, ${targetId}::uuid, ${list(sourceIds)}::uuid[])`)
}

export async function partReading(scope: OrganizationScope, changeId: string, targetId: string): Promise<void> {
  await scope.db.execute(sql`select app.part_reading(${changeId}::uuid, ${targetId}::uuid)`)
}

/** Takes books off the shelf whose files another has now. */
export async function hideBooks(scope: LibraryScope, bookIds: readonly string[], targetId: string): Promise<void> {
  await scope.db
    .update(book)
    .set({ deletedAt: new Date(), mergedInto: targetId, missingAt: null })
    .where(and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, scope.libraryId), inArray(book.id, [...bookIds])))
}

export async function showBooks(scope: LibraryScope, bookIds: readonly string[]): Promise<void> {
  await scope.db
    .update(book)
    .set({ deletedAt: null, mergedInto: null })
    .where(and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, scope.libraryId), inArray(book.id, [...bookIds])))
}

/** The book that each of these is hidden behind, or null. */
export async function findMerged(scope: LibraryScope, bookIds: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await scope.db
    .select({ id: book.id, mergedInto: book.mergedInto })
    .from(book)
    .where(and(eq(book.organizationId, scope.organizationId), inArray(book.id, [...bookIds])))
  return new Map(rows.map(({ id, mergedInto }) => [id, mergedInto]))
}

/** Sets the count of a book's library to what is there. */
export async function recountBooks(scope: OrganizationScope, bookId: string): Promise<void> {
  await scope.db.execute(sql`select app.recount_books(${bookId}::uuid)`)
}

/** True when one of these books waits for its picture. */
export async function waitsForCover(scope: OrganizationScope, bookIds: readonly string[]): Promise<boolean> {
  const rows = await scope.db
    .select({ id: coverTask.bookId })
    .from(coverTask)
    .where(and(eq(coverTask.organizationId, scope.organizationId), inArray(coverTask.bookId, [...bookIds])))
    .limit(1)
  return rows.length > 0
}
