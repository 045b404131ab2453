import { and, eq, sql, type SQL } from 'drizzle-orm'
import { coverTask } from '@carrel/db/schema'
import type { JobScope } from '../../scope.ts'

/** A book that waits for its thumbnail, and the file to take it from; null when none is readable. */
export type CoverTask = { bookId: string; wanted: boolean; folderId: string | null; path: string | null; source: string | null }

/** What became of one book's cover. */
export type CoverRow = {
  id: string
  /** What it was drawn from, as the task said. */
  source: string | null
  state: 'ready' | 'none'
  hash: string | null
  thumbhash: string | null
  color: string | null
  aspect: number | null
}

/** Books looked at whose cover was put off, of which there are few, how far the walk over all others is, and what is being made. */
export type CoverWalk = { putOff: string[]; rest: string | null; busy: string[] }

/** The next books to cover, those looked at last first; without those whose file lies in a folder that cannot be read now. Moves `walk` on. */
export async function listCoverTasks(
  scope: JobScope,
  walk: CoverWalk,
  { onlyWanted, folderIds, limit }: { onlyWanted: boolean; folderIds: readonly string[]; limit: number },
): Promise<CoverTask[]> {
  const read = async (which: SQL, order: SQL) => [
    ...(await scope.db.execute<CoverTask>(sql`
      select t.book_id as "bookId", t.wanted_at is not null as wanted, f.folder_id as "folderId", f.path, b.cover_file_sha256 as source
      from cover_task t
      join book b on b.organization_id = t.organization_id and b.id = t.book_id
      left join library_file f on f.organization_id = b.organization_id and f.id = b.cover_file_id and f.problem is null and (f.missing_at is null or f.held)
      where t.organization_id = ${scope.organizationId} and t.library_id = ${scope.libraryId} and ${which}
        and not t.book_id = any (${array(walk.busy)}) and (f.folder_id is null or f.folder_id = any (${array(folderIds)}))
      order by ${order} limit ${limit}`)),
  ]
  const wanted = await read(sql`t.wanted_at is not null and not t.book_id = any (${array(walk.putOff)})`, sql`t.wanted_at desc, t.book_id`)
  if (wanted.length > 0 || onlyWanted) return wanted
  const { rest } = walk
  const others = await read(
    rest === null ? sql`t.wanted_at is null` : sql`t.wanted_at is null and t.book_id > ${rest}::uuid`,
    sql`t.book_id`,
  )
  walk.rest = others.at(-1)?.bookId ?? rest
  return others
}

/** Ids as one parameter. */
const array = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`

export async function countCoverTasks(scope: JobScope): Promise<number> {
  const [row] = await scope.db
    .select({ count: sql<number>`count(*)::int` })
    .from(coverTask)
    .where(and(eq(coverTask.organizationId, scope.organizationId), eq(coverTask.libraryId, scope.libraryId)))
  return row?.count ?? 0
}

/** Writes what was made and takes the books off the list, but those that have another cover meanwhile. How many are done. */
export async function finishCovers(scope: JobScope, rows: readonly CoverRow[]): Promise<number> {
  if (rows.length === 0) return 0
  const [done] = await scope.db.execute<{ count: number }>(sql`
    with made as (
      update book b set cover_state = r.state, cover_hash = r.hash, cover_thumbhash = r.thumbhash, cover_color = r.color, cover_aspect = r.aspect
      from json_to_recordset(${JSON.stringify(rows)}::text::json)
        as r(id uuid, source text, state text, hash text, thumbhash text, color text, aspect real)
      where b.organization_id = ${scope.organizationId} and b.id = r.id and b.cover_file_sha256 is not distinct from r.source
      returning b.id
    ), finished as (
      delete from cover_task where organization_id = ${scope.organizationId} and book_id in (select id from made)
    )
    select count(*)::int as count from made`)
  return done?.count ?? 0
}
