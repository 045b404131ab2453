import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { CoverResult, ReaderPool } from '@carrel/formats'
import type { BlobStore } from '@carrel/storage'
import type { Transact } from '@carrel/db'
import { coverKey, coverWidths } from '../books/cover-files.ts'
import { asJob } from '../scope.ts'
import { LibraryGone } from './writer.ts'

const batch = 24
const idleMs = 200

type Task = { bookId: string; root: string; path: string }

/**
 * Makes the thumbnails of a library: while it is being listed only those that somebody looks at, then
 * all, those in view first. Returns when none is left.
 */
export async function makeCovers(options: {
  transact: Transact
  blobs: BlobStore
  readers: ReaderPool
  organizationId: string
  libraryId: string
  /** Real paths of the library's folders, by folder id. */
  folders: ReadonlyMap<string, string>
  listing: () => boolean
  onCovered: (count: number) => void
  signal: AbortSignal
}): Promise<void> {
  const { transact, blobs, readers, organizationId, libraryId, folders, listing, onCovered, signal } = options
  for (;;) {
    signal.throwIfAborted()
    const onlyWanted = listing()
    const tasks = await nextTasks(transact, libraryId, folders, onlyWanted)
    if (tasks.length === 0) {
      if (!onlyWanted && !listing()) return
      await wait(idleMs, undefined, { signal })
      continue
    }
    const made = await Promise.all(
      tasks.map(async (task) => {
        const result: CoverResult = task.path
          ? await readers.cover({ root: task.root, path: task.path }, { widths: [...coverWidths], priority: onlyWanted, signal })
          : { ok: true, cover: null }
        const cover = result.ok ? result.cover : null
        await Promise.all(
          cover?.images.map((image) => blobs.put(coverKey(organizationId, cover.sourceSha256, image.width), image.webp)) ?? [],
        )
        return { bookId: task.bookId, cover }
      }),
    )
    await asJob(transact, libraryId, async (scope) => {
      if (!scope) throw new LibraryGone()
      const rows = made.map(({ bookId, cover }) => ({
        id: bookId,
        state: cover ? 'ready' : 'none',
        hash: cover?.sourceSha256 ?? null,
        thumbhash: cover ? Buffer.from(cover.thumbhash).toString('base64') : null,
        color: cover?.color ?? null,
        aspect: cover ? cover.width / cover.height : null,
      }))
      const json = JSON.stringify(rows)
      await Promise.all([
        scope.db
          .execute(sql`update book b set cover_state = r.state, cover_hash = r.hash, cover_thumbhash = r.thumbhash, cover_color = r.color, cover_aspect = r.aspect
          from json_to_recordset(${json}::text::json) as r(id uuid, state text, hash text, thumbhash text, color text, aspect real)
          where b.organization_id = ${scope.organizationId} and b.id = r.id`),
        scope.db.execute(sql`delete from cover_task where organization_id = ${scope.organizationId}
          and book_id in (select id from json_to_recordset(${json}::text::json) as r(id uuid))`),
      ])
    })
    onCovered(made.length)
  }
}

async function nextTasks(
  transact: Transact,
  libraryId: string,
  folders: ReadonlyMap<string, string>,
  onlyWanted: boolean,
): Promise<Task[]> {
  const rows = await asJob(
    transact,
    libraryId,
    async (scope) => {
      if (!scope) throw new LibraryGone()
      return scope.db.execute<{ bookId: string; folderId: string | null; path: string | null }>(sql`
        select t.book_id as "bookId", f.folder_id as "folderId", f.path
        from cover_task t left join lateral (
          select folder_id, path from library_file f
          where f.organization_id = t.organization_id and f.book_id = t.book_id and f.problem is null order by f.path limit 1
        ) f on true
        where t.organization_id = ${scope.organizationId} and t.library_id = ${libraryId} ${onlyWanted ? sql`and t.wanted_at is not null` : sql``}
        order by t.wanted_at desc nulls last, t.book_id limit ${batch}`)
    },
    { readOnly: true },
  )
  return rows.map(({ bookId, folderId, path }) => {
    const root = folderId ? folders.get(folderId) : undefined
    return root && path ? { bookId, root, path } : { bookId, root: '', path: '' }
  })
}
