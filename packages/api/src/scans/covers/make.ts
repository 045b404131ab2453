import { setTimeout as wait } from 'node:timers/promises'
import type { CoverResult, ProblemCode, ReaderPool } from '@carrel/formats'
import type { BlobStore } from '@carrel/storage'
import type { InJob } from '../in-job.ts'
import { coverKey, coverWidths } from './files.ts'
import { finishCovers, listCoverTasks, type CoverRow, type CoverTask, type CoverWalk } from './queries.ts'

const batch = 24
const idleMs = 200

export type CoverWork = {
  inJob: InJob
  blobs: BlobStore
  readers: ReaderPool
  organizationId: string
  /** Real paths of the library's folders, by folder id. */
  folders: ReadonlyMap<string, string>
  /** True while the library is being listed. */
  listing: () => boolean
  /** True when it was listed, and no cover is missing. */
  over: () => boolean
  /** Aborted when it is not any more. */
  listed: AbortSignal
  onCovered: (count: number) => void
  signal: AbortSignal
}

/**
 * Makes the thumbnails of a library: while it is being listed only those that somebody looks at, then
 * all, those in view first. Returns when none is left.
 */
export async function makeCovers(work: CoverWork): Promise<void> {
  const { inJob, listing, over, onCovered, signal } = work
  const folderIds = [...work.folders.keys()]
  const walk: CoverWalk = { putOff: [], rest: null }
  for (;;) {
    signal.throwIfAborted()
    const onlyWanted = listing()
    const tasks = await inJob((scope) => listCoverTasks(scope, walk, { onlyWanted, folderIds, limit: batch }), { readOnly: true })
    if (tasks.length === 0) {
      if (!onlyWanted && !listing()) return
      await wait(idleMs, undefined, { signal: AbortSignal.any([signal, work.listed]) }).catch(() => signal.throwIfAborted())
      if (over()) return
      continue
    }
    const made = await Promise.all(tasks.map((task) => makeCover(work, task, onlyWanted)))
    const rows = made.filter((row) => row !== 'later')
    walk.putOff.push(...tasks.flatMap(({ bookId, wanted }, at) => (wanted && made[at] === 'later' ? bookId : [])))
    const done = await inJob((scope) => finishCovers(scope, rows))
    if (done < rows.length) walk.rest = null
    onCovered(made.length)
  }
}

/** Faults of the disk or the server, not of the picture: the next scan tries again. */
const passing: ReadonlySet<ProblemCode> = new Set(['vanished', 'unreadable', 'outside-root', 'crashed'])

async function makeCover(
  { readers, blobs, folders, organizationId, signal }: CoverWork,
  task: CoverTask,
  priority: boolean,
): Promise<CoverRow | 'later'> {
  const root = task.folderId ? folders.get(task.folderId) : undefined
  const result: CoverResult =
    root && task.path
      ? await readers.cover({ root, path: task.path }, { widths: [...coverWidths], priority, signal })
      : { ok: true, cover: null }
  if (!result.ok && passing.has(result.problem.code)) return 'later'
  if (!result.ok || !result.cover)
    return { id: task.bookId, source: task.source, state: 'none', hash: null, thumbhash: null, color: null, aspect: null }
  const { cover } = result
  await Promise.all(cover.images.map((image) => blobs.put(coverKey(organizationId, cover.sourceSha256, image.width), image.webp)))
  return {
    id: task.bookId,
    source: task.source,
    state: 'ready',
    hash: cover.sourceSha256,
    thumbhash: Buffer.from(cover.thumbhash).toString('base64'),
    color: cover.color,
    aspect: cover.width / cover.height,
  }
}
