import { and, eq, sql } from 'drizzle-orm'
import { json, list } from '@carrel/db'
import { coverTask } from '@carrel/db/schema'
import type { JobScope } from '../../scope.ts'
import { lockBooks } from '../../books/description/queries.ts'

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

/** At once, of those in a folder that cannot be read now, which may be many thousands. */
const passedBy = 2000

const sources = sql`
  join book b on b.organization_id = t.organization_id and b.id = t.book_id
  left join library_file f on f.organization_id = b.organization_id and f.id = b.cover_file_id and f.problem is null and (f.missing_at is null or f.held)`
const task = sql`t.book_id as "bookId", t.wanted_at is not null as wanted, f.folder_id as "folderId", f.path, b.cover_file_sha256 as source`

/** The next books to cover, those looked at last first; without those whose file lies in a folder that cannot be read now. Moves `walk` on. */
export async function listCoverTasks(
  scope: JobScope,
  walk: CoverWalk,
  { onlyWanted, folderIds, limit }: { onlyWanted: boolean; folderIds: readonly string[]; limit: number },
): Promise<CoverTask[]> {
  const { db, organizationId, libraryId } = scope
  const readable = sql`(f.folder_id is null or f.folder_id = any (${list(folderIds)}::uuid[]))`
  const wanted = await db.execute<CoverTask>(sql`
    select ${task} from cover_task t ${sources}
    where t.organization_id = ${organizationId} and t.library_id = ${libraryId} and t.wanted_at is not null
      and not t.book_id = any (${list([...walk.busy, ...walk.putOff])}::uuid[]) and ${readable}
    order by t.wanted_at desc, t.book_id limit ${limit}`)
  if (wanted.length > 0 || onlyWanted) return [...wanted]
  for (let page = limit; ; page = passedBy) {
    const { rest } = walk
    // By an index that has this order.
    const next = await db.execute<CoverTask & { readable: boolean }>(sql`
      select ${task}, ${readable} as readable
      from (select * from cover_task
        where organization_id = ${organizationId} and library_id = ${libraryId} and wanted_at is null
          and ${rest === null ? sql`true` : sql`book_id > ${rest}::uuid`} and not book_id = any (${list(walk.busy)}::uuid[])
        order by wanted_at desc nulls last, book_id limit ${sql.raw(String(page))}) as t
      ${sources} order by t.book_id`)
    const found = next.filter((each) => each.readable).slice(0, limit)
    walk.rest = (found.length === limit ? found : next).at(-1)?.bookId ?? rest
    if (found.length > 0 || next.length === 0) return found
  }
}

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
  await lockBooks(scope, rows.map(({ id }) => id)) // prettier-ignore
  // Their ids once more as a list, by which the index is asked: a join may read all books.
  const [done] = await scope.db.execute<{ count: number }>(sql`
    with made as (
      update book b set cover_state = r.state, cover_hash = r.hash, cover_thumbhash = r.thumbhash, cover_color = r.color, cover_aspect = r.aspect
      from json_to_recordset(${json(rows)})
        as r(id uuid, source text, state text, hash text, thumbhash text, color text, aspect real)
      where b.organization_id = ${scope.organizationId} and b.id = any (${list(rows.map(({ id }) => id))}::uuid[]) and b.id = r.id
        and b.cover_file_sha256 is not distinct from r.source
      returning b.id
    ), finished as (
      delete from cover_task where organization_id = ${scope.organizationId} and book_id in (select id from made)
    )
    select count(*)::int as count from made`)
  return done?.count ?? 0
}
