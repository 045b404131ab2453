import { and, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { Transact } from '@carrel/db'
import { book, library, libraryFile } from '@carrel/db/schema'
import type { ReaderPool } from '@carrel/formats'
import type { BlobStore } from '@carrel/storage'
import type { Log } from '../deps.ts'
import { announce } from '../events/bus.ts'
import { resolveInside, usableRoots, type AllowedRoots } from '../folders/policy.ts'
import { listAssignedRoots } from '../folders/queries.ts'
import { listLibraryFolders } from '../libraries/queries.ts'
import { asJob } from '../scope.ts'
import { makeCovers } from './covers.ts'
import { Progress } from './progress.ts'
import { findLatestScan, insertScan, updateScan } from './queries.ts'
import { walk, type Found } from './walker.ts'
import { findKnownFiles, LibraryGone, ScanWriter, type KnownFile, type Outcome } from './writer.ts'

export type ScanDeps = { transact: Transact; blobs: BlobStore; readers: ReaderPool; roots: AllowedRoots; log: Log }

const writeAt = 120
const writeEveryMs = 400
const readsAtOnce = 48

/**
 * Scans a library: lists what is new or changed, then makes the thumbnails. Goes on where an earlier run
 * ended, since files already listed are known by size and time. Deletes no book.
 */
export async function runScan(deps: ScanDeps, libraryId: string, signal: AbortSignal): Promise<void> {
  const begun = await begin(deps, libraryId)
  if (!begun) return
  const { scanId, organizationId, folders, lost } = begun
  const progress = new Progress(deps.transact, libraryId, scanId)
  progress.start()
  // The thumbnails run beside the listing; the first of both that fails ends the other.
  const ended = new AbortController()
  const both = AbortSignal.any([signal, ended.signal])
  let listing = true
  try {
    const list = async () => {
      for (const folder of folders) await listFolder(deps, libraryId, folder, progress, both)
      progress.counts.walked = true
      await settle(deps.transact, libraryId, begun.startedAt, lost.length === 0)
      await progress.countCovers()
      progress.status = 'covering'
      progress.currentFolder = null
      listing = false
    }
    const cover = makeCovers({
      ...deps,
      organizationId,
      libraryId,
      folders: new Map(folders.map((folder) => [folder.id, folder.root])),
      listing: () => listing,
      onCovered: (count) => {
        progress.counts.covered += count
        progress.counts.coversTotal = Math.max(progress.counts.coversTotal, progress.counts.covered)
      },
      signal: both,
    })
    await Promise.all(
      [list(), cover].map((part) =>
        part.catch((error: unknown) => {
          ended.abort(error)
          throw error
        }),
      ),
    )
    await progress.stop()
    progress.status = lost.length > 0 ? 'failed' : 'done'
    await progress.write({ finishedAt: new Date(), error: lost.length > 0 ? lostFolders(lost) : null })
    await finish(deps.transact, libraryId)
  } catch (error) {
    await progress.stop()
    if (error instanceof LibraryGone) return
    if (!signal.aborted) {
      progress.status = 'failed'
      await progress.write({ error: 'The scan stopped because of a fault of the server. It will be tried again.' }).catch(() => {})
    }
    throw signal.aborted ? signal.reason : error
  }
}

const lostFolders = (paths: readonly string[]) =>
  `Carrel cannot read ${paths.join(', ')}. Nothing was removed. Check that the disk is connected and that the folder is open to this workspace, then scan again.`

/** Opens the run and finds the folders that may be read now. */
async function begin(deps: ScanDeps, libraryId: string) {
  return asJob(deps.transact, libraryId, async (scope) => {
    if (!scope) return null
    const latest = await findLatestScan(scope, libraryId)
    const unfinished = latest && latest.finishedAt === null ? latest : undefined
    const scanId = unfinished?.id ?? (await insertScan(scope, libraryId))
    const startedAt = new Date()
    await updateScan(scope, scanId, { status: 'listing', startedAt, error: null })
    await announce(scope.db, { type: 'changed', organizationId: scope.organizationId, what: 'libraries' })
    const assigned = await listAssignedRoots(scope)
    const roots = await usableRoots(
      deps.roots,
      assigned.map((root) => root.path),
    )
    const folders: { id: string; root: string }[] = []
    const lost: string[] = []
    for (const folder of await listLibraryFolders(scope, libraryId)) {
      const root = await resolveInside(roots, folder.path)
      if (root) folders.push({ id: folder.id, root })
      else lost.push(folder.path)
    }
    return { scanId, organizationId: scope.organizationId, startedAt, folders, lost }
  })
}

/** Walks one folder and lists what is not known yet, at most `readsAtOnce` files in flight. */
async function listFolder(
  deps: ScanDeps,
  libraryId: string,
  folder: { id: string; root: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const writer = new ScanWriter(deps.transact, libraryId)
  const reading = new Set<Promise<void>>()
  let ready: Outcome[] = []
  let writing = Promise.resolve()
  let lastWrite = Date.now()
  let fault: unknown

  const flush = () => {
    const batch = ready
    ready = []
    lastWrite = Date.now()
    writing = writing.then(async () => {
      await writer.write(batch)
      for (const outcome of batch) progress.counts[outcome.result.ok ? 'listed' : 'problems'] += 1
    })
    writing.catch((error: unknown) => {
      fault ??= error
    })
  }
  const take = (outcome: Outcome) => {
    ready.push(outcome)
    if (ready.length >= writeAt || Date.now() - lastWrite > writeEveryMs) flush()
  }
  const read = (file: Extract<Found, { kind: 'file' }>, known: KnownFile | undefined) => {
    const task = deps.readers
      .read({ root: folder.root, path: file.path }, { signal })
      .then((result) => take({ folderId: folder.id, path: file.path, known, result }))
      .catch((error: unknown) => {
        fault ??= error
      })
      .finally(() => reading.delete(task))
    reading.add(task)
  }

  for await (const met of walk(folder.root, signal)) {
    const first = met[0]
    if (first?.kind === 'folder') progress.currentFolder = first.path || null
    const things = met.filter((found) => found.kind !== 'folder')
    if (things.length === 0) continue
    progress.counts.found += things.length
    const known = await knownFiles(
      deps.transact,
      libraryId,
      folder.id,
      things.map((thing) => thing.path),
    )
    const stillBad: string[] = []
    for (const thing of things) {
      const before = known.get(thing.path)
      if (thing.kind === 'problem') {
        take({
          folderId: folder.id,
          path: thing.path,
          known: before,
          result: { ok: false, size: null, modifiedAt: null, sha256: null, problem: thing },
        })
        continue
      }
      if (before && before.size === thing.size && before.modifiedMs === thing.modifiedMs) {
        progress.counts.unchanged += 1
        if (before.problem) stillBad.push(before.id)
        continue
      }
      while (reading.size >= readsAtOnce) await Promise.race(reading)
      if (fault) throw fault
      read(thing, before)
    }
    if (stillBad.length > 0) await seenAgain(deps.transact, libraryId, stillBad)
    // The writer must not fall behind without limit.
    if (ready.length > writeAt * 4) await writing
  }
  while (reading.size > 0) await Promise.race(reading)
  if (ready.length > 0) flush()
  await writing
  if (fault) throw fault
}

async function knownFiles(
  transact: Transact,
  libraryId: string,
  folderId: string,
  paths: readonly string[],
): Promise<Map<string, KnownFile>> {
  return asJob(
    transact,
    libraryId,
    async (scope) => {
      if (!scope) throw new LibraryGone()
      return findKnownFiles(scope, folderId, paths)
    },
    { readOnly: true },
  )
}

/**
 * After the walk: sets the library's counts to what is there. After a complete one, problems that were not
 * met again go, unless a book hangs on the file.
 */
async function settle(transact: Transact, libraryId: string, startedAt: Date, complete: boolean): Promise<void> {
  await asJob(transact, libraryId, async (scope) => {
    if (!scope) throw new LibraryGone()
    const mine = eq(library.organizationId, scope.organizationId)
    if (complete) {
      const ofLibrary = and(eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.libraryId, libraryId))
      await scope.db
        .delete(libraryFile)
        .where(and(ofLibrary, isNotNull(libraryFile.problem), isNull(libraryFile.bookId), lt(libraryFile.seenAt, startedAt)))
    }
    await scope.db
      .update(library)
      .set({
        bookCount: sql`(select count(*) from ${book} where ${and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, libraryId), isNull(book.deletedAt))})`,
        problemCount: sql`(select count(*) from ${libraryFile} where ${and(eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.libraryId, libraryId), isNotNull(libraryFile.problem))})`,
      })
      .where(and(mine, eq(library.id, libraryId)))
  })
}

async function seenAgain(transact: Transact, libraryId: string, fileIds: readonly string[]): Promise<void> {
  await asJob(transact, libraryId, async (scope) => {
    if (!scope) throw new LibraryGone()
    await scope.db
      .update(libraryFile)
      .set({ seenAt: new Date() })
      .where(and(eq(libraryFile.organizationId, scope.organizationId), inArray(libraryFile.id, [...fileIds])))
  })
}

async function finish(transact: Transact, libraryId: string): Promise<void> {
  await asJob(transact, libraryId, async (scope) => {
    if (!scope) throw new LibraryGone()
    await scope.db
      .update(library)
      .set({ lastScannedAt: new Date() })
      .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
    await announce(scope.db, { type: 'changed', organizationId: scope.organizationId, what: 'libraries' })
    await announce(scope.db, { type: 'changed', organizationId: scope.organizationId, what: 'books' })
  })
}
