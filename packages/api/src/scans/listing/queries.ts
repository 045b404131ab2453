import { createHash } from 'node:crypto'
import { and, eq, inArray, isNotNull, isNull, lt, sql, type SQL } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { book, library, libraryFile } from '@carrel/db/schema'
import type { JobScope } from '../../scope.ts'
import type { NameRow } from './book-rows.ts'

/** What the database knows of a file from an earlier scan. */
export type KnownFile = { id: string; bookId: string | null; size: number | null; modifiedMs: number | null; problem: string | null }

export type BookRow = { id: string; publisherId: string | null; formats: string[]; coverState: 'pending' | 'none' } & Record<
  string,
  unknown
>
export type BookParts = {
  contributors: { book: string; position: number; person: string; role: string }[]
  series: { book: string; series: string; position: string | null }[]
  tags: { book: string; tag: string }[]
  identifiers: { book: string; position: number; scheme: string; value: string }[]
}
export type FileRow = {
  id: string
  folder: string
  book: string | null
  path: string
  size: number | null
  modified: number | null
  sha256: string | null
  format: string | null
  problem: string | null
  detail: string | null
}

const nameTables = { person: sql`person`, series: sql`series`, publisher: sql`publisher`, tag: sql`tag` }
export type NameTable = keyof typeof nameTables

/** Rows as one parameter, so that a batch is one statement whatever its length. */
const json = (rows: unknown): SQL => sql`${JSON.stringify(rows)}::text::json`
const pathHash = (path: string): Buffer => createHash('sha256').update(path).digest()

const ofLibrary = (scope: JobScope) => and(eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.libraryId, scope.libraryId))

/** Known files among these paths of a folder, by path. */
export async function findKnownFiles(scope: JobScope, folderId: string, paths: readonly string[]): Promise<Map<string, KnownFile>> {
  const rows = await scope.db
    .select({
      id: libraryFile.id,
      bookId: libraryFile.bookId,
      path: libraryFile.path,
      size: libraryFile.size,
      modifiedMs: libraryFile.modifiedMs,
      problem: libraryFile.problem,
    })
    .from(libraryFile)
    .where(
      and(
        eq(libraryFile.organizationId, scope.organizationId),
        eq(libraryFile.folderId, folderId),
        inArray(libraryFile.pathHash, paths.map(pathHash)),
      ),
    )
  return new Map(rows.map((row) => [row.path, row]))
}

/** Books of this library that hold a file of the same content, by digest. */
export async function findBooksByContent(scope: JobScope, hashes: readonly string[]): Promise<Map<string, string>> {
  if (hashes.length === 0) return new Map()
  const rows = await scope.db
    .select({ sha256: libraryFile.sha256, bookId: libraryFile.bookId })
    .from(libraryFile)
    .where(and(ofLibrary(scope), inArray(libraryFile.sha256, [...hashes]), isNotNull(libraryFile.bookId)))
  return new Map(rows.flatMap((row) => (row.sha256 && row.bookId ? [[row.sha256, row.bookId]] : [])))
}

/** Of these books, those that more than one file makes up. */
export async function findSharedBooks(scope: JobScope, bookIds: readonly string[]): Promise<Set<string>> {
  if (bookIds.length === 0) return new Set()
  const rows = await scope.db
    .select({ bookId: libraryFile.bookId })
    .from(libraryFile)
    .where(and(eq(libraryFile.organizationId, scope.organizationId), inArray(libraryFile.bookId, [...bookIds])))
    .groupBy(libraryFile.bookId)
    .having(sql`count(*) > 1`)
  return new Set(rows.flatMap((row) => row.bookId ?? []))
}

