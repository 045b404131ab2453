import { randomUUID } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Transact } from '@carrel/db'
import type { ReaderPool } from '@carrel/formats'
import { StorageFull, type BlobStore } from '@carrel/storage'
import type { Log } from '../deps.ts'
import type { Jobs } from '../jobs/queries.ts'
import { announceChanged } from '../events/queries.ts'
import { isMissingInside, resolveInside, usableRoots, type AllowedRoots } from '../folders/policy.ts'
import { listAssignedRoots } from '../folders/queries.ts'
import { findLibrarySettings, holdLibrary, listLibraryFolders, markChecked, updateFolder } from '../libraries/queries.ts'
import { asJob, type JobScope } from '../scope.ts'
import { libraryPrefix } from '../uploads/keys.ts'
import { forgetIdleRuns } from '../uploads/queries.ts'
import { storedReaders } from '../uploads/stored-readers.ts'
import { takeUploads } from '../uploads/take.ts'
import { makeCovers } from './covers/make.ts'
import { countCoverTasks } from './covers/queries.ts'
import { describeAnew } from './describe-anew.ts'
import { Cancelled, inJobOf, inRunOf, LibraryGone, RunTaken, type InRun } from './in-job.ts'
import { listFolder, type ListingWork } from './listing/list-folder.ts'
import { countFolder, forgetFiles, hasHeldFiles, markScanned, recount } from './listing/queries.ts'
import { FolderUnreadable } from './listing/walker.ts'
import { ScanWriter } from './listing/writer.ts'
import { GivesWay, startTurn, type Turn } from './turn.ts'
import { mustAsk } from './policy.ts'
import { Progress } from './progress.ts'
import { lockOpenScan, updateOwnScan, updateScan } from './queries.ts'
import { rereadBook } from './reread-book.ts'

export type ScanDeps = {
  transact: Transact
  blobs: BlobStore
  readers: ReaderPool
  roots: AllowedRoots
  log: Log
  /** A file that was written less than this long ago may still be being copied. Milliseconds. */
  settleMs: number
  jobs: Jobs
  /** So long a run does what is new before it makes way for another library that waits. Milliseconds. */
  turnMs: number
  settings: { dataDir: string }
}
export type Trouble = 'missing' | 'closed' | 'unreadable' | 'empty'

/**
 * Does the runs of a library that wait, oldest first: lists what is new or changed, then makes the thumbnails. Goes on where
 * an earlier try ended, since files already listed are known by size and time. Deletes no book. Does nothing when
 * no run waits, which is so when two jobs were queued for one. When others wait, it makes way after a while and goes on in
 * its next turn.
 */
export async function runScans(deps: ScanDeps, libraryId: string, options: { signal: AbortSignal; lastTry: boolean }): Promise<void> {
  const turn = startTurn(deps, libraryId)
  try {
    while (await runScan(deps, libraryId, options, turn)) if (await turn.isOver()) throw new GivesWay()
  } catch (error) {
    if (error instanceof GivesWay)
      await asJob(deps.transact, libraryId, async (scope) => {
        if (scope) await deps.jobs.enqueueScan(scope, libraryId)
        deps.log.info({ libraryId }, 'scan makes way for others that wait')
      })
    else if (!(error instanceof LibraryGone) && !(error instanceof RunTaken)) throw error
  }
}

