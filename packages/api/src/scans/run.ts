import type { Transact } from '@carrel/db'
import type { ReaderPool } from '@carrel/formats'
import type { BlobStore } from '@carrel/storage'
import type { Log } from '../deps.ts'
import { announceChanged } from '../events/queries.ts'
import { resolveInside, usableRoots, type AllowedRoots } from '../folders/policy.ts'
import { listAssignedRoots } from '../folders/queries.ts'
import { listLibraryFolders } from '../libraries/queries.ts'
import type { JobScope } from '../scope.ts'
import { makeCovers } from './covers/make.ts'
import { countCoverTasks } from './covers/queries.ts'
import { inJobOf, LibraryGone } from './in-job.ts'
import { listFolder } from './listing/list-folder.ts'
import { deleteGoneProblems, markScanned, recount } from './listing/queries.ts'
import { FolderUnreadable } from './listing/walker.ts'
import { Progress } from './progress.ts'
import { findLatestScan, updateScan } from './queries.ts'

export type ScanDeps = { transact: Transact; blobs: BlobStore; readers: ReaderPool; roots: AllowedRoots; log: Log }

/**
 * Scans a library: lists what is new or changed, then makes the thumbnails. Goes on where an earlier run
 * ended, since files already listed are known by size and time. Deletes no book. Does nothing when no run waits,
 * which is so when two jobs were queued for one.
 */
export async function runScan(
  deps: ScanDeps,
  libraryId: string,
  { signal, lastTry }: { signal: AbortSignal; lastTry: boolean },
): Promise<void> {
  const inJob = inJobOf(deps.transact, libraryId)
  try {
    const begun = await inJob((scope) => begin(scope, deps.roots))
    if (!begun) return
    const { scanId, organizationId, folders, lost, startedAt } = begun
    deps.readers.warmUp()
    const progress = new Progress(inJob, scanId)
    progress.start()
    // The thumbnails run beside the listing; the first of both that fails ends the other.
    const ended = new AbortController()
    const both = AbortSignal.any([signal, ended.signal])
    const endBoth = (error: unknown) => {
      ended.abort(error)
      throw error
    }
    let listing = true
    const list = async () => {
      for (const folder of folders) {
        await listFolder({ ...deps, inJob, progress, signal: both }, folder).catch((error: unknown) => {
          if (!(error instanceof FolderUnreadable)) throw error
          lost.push(folder.root)
        })
      }
      progress.counts.coversTotal = progress.counts.covered + (await inJob((scope) => settle(scope, startedAt, lost.length === 0)))
      progress.walked()
      listing = false
    }
    const cover = () =>
      makeCovers({
        ...deps,
        inJob,
        organizationId,
        folders: new Map(folders.map((folder) => [folder.id, folder.root])),
        listing: () => listing,
        onCovered: (count) => progress.covered(count),
        signal: both,
      })
    try {
      const results = await Promise.allSettled([list().catch(endBoth), cover().catch(endBoth)])
      for (const result of results) if (result.status === 'rejected') throw ended.signal.reason
      await progress.end(lost.length > 0 ? { status: 'failed', error: lostFolders(lost) } : { status: 'done', error: null })
      await inJob((scope) => finish(scope, lost.length === 0))
    } catch (error) {
      await progress.stop()
      if (signal.aborted || error instanceof LibraryGone) throw error
      await (lastTry ? progress.end({ status: 'failed', error: faultAgain }) : progress.waitForNextTry(fault)).catch(() => {})
      throw error
    }
  } catch (error) {
    if (!(error instanceof LibraryGone)) throw error
  }
}

const fault = 'The scan stopped because of a fault of the server. It will be tried again.'
const faultAgain = 'The scan stopped because of a fault of the server. Its log says why.'
const lostFolders = (paths: readonly string[]) =>
  `Carrel cannot read ${paths.join(', ')}. Nothing was removed. Check that the disk is connected and that the folder is open to this workspace, then scan again.`

/** Opens the run, or takes an interrupted one up again, and finds the folders that may be read now. */
async function begin(scope: JobScope, allowedRoots: AllowedRoots) {
  const latest = await findLatestScan(scope, scope.libraryId)
  if (!latest || latest.finishedAt !== null) return null
  const scanId = latest.id
  const startedAt = new Date()
  await updateScan(scope, scanId, { status: 'listing', startedAt, error: null })
  await announceChanged(scope, 'libraries')
  const assigned = await listAssignedRoots(scope)
  const roots = await usableRoots(
    allowedRoots,
    assigned.map((root) => root.path),
  )
  const folders: { id: string; root: string }[] = []
  const lost: string[] = []
  for (const folder of await listLibraryFolders(scope, scope.libraryId)) {
    const root = await resolveInside(roots, folder.path)
    if (root) folders.push({ id: folder.id, root })
    else lost.push(folder.path)
  }
  return { scanId, organizationId: scope.organizationId, startedAt, folders, lost }
}

/** After the walk: the counts become what is there. Answers how many covers are still to be made. */
async function settle(scope: JobScope, startedAt: Date, complete: boolean): Promise<number> {
  if (complete) await deleteGoneProblems(scope, startedAt)
  await recount(scope)
  return countCoverTasks(scope)
}

async function finish(scope: JobScope, complete: boolean): Promise<void> {
  if (complete) await markScanned(scope)
  await announceChanged(scope, 'libraries')
  await announceChanged(scope, 'books')
}