/** Ids of these names, made where they are missing, by key. */
export async function upsertNames(scope: JobScope, table: NameTable, names: readonly NameRow[]): Promise<Map<string, string>> {
  // In the order of the key, so that two scans of one organization cannot lock each other out.
  const rows = names.map((row) => ({ id: newId(), ...row })).toSorted((a, b) => (a.nameKey < b.nameKey ? -1 : 1))
  await scope.db.execute(sql`insert into ${nameTables[table]} (organization_id, id, name, sort_name, name_key)
    select ${scope.organizationId}, id, name, "sortName", "nameKey" from json_to_recordset(${json(rows)}) as r(id uuid, name text, "sortName" text, "nameKey" text)
    on conflict do nothing`)
  const keys = json(rows.map((row) => row.nameKey))
  const found = await scope.db.execute<{ id: string; key: string }>(sql`select id, name_key as key from ${nameTables[table]}
    where organization_id = ${scope.organizationId} and name_key in (select value from json_array_elements_text(${keys}))`)
  return new Map(found.map((row) => [row.key, row.id]))
}

const bookColumns = {
  title: 'text',
  sort_title: 'text',
  subtitle: 'text',
  published: 'text',
  description: 'text',
  languages: 'text[]',
  layout: 'text',
  direction: 'text',
  vertical: 'boolean',
  drm: 'text',
  authors: 'text[]',
  author_sort: 'text',
  formats: 'text[]',
  series_name: 'text',
  series_position: 'text',
  search_text: 'text',
  publisher_id: 'uuid',
  cover_state: 'text',
}
const camel = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const columnNames = Object.keys(bookColumns)
const columnList = sql.raw(columnNames.join(', '))
const recordColumns = sql.raw(columnNames.map((name) => `"${camel(name)}"`).join(', '))
const recordTypes = sql.raw(['id uuid', ...Object.entries(bookColumns).map(([name, type]) => `"${camel(name)}" ${type}`)].join(', '))
const overwrite = sql.raw(columnNames.map((name) => `${name} = excluded.${name}`).join(', '))

/** Writes books, new ones and ones whose file changed, with a place in the line for thumbnails. */
export async function upsertBooks(scope: JobScope, rows: readonly BookRow[], now: string): Promise<void> {
  await scope.db.execute(sql`insert into book (organization_id, library_id, added_at, updated_at, id, ${columnList})
    select ${scope.organizationId}, ${scope.libraryId}, ${now}::timestamptz, ${now}::timestamptz, id, ${recordColumns}
    from json_to_recordset(${json(rows)}) as r(${recordTypes})
    on conflict (organization_id, id) do update set updated_at = excluded.updated_at, ${overwrite}`)
  const covers = json(rows.filter((row) => row.coverState === 'pending').map((row) => row.id))
  await scope.db.execute(sql`insert into cover_task (organization_id, book_id, library_id)
    select ${scope.organizationId}, value::uuid, ${scope.libraryId} from json_array_elements_text(${covers}) on conflict do nothing`)
}

/** Takes people, series, tags and identifiers off books whose file changed. */
export async function deleteBookParts(scope: JobScope, bookIds: readonly string[]): Promise<void> {
  const ids = json(bookIds)
  await Promise.all(
    ['book_contributor', 'book_series', 'book_tag', 'book_identifier'].map((table) =>
      scope.db.execute(sql`delete from ${sql.identifier(table)} where organization_id = ${scope.organizationId}
        and book_id in (select value::uuid from json_array_elements_text(${ids}))`),
    ),
  )
}