/** False when none waits. */
async function runScan(
  deps: ScanDeps,
  libraryId: string,
  { signal, lastTry }: { signal: AbortSignal; lastTry: boolean },
  turn: Turn,
): Promise<boolean> {
  const inJob = inJobOf(deps.transact, libraryId)
  const runner = randomUUID()
  const begun = await inJob((scope) => begin(scope, runner))
  if (!begun) return false
  const { scan, organizationId, precedence, kind } = begun
  const inRun = inRunOf(inJob, { scanId: scan.id, runner })
  // The thumbnails run beside the listing; the first of both that fails ends the other.
  const ended = new AbortController()
  const both = AbortSignal.any([signal, ended.signal])
  const progress = new Progress(inJob, { scanId: scan.id, runner }, (reason) => ended.abort(reason))
  const endBoth = (error: unknown) => {
    ended.abort(error)
    throw error
  }
  const stopCounting = turn.count(
    () => progress.counts.listed + progress.counts.problems + progress.counts.covered,
    () => ended.abort(new GivesWay()),
  )
  try {
    progress.start()
    const all = kind === 'managed' ? storedFolders(begun, libraryId) : await openFolders(deps, begun)
    const readers = kind === 'managed' ? storedReaders(deps.readers, deps.blobs) : deps.readers
    const folders = all.filter(({ id }) => scan.bookId === null && !scan.describe && (scan.folderId === null || scan.folderId === id))
    const open = all.filter((folder) => folder.root !== null) as (Folder & { root: string })[]
    const roots = new Map(open.map(({ id, root }) => [id, root]))
    let changed = scan.startedAt !== null
    const inListing: InRun = (fn, options) => {
      changed ||= !options?.readOnly
      return inRun(fn, options)
    }
    // A file in the store is never gone from where it was.
    const writer = new ScanWriter(inListing, { scanId: scan.id, precedence, roots: kind === 'managed' ? new Map() : roots })
    const work = { ...deps, readers, inRun: inListing, writer, progress, signal: both }
    let listing = true
    let missingCovers = 0
    const listed = new AbortController()
    const list = async () => {
      if (scan.describe) await describeAnew(work, { bookId: scan.bookId, since: begun.startedAt })
      else if (scan.bookId !== null) await rereadBook(work, scan.bookId, roots)
      else if (kind === 'managed') {
        const staging = path.join(deps.settings.dataDir, 'tmp/uploads')
        for (const { id: folderId } of folders)
          await takeUploads({ ...work, readers: deps.readers, staging }, { organizationId, libraryId, folderId })
      } else {
        if (scan.confirmed) await loseConfirmed(work, scan.id, folders)
        for (const folder of folders) {
          folder.trouble ??= folder.root === null ? 'missing' : await listWhole(work, { ...folder, root: folder.root }, scan)
          if (folder.trouble !== folder.troubleBefore) await inRun((scope) => updateFolder(scope, folder.id, folder.trouble))
        }
      }
      const whole = scan.folderId === null && scan.bookId === null && !scan.describe
      missingCovers = await inRun((scope) =>
        settle(scope, { folders: kind === 'managed' ? [] : folders, part: scan.path !== null, whole, changed }),
      )
      progress.walked(missingCovers)
      listing = false
      listed.abort()
    }
    const cover = () =>
      makeCovers({
        ...deps,
        readers,
        inJob: inRun,
        organizationId,
        folders: roots,
        listing: () => listing,
        over: () => !listing && missingCovers === 0,
        listed: listed.signal,
        onCovered: (count) => progress.covered(count),
        signal: both,
      })
    const results = await Promise.allSettled([list().catch(endBoth), cover().catch(endBoth)])
    for (const result of results) if (result.status === 'rejected') throw ended.signal.reason
    await progress.end(isSound(folders) ? { status: 'done', error: null } : { status: 'failed', error: troubleText(folders) })
    await inJob((scope) => finish(scope, isSound(folders) && scan.bookId === null && !scan.describe))
    return true
  } catch (error) {
    await progress.stop()
    const reason: unknown = ended.signal.aborted && !signal.aborted ? ended.signal.reason : error
    if (reason instanceof Cancelled) {
      await inJob((scope) => recount(scope))
      await progress.end({ status: 'cancelled', error: null })
      await inJob((scope) => finish(scope, false))
      return true
    }
    if (reason instanceof GivesWay)
      await inJob((scope) => updateOwnScan(scope, { scanId: scan.id, runner }, { status: 'queued', runner: null }))
    if (signal.aborted || reason instanceof GivesWay || reason instanceof LibraryGone || reason instanceof RunTaken) throw reason
    const text = lastTry ? faultAgain : isDiskFull(reason) ? full : fault
    // The next run may find nothing to write, and leave the counts as they are.
    if (lastTry) await inRun((scope) => recount(scope)).catch(() => {})
    await (lastTry ? progress.end({ status: 'failed', error: text }) : progress.waitForNextTry(text)).catch(() => {})
    throw reason
  } finally {
    stopCounting()
  }
}

const fault = 'The scan stopped because of a fault of the server. It will be tried again.'
const full = 'The scan stopped because a disk of the server is full. It goes on when there is room.'
const faultAgain = 'The scan stopped because of a fault of the server. Its log says why.'

/** Of the database, or of what takes the thumbnails. */
const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (error instanceof StorageFull ||
    ['53100', 'ENOSPC', 'EDQUOT'].includes('code' in error ? String(error.code) : '') ||
    isDiskFull(error.cause))

type Kept = { id: string; path: string; trouble: Trouble | null }
type Folder = Kept & { root: string | null; troubleBefore: Trouble | null }
const isSound = (folders: readonly Folder[]): boolean => folders.every(({ trouble }) => trouble === null)

const troubleTexts: Record<Trouble, string> = {
  missing: 'is not there',
  closed: 'is not open to this workspace any more',
  unreadable: 'cannot be read',
  empty: 'is empty and was not before',
}
const troubleText = (folders: readonly Folder[]): string =>
  `${folders
    .flatMap(({ path, trouble }) => (trouble ? [`The folder ${path} ${troubleTexts[trouble]}.`] : []))
    .join(' ')} Nothing was removed. Check that the disk is connected, then scan again.`

/** Takes the oldest open run, also one that an earlier try did not end. */
async function begin(scope: JobScope, runner: string) {
  // Not amid a change of the folders: it would go by those that were.
  await holdLibrary(scope, scope.libraryId)
  await forgetIdleRuns(scope)
  const scan = await lockOpenScan(scope)
  if (!scan) return null
  const startedAt = scan.startedAt ?? new Date()
  const [assigned, folders, { precedence, kind }] = await Promise.all([
    listAssignedRoots(scope),
    listLibraryFolders(scope, scope.libraryId),
    findLibrarySettings(scope),
    updateScan(scope, scan.id, { status: 'listing', startedAt, error: null, runner }),
    announceChanged(scope, 'libraries'),
  ])
  return { scan, startedAt, organizationId: scope.organizationId, assigned: assigned.map(({ path }) => path), folders, precedence, kind }
}

