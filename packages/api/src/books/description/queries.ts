import { and, eq, sql, type SQL } from 'drizzle-orm'
import { json, list, newId } from '@carrel/db'
import { bookEdit } from '@carrel/db/schema'
import type { LibraryScope } from '../../scope.ts'
import type { BookEdits } from '../edits/schema.ts'
import type { NameRow } from './rows.ts'

export type BookRow = {
  id: string
  publisherId: string | null
  formats: string[]
  coverState: 'pending' | 'none'
  coverFileId: string | null
  coverFileSha256: string | null
} & Record<string, unknown>
export type BookParts = {
  contributors: { book: string; position: number; person: string; role: string }[]
  series: { book: string; series: string; position: string | null }[]
  tags: { book: string; tag: string }[]
  identifiers: { book: string; position: number; scheme: string; value: string }[]
}

const nameTables = { person: sql`person`, series: sql`series`, publisher: sql`publisher`, tag: sql`tag` }
export type NameTable = keyof typeof nameTables

/** Nobody else describes these books until this transaction ends. Answers those that are there. */
export async function lockBooks(scope: LibraryScope, bookIds: readonly string[]): Promise<string[]> {
  if (bookIds.length === 0) return []
  const rows = await scope.db.execute<{
    id: string
  }>(sql`select id from book where organization_id = ${scope.organizationId} and id = any (${list(bookIds)}::uuid[])
    order by id for no key update`)
  return [...rows].map(({ id }) => id)
}

/** What people wrote of these books, by book. */
export async function findEdits(scope: LibraryScope, bookIds: readonly string[]): Promise<Map<string, BookEdits>> {
  if (bookIds.length === 0) return new Map()
  const rows = await scope.db
    .select({ bookId: bookEdit.bookId, values: bookEdit.values })
    .from(bookEdit)
    .where(and(eq(bookEdit.organizationId, scope.organizationId), sql`${bookEdit.bookId} = any (${list(bookIds)}::uuid[])`))
  return new Map(rows.map((row) => [row.bookId, row.values]))
}

/** Ids of these names, made where they are missing, by key. */
export async function upsertNames(scope: LibraryScope, table: NameTable, names: readonly NameRow[]): Promise<Map<string, string>> {
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
  page_count: 'integer',
  duration: 'real',
  cover_file_id: 'uuid',
  cover_file_sha256: 'text',
}
const camel = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const columnNames = Object.keys(bookColumns)
const columnList = sql.raw(columnNames.join(', '))
const recordColumns = sql.raw(columnNames.map((name) => `"${camel(name)}"`).join(', '))
const recordTypes = sql.raw(['id uuid', ...Object.entries(bookColumns).map(([name, type]) => `"${camel(name)}" ${type}`)].join(', '))
const overwrite = sql.raw(columnNames.map((name) => `${name} = excluded.${name}`).join(', '))

/** Writes books, new ones and ones of which other things are known now. A cover from another file gets a place in the line for thumbnails. */
export async function upsertBooks(scope: LibraryScope, rows: readonly BookRow[], now: string): Promise<void> {
  await scope.db.execute(sql`with written as (
    insert into book (organization_id, library_id, added_at, updated_at, id, cover_state, ${columnList})
    select ${scope.organizationId}, ${scope.libraryId}, ${now}::timestamptz, ${now}::timestamptz, id, "coverState", ${recordColumns}
    from json_to_recordset(${json(rows)}) as r("coverState" text, ${recordTypes})
    on conflict (organization_id, id) do update set updated_at = excluded.updated_at, ${overwrite},
      cover_state = case when book.cover_file_sha256 is not distinct from excluded.cover_file_sha256 then book.cover_state else excluded.cover_state end
    returning organization_id, id, library_id, cover_state)
    insert into cover_task (organization_id, book_id, library_id)
    select organization_id, id, library_id from written where cover_state = 'pending' on conflict do nothing`)
}

/** Takes people, series, tags and identifiers off books whose file changed. */
export async function deleteBookParts(scope: LibraryScope, bookIds: readonly string[]): Promise<void> {
  const ids = json(bookIds)
  await Promise.all(
    ['book_contributor', 'book_series', 'book_tag', 'book_identifier'].map((table) =>
      scope.db.execute(sql`delete from ${sql.identifier(table)} where organization_id = ${scope.organizationId}
        and book_id in (select value::uuid from json_array_elements_text(${ids}))`),
    ),
  )
}

export async function insertBookParts(scope: LibraryScope, parts: BookParts): Promise<void> {
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
