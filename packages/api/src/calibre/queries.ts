import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { json } from '@carrel/db'
import type { MetadataKind } from '../metadata/schema.ts'
import type { LibraryScope, OrganizationScope } from '../scope.ts'

/** The books on the shelf that have these files in a folder of the library, by path. */
export async function findBooksOfFiles(scope: LibraryScope, folderId: string, paths: readonly string[]): Promise<Map<string, string>> {
  const hashes = [...new Set(paths)].map((path) => ({ hash: createHash('sha256').update(path).digest('hex') }))
  const rows = await scope.db.execute<{ path: string; bookId: string }>(sql`
    select f.path, f.book_id as "bookId" from json_to_recordset(${json(hashes)}) as r(hash text)
    join library_file f on f.organization_id = ${scope.organizationId} and f.folder_id = ${folderId}::uuid and f.path_hash = decode(r.hash, 'hex')
    join book b on b.organization_id = f.organization_id and b.id = f.book_id
    where f.library_id = ${scope.libraryId} and f.role = 'book' and (f.missing_at is null or f.held) and b.deleted_at is null`)
  return new Map([...rows].map(({ path, bookId }) => [path, bookId]))
}

/** The books on the shelf that have files of these units, by unit. */
export async function findBooksByUnit(scope: LibraryScope, units: readonly string[]): Promise<Map<string, string>> {
  const rows = await scope.db.execute<{ unit: string; bookId: string }>(sql`
    select encode(f.unit_hash, 'hex') as unit, f.book_id as "bookId" from library_file f
    join book b on b.organization_id = f.organization_id and b.id = f.book_id
    where f.organization_id = ${scope.organizationId} and f.library_id = ${scope.libraryId} and f.role = 'book' and b.deleted_at is null
      and f.unit_hash in (select decode(value, 'hex') from json_array_elements_text(${json(units)}))
    order by f.id desc`)
  return new Map([...rows].map(({ unit, bookId }) => [unit, bookId]))
}

/** Problems that may be gone when a file is brought again. */
const passing = sql.raw("('vanished', 'unreadable', 'timeout', 'memory', 'crashed', 'disk-full')")

/** Files of these units that are in the library, its trash included, or on their way; `problem`: why one was refused in the last day. */
export async function findBroughtFiles(
  scope: LibraryScope,
  units: readonly string[],
): Promise<{ unit: string; path: string; problem: string | null }[]> {
  const wanted = sql`unit_hash in (select decode(value, 'hex') from json_array_elements_text(${json(units)}))`
  const mine = sql`organization_id = ${scope.organizationId} and library_id = ${scope.libraryId}`
  const rows = await scope.db.execute<{ unit: string; path: string; problem: string | null }>(sql`
    select encode(unit_hash, 'hex') as unit, path, null as problem from library_file where ${mine} and ${wanted} and problem is null
    union all select encode(unit_hash, 'hex'), name, problem from upload
      where ${mine} and ${wanted} and (state in ('received', 'done') or (state = 'refused' and problem not in ${passing}))`)
  return [...rows]
}

export type Place = { bookId: string; status: 'reading' | 'finished'; finishedAt: string | null }

/** Marks books for the person themselves, where they have not begun; answers how many. */
export async function beginPlaces(scope: OrganizationScope, places: readonly Place[]): Promise<number> {
  if (places.length === 0) return 0
  const rows = await scope.db.execute(sql`
    insert into reading_state as s (organization_id, user_id, book_id, status, updated_at, finished_at)
    select ${scope.organizationId}, ${scope.user.id}, "bookId", status, now(), "finishedAt"
    from json_to_recordset(${json(places)}) as r("bookId" uuid, status text, "finishedAt" timestamptz) order by "bookId"
    on conflict (organization_id, user_id, book_id) do update
      set status = excluded.status, updated_at = excluded.updated_at, finished_at = excluded.finished_at
      where s.status = 'unread' and coalesce(s.progress, 0) = 0 and s.locator is null
    returning book_id`)
  return rows.length
}

export type Value = { bookId: string; fieldId: string; kind: MetadataKind; value: string | number | boolean }

/** Gives books their values in fields of the workspace, where they have none or `overwrite` says so; answers what changed. */
export async function writeValues(scope: OrganizationScope, values: readonly Value[], overwrite: boolean): Promise<{ fieldId: string }[]> {
  if (values.length === 0) return []
  const held = (kind: MetadataKind) => sql`case when kind = ${kind} then value end`
  const columns = sql.raw('text, number, date, flag, choice')
  const of = (table: string) => sql.raw(['text', 'number', 'date', 'flag', 'choice'].map((column) => `${table}.${column}`).join(', '))
  const rows = await scope.db.execute<{ fieldId: string }>(sql`
    insert into metadata_value as v (organization_id, book_id, field_id, kind, ${columns})
    select ${scope.organizationId}, "bookId", "fieldId", kind, ${held('text')}, (${held('number')})::double precision, (${held('date')})::date,
      (${held('flag')})::boolean, (${held('choice')})::uuid
    from json_to_recordset(${json(values)}) as r("bookId" uuid, "fieldId" uuid, kind text, value text) order by "bookId", "fieldId"
    on conflict (organization_id, book_id, field_id) do update
      set (${columns}) = row (${of('excluded')}) where ${overwrite} and (${of('v')}) is distinct from (${of('excluded')})
    returning field_id as "fieldId"`)
  return [...rows]
}
