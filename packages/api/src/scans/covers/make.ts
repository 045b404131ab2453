import { setTimeout as wait } from 'node:timers/promises'
import type { CoverResult, ProblemCode, ReaderPool } from '@carrel/formats'
import type { BlobStore } from '@carrel/storage'
import type { InJob } from '../in-job.ts'
import { coverKey, coverWidths } from './files.ts'
import { finishCovers, listCoverTasks, type CoverRow, type CoverTask, type CoverWalk } from './queries.ts'

const batch = 24
/** So many of a batch may still be being made when the next one is asked for: the readers do not wait for the database. */
const fewLeft = 6
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

type Batch = { tasks: readonly CoverTask[]; covers: readonly Promise<CoverRow | 'later'>[] }

/**
 * Makes the thumbnails of a library: while it is being listed only those that somebody looks at, then
 * all, those in view first. Returns when none is left.
 */
export async function makeCovers(work: CoverWork): Promise<void> {
  const { inJob, listing, over, onCovered, signal } = work
  const folderIds = [...work.folders.keys()]
  const walk: CoverWalk = { putOff: [], rest: null, busy: [] }
  /** This batch, until it is being finished. */
  let making: Batch | null = null
  /** The batch before; whether all of it was written. */
  let ending: Promise<boolean> | null = null
  /** Writes what of a batch is ready, also when the run ends early. */
  const finish = async ({ tasks, covers }: Batch): Promise<boolean> => {
    const made = await Promise.allSettled(covers)
    const rows = made.flatMap((each) => (each.status === 'fulfilled' && each.value !== 'later' ? each.value : []))
    walk.putOff.push(...tasks.flatMap(({ bookId, wanted }, at) => (wanted && isLater(made[at]) ? bookId : [])))
    const done = await inJob((scope) => finishCovers(scope, rows))
    onCovered(made.filter(({ status }) => status === 'fulfilled').length)
    for (const each of made) if (each.status === 'rejected') throw each.reason
    return done === rows.length
  }
  /** Some that were not written have another cover meanwhile, and are to be met again. */
  const end = async (): Promise<void> => {
    if (ending && !(await ending)) walk.rest = null
    ending = null
  }
  const idle = () => wait(idleMs, undefined, { signal: AbortSignal.any([signal, work.listed]) }).catch(() => signal.throwIfAborted())
  try {
    // Nothing is asked for a listing that is over at once.
    await idle()
    if (over()) return
    for (;;) {
      signal.throwIfAborted()
      const onlyWanted = listing()
      const tasks = await inJob((scope) => listCoverTasks(scope, walk, { onlyWanted, folderIds, limit: batch }), { readOnly: true })
      if (tasks.length === 0 && ending) {
        await end()
        walk.busy = []
        continue
      }
      if (tasks.length === 0) {
        if (!onlyWanted && !listing()) return
        await idle()
        if (over()) return
        continue
      }
      const covers = tasks.map((task) => makeCover(work, task, onlyWanted))
      making = { tasks, covers }
      await allBut(covers, fewLeft)
      await end()
      walk.busy = tasks.map(({ bookId }) => bookId)
      ending = finish(making)
      making = null
      // Whoever waits for it hears of its failure.
      ending.catch(() => {})
    }
  } finally {
    await Promise.allSettled([making && finish(making), ending])
  }
}

const isLater = (made: PromiseSettledResult<CoverRow | 'later'> | undefined): boolean =>
  made?.status === 'fulfilled' && made.value === 'later'

/** Resolves when at most `few` of these are not settled; rejects with the first that rejects until then. */
function allBut(promises: readonly Promise<unknown>[], few: number): Promise<void> {
  let left = promises.length
  return new Promise((resolve, reject) => {
    const settled = () => {
      left -= 1
      if (left <= few) resolve()
    }
    if (left <= few) resolve()
    for (const promise of promises) promise.then(settled, reject)
  })
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
    aspect: cover.aspect,
  }
}