export async function insertBookParts(scope: JobScope, parts: BookParts): Promise<void> {
  const org = scope.organizationId
  const statements: SQL[] = []
  if (parts.contributors.length > 0) {
    statements.push(sql`insert into book_contributor (organization_id, book_id, position, person_id, role)
      select ${org}, book, position, person, role from json_to_recordset(${json(parts.contributors)}) as r(book uuid, position int, person uuid, role text)`)
  }
  if (parts.series.length > 0) {
    statements.push(sql`insert into book_series (organization_id, book_id, series_id, position)
      select ${org}, book, series, position from json_to_recordset(${json(parts.series)}) as r(book uuid, series uuid, position numeric) on conflict do nothing`)
  }
  if (parts.tags.length > 0) {
    statements.push(sql`insert into book_tag (organization_id, book_id, tag_id)
      select ${org}, book, tag from json_to_recordset(${json(parts.tags)}) as r(book uuid, tag uuid) on conflict do nothing`)
  }
  if (parts.identifiers.length > 0) {
    statements.push(sql`insert into book_identifier (organization_id, book_id, position, scheme, value)
      select ${org}, book, position, scheme, value from json_to_recordset(${json(parts.identifiers)}) as r(book uuid, position int, scheme text, value text)`)
  }
  await Promise.all(statements.map((statement) => scope.db.execute(statement)))
}

export async function upsertFiles(scope: JobScope, files: readonly FileRow[], now: string): Promise<void> {
  const rows = files.map((file) => ({ ...file, hash: pathHash(file.path).toString('hex') }))
  await scope.db
    .execute(sql`insert into library_file (organization_id, id, library_id, folder_id, book_id, path, path_hash, size, modified_ms, sha256, format, problem, problem_detail, seen_at)
    select ${scope.organizationId}, id, ${scope.libraryId}, folder, book, path, decode(hash, 'hex'), size, modified, sha256, format, problem, detail, ${now}::timestamptz
    from json_to_recordset(${json(rows)}) as r(id uuid, folder uuid, book uuid, path text, hash text, size bigint, modified bigint, sha256 text, format text, problem text, detail text)
    on conflict (organization_id, folder_id, path_hash) do update set book_id = excluded.book_id, size = excluded.size, modified_ms = excluded.modified_ms,
      sha256 = excluded.sha256, format = excluded.format, problem = excluded.problem, problem_detail = excluded.problem_detail, seen_at = excluded.seen_at`)
}

/** Marks problems that are still there. */
export async function touchProblems(scope: JobScope, fileIds: readonly string[]): Promise<void> {
  await scope.db
    .update(libraryFile)
    .set({ seenAt: new Date() })
    .where(and(ofLibrary(scope), inArray(libraryFile.id, [...fileIds])))
}

/** Forgets problems that a complete walk has not met again; a file that a book hangs on stays. */
export async function deleteGoneProblems(scope: JobScope, walkStarted: Date): Promise<void> {
  await scope.db
    .delete(libraryFile)
    .where(and(ofLibrary(scope), isNotNull(libraryFile.problem), isNull(libraryFile.bookId), lt(libraryFile.seenAt, walkStarted)))
}

const thisLibrary = (scope: JobScope) => and(eq(library.organizationId, scope.organizationId), eq(library.id, scope.libraryId))

export async function addToCounts(scope: JobScope, books: number, problems: number): Promise<void> {
  if (books === 0 && problems === 0) return
  await scope.db
    .update(library)
    .set({ bookCount: sql`${library.bookCount} + ${books}`, problemCount: sql`greatest(0, ${library.problemCount} + ${problems})` })
    .where(thisLibrary(scope))
}

/** Sets the library's counts to what is there. */
export async function recount(scope: JobScope): Promise<void> {
  const books = and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, scope.libraryId), isNull(book.deletedAt))
  await scope.db
    .update(library)
    .set({
      bookCount: sql`(select count(*) from ${book} where ${books})`,
      problemCount: sql`(select count(*) from ${libraryFile} where ${and(ofLibrary(scope), isNotNull(libraryFile.problem))})`,
      fileBytes: sql`(select coalesce(sum(${libraryFile.size}), 0) from ${libraryFile} where ${and(ofLibrary(scope), isNotNull(libraryFile.bookId))})`,
    })
    .where(thisLibrary(scope))
}

export async function markScanned(scope: JobScope): Promise<void> {
  await scope.db.update(library).set({ lastScannedAt: new Date() }).where(thisLibrary(scope))
}