/** Where the files of a managed library lie in the store. */
const storedFolders = ({ organizationId, folders }: { organizationId: string; folders: readonly Kept[] }, libraryId: string): Folder[] =>
  folders.map(({ id, path, trouble }) => ({
    id,
    path,
    root: libraryPrefix(organizationId, libraryId),
    trouble: null,
    troubleBefore: trouble,
  }))

/** Which folders may be read now; asked outside of transactions, since disks may be slow. */
async function openFolders(
  { roots: allowed }: ScanDeps,
  { assigned, folders }: { assigned: readonly string[]; folders: readonly Kept[] },
): Promise<Folder[]> {
  const roots = await usableRoots(allowed, assigned)
  return Promise.all(
    folders.map(async ({ id, path, trouble: troubleBefore }): Promise<Folder> => {
      const root = await resolveInside(roots, path)
      if (root !== null) return { id, path, root, trouble: null, troubleBefore }
      // A root that is gone is no usable one; what lies in it is missing, and not closed.
      const missing = (await isMissingInside(roots, path)) || (await isMissingInside(assigned, path)) || !(await exists(path))
      return { id, path, root, trouble: missing ? 'missing' : 'closed', troubleBefore }
    }),
  )
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** What earlier walks held is gone, as somebody confirmed; not what this run will hold, which it may go on with in another try. */
async function loseConfirmed(work: ListingWork, scanId: string, folders: readonly Folder[]): Promise<void> {
  for (const { id, root } of folders) if (root !== null) await lose(work, id)
  await work.inRun((scope) => updateScan(scope, scanId, { confirmed: false }))
}

/**
 * Lists a folder, or a part of it, and decides what of it is gone: what this walk did not meet, when it is little. Answers what
 * is wrong with the folder.
 */
async function listWhole(work: ListingWork, folder: Folder & { root: string }, part: { path: string | null }): Promise<Trouble | null> {
  const { inRun, progress } = work
  const before = await identity(folder.root)
  const below = part.path ?? ''
  let met: number
  let asBefore: boolean
  try {
    // Of a part that is gone, only the folder itself tells whether it is gone with everything else.
    if (below !== '' && (await list(folder.root)).length === 0) return 'empty'
    ;({ met, asBefore } = await listFolder(work, { id: folder.id, root: folder.root, below, force: false }))
  } catch (error) {
    if (!(error instanceof FolderUnreadable)) throw error
    const { code } = error
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable'
  }
  if (before === null || before !== (await identity(folder.root))) return 'missing'
  if (asBefore && below === '') return null
  // A part without books does not tell that there are some elsewhere.
  if (below !== '' && met === 0 && folder.troubleBefore === 'empty') return 'empty'
  const looksEmpty = below === '' && met === 0
  if (!looksEmpty && !(await inRun((scope) => hasHeldFiles(scope, folder.id), { readOnly: true }))) return null
  const counts = await inRun((scope) => countFolder(scope, folder.id), { readOnly: true })
  if (looksEmpty && counts.present > 0) return 'empty'
  if (mustAsk(counts)) {
    progress.counts.held += counts.held
    return null
  }
  await lose(work, folder.id)
  return null
}

/** What was not met is missing from now on. */
async function lose({ writer, progress }: ListingWork, folderId: string): Promise<void> {
  progress.counts.missing += await writer.lose(folderId)
}

const list = (root: string): Promise<string[]> =>
  readdir(root).catch((error: NodeJS.ErrnoException) => {
    throw new FolderUnreadable(error.code)
  })

/** What a path leads to: another after a disk was taken off or put on. */
const identity = (root: string): Promise<string | null> =>
  stat(root).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  )

/** After the walk: the counts become what is there, unless nothing was written. Answers how many covers are still to be made. */
async function settle(
  scope: JobScope,
  { folders, part, whole, changed }: { folders: readonly Folder[]; part: boolean; whole: boolean; changed: boolean },
): Promise<number> {
  const sound = folders.flatMap(({ id, trouble }) => (trouble === null ? id : []))
  // Sent together: each wait is a part of how long a small scan takes.
  const [forgotten, missingCovers] = await Promise.all([
    whole && isSound(folders) ? forgetFiles(scope) : 0,
    countCoverTasks(scope),
    part ? null : markChecked(scope, sound),
  ])
  if (changed || forgotten > 0) await recount(scope)
  return missingCovers
}

async function finish(scope: JobScope, complete: boolean): Promise<void> {
  if (complete) await markScanned(scope)
  await announceChanged(scope, 'libraries')
  await announceChanged(scope, 'books')
}
