import { and, eq, sql } from 'drizzle-orm'
import { coverTask } from '@carrel/db/schema'
import type { JobScope } from '../../scope.ts'

/** A book that waits for its thumbnail, and the file to take it from; null when none is readable. */
export type CoverTask = { bookId: string; folderId: string | null; path: string | null; source: string | null }

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

/**
 * The next books to cover, those looked at last first; without those put off, and those whose file lies in a
 * folder that cannot be read now.
 */
export async function listCoverTasks(
  scope: JobScope,
  { onlyWanted, folderIds, putOff, limit }: { onlyWanted: boolean; folderIds: readonly string[]; putOff: readonly string[]; limit: number },
): Promise<CoverTask[]> {
  return scope.db.execute<CoverTask>(sql`
    select t.book_id as "bookId", f.folder_id as "folderId", f.path, b.cover_file_sha256 as source
    from cover_task t
    join book b on b.organization_id = t.organization_id and b.id = t.book_id
    left join library_file f on f.organization_id = b.organization_id and f.id = b.cover_file_id and f.problem is null and (f.missing_at is null or f.held)
    where t.organization_id = ${scope.organizationId} and t.library_id = ${scope.libraryId} ${onlyWanted ? sql`and t.wanted_at is not null` : sql``}
      and (f.folder_id is null or f.folder_id = any (${array(folderIds)})) and not t.book_id = any (${array(putOff)})
    order by t.wanted_at desc nulls last, t.book_id limit ${limit}`)
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

/** Writes what was made and takes the books off the list, but those that have another cover meanwhile. */
export async function finishCovers(scope: JobScope, rows: readonly CoverRow[]): Promise<void> {
  if (rows.length === 0) return
  await scope.db.execute(sql`
    with made as (
      update book b set cover_state = r.state, cover_hash = r.hash, cover_thumbhash = r.thumbhash, cover_color = r.color, cover_aspect = r.aspect
      from json_to_recordset(${JSON.stringify(rows)}::text::json)
        as r(id uuid, source text, state text, hash text, thumbhash text, color text, aspect real)
      where b.organization_id = ${scope.organizationId} and b.id = r.id and b.cover_file_sha256 is not distinct from r.source
      returning b.id
    )
    delete from cover_task where organization_id = ${scope.organizationId} and book_id in (select id from made)`)
}
