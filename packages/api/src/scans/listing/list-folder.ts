import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ReaderPool } from '@carrel/formats'
import { fileState } from '@carrel/formats/file-state'
import type { InRun } from '../in-job.ts'
import type { Progress } from '../progress.ts'
import type { Outcome } from './assign.ts'
import { knownFiles } from './known-files.ts'
import { compareBytes, pathKey } from './path-key.ts'
import { findBooksOfUnits, forgetProblems, holdFiles, passingProblems, refreshMissing, touchFiles, type KnownFile } from './queries.ts'
import { thingsOf, type Found } from './walk-protocol.ts'
import { walk } from './walker.ts'
import type { ScanWriter } from './writer.ts'

/** The first batch is small, so that the shelf soon shows something. */
const firstBatch = 60
const batchSize = 250
/** Batches that may wait to be written: readers that are faster than the database wait for it. */
const batchesAtOnce = 3
const writeEveryMs = 400
const readsAtOnce = 48
/** How long a file that is being copied is waited for. */
const settleTries = 20
const youngAtOnce = 5000

export type ListingWork = {
  inRun: InRun
  writer: ScanWriter
  readers: ReaderPool
  progress: Progress
  signal: AbortSignal
  /** A file that was written less than this long ago may still be being copied, and is read when it rests. Milliseconds. */
  settleMs: number
}
/** `below`: the part to look through, `''` for all. `force`: reads what has not changed, too. */
export type ListingPart = { id: string; root: string; below: string; force: boolean }

type FoundFile = Extract<Found, { kind: 'file' }>

/**
 * Walks one folder beside what is known of it, both in the same order, and lists what is new or changed; at most 48 files
 * are in flight, whatever its size. What is known and not met is held, after a look whether it is really gone. Answers how many
 * files of books it met, and whether it met exactly what was known, so that nothing is to be done.
 */
export async function listFolder(
  { inRun, writer, readers, progress, signal, settleMs }: ListingWork,
  folder: ListingPart,
): Promise<{ met: number; asBefore: boolean }> {
  const reading = new Set<Promise<void>>()
  let ready: Outcome[] = []
  let writeAt = firstBatch
  /** Of the batches that are being written or wait for it, oldest first. */
  const writing: Promise<void>[] = []
  let lastWrite = Date.now()
  let fault: unknown
  let met = 0
  let asBefore = true
  const young: { found: FoundFile; known: KnownFile | undefined; since: number }[] = []

  const keepFault = (error: unknown) => {
    fault ??= error
  }
  const flush = () => {
    const outcomes = ready
    ready = []
    writeAt = batchSize
    lastWrite = Date.now()
    const written = (writing.at(-1) ?? Promise.resolve()).then(async () => {
      const { moved } = await writer.write(outcomes)
      progress.counts.moved += moved
      for (const { result, role } of outcomes) if (role === 'book') progress.counts[result.ok ? 'listed' : 'problems'] += 1
      void writing.shift()
    })
    written.catch(keepFault)
    writing.push(written)
  }
  const take = (found: Pick<FoundFile, 'path' | 'role'> & { unit?: string }, known: KnownFile | undefined, result: Outcome['result']) => {
    ready.push({
      folderId: folder.id,
      path: found.path,
      role: found.role,
      unit: found.unit ?? null,
      knownId: known?.id ?? null,
      knownProblem: known?.problem !== null && known !== undefined,
      result,
    })
    if (ready.length >= writeAt || Date.now() - lastWrite > writeEveryMs) flush()
  }
  const roomForBatch = async () => {
    if (writing.length >= batchesAtOnce) await writing[0]
  }
  let warm = false
  const read = async (found: FoundFile, known: KnownFile | undefined): Promise<void> => {
    if (!warm) readers.warmUp()
    warm = true
    while (reading.size >= readsAtOnce) await Promise.race(reading)
    await roomForBatch()
    const task = readers
      .read({ root: folder.root, path: found.path }, { signal })
      .then((result) => take(found, known, result), keepFault)
      .finally(() => reading.delete(task))
    reading.add(task)
  }
  const isYoung = (modifiedMs: number) => Math.abs(Date.now() - modifiedMs) < settleMs
  const readWhenRested = async (found: FoundFile, known: KnownFile | undefined): Promise<void> => {
    if (isYoung(found.modifiedMs) && young.length < youngAtOnce) young.push({ found, known, since: performance.now() })
    else await read(found, known)
  }

  const before = knownFiles(inRun, folder)
  let touched: (Pick<FoundFile, 'unit' | 'role'> & { id: string; known: KnownFile })[] = []
  let lost: KnownFile[] = []
  const noteTouched = async () => {
    const files = touched
    touched = []
    progress.counts.restored += files.filter(({ known, role }) => known.missing && role === 'book').length
    const own = [...new Set(files.flatMap(({ known }) => known.bookId ?? []))]
    // What lies beside a book may be another file now, or none.
    const units = files.flatMap(({ unit, known }) => (known.bookId === null ? [unit, known.unit ?? unit] : []))
    await writer.change(async (scope) => {
      await touchFiles(scope, files)
      await refreshMissing(scope, own)
      return [...new Set([...own, ...(await findBooksOfUnits(scope, [...new Set(units)]))])]
    })
  }
  const noteLost = async () => {
    const gone = await certainlyGone(folder.root, lost)
    lost = []
    if (gone.length === 0) return
    const mere = gone.filter(({ bookId, role }) => bookId === null && role === 'book')
    await inRun(async (scope) => {
      await forgetProblems(scope, mere)
      await holdFiles(
        scope,
        gone.filter((file) => !mere.includes(file)),
      )
    })
  }
  const lose = async (file: KnownFile): Promise<void> => {
    lost.push(file)
    if (lost.length >= batchSize) await noteLost()
  }

  try {
    for await (const part of walk(folder.root, folder.below, signal)) {
      if (part.folder !== null) progress.currentFolder = part.folder || null
      if (!folder.force && (await before.skip(part))) {
        met += part.books
        progress.counts.found += part.books
        progress.counts.unchanged += part.books
        continue
      }
      asBefore = false
      for (const thing of thingsOf(part)) {
        let next = await before.peek()
        for (; next && next.path !== thing.path && isBefore(next.path, thing.path); next = await before.peek()) await lose(before.take())
        const known = next?.path === thing.path ? before.take() : undefined
        const counted = thing.kind === 'problem' || thing.role === 'book'
        if (counted) progress.counts.found += 1
        if (thing.kind === 'problem') {
          take({ path: thing.path, role: 'book' }, known, { ok: false, size: null, modifiedAt: null, sha256: null, problem: thing })
          continue
        }
        if (counted) met += 1
        if (!known || folder.force || isChanged(thing, known)) {
          await readWhenRested(thing, known)
        } else {
          if (counted) progress.counts.unchanged += 1
          const { unit } = thing
          if (known.missing || known.unit !== unit || known.role !== thing.role) {
            touched.push({ id: known.id, unit, role: thing.role, known })
            if (touched.length >= batchSize) await noteTouched()
          }
        }
        if (fault) throw fault
      }
      await roomForBatch()
    }
    for (let known = await before.peek(); known; known = await before.peek()) {
      asBefore = false
      await lose(before.take())
    }
    for (const { found, known, since } of young) {
      const rested = await whenRested(folder.root, found, { since, settleMs, signal })
      if (rested) await read(rested, known)
      if (fault) throw fault
    }
    while (reading.size > 0) await Promise.race(reading)
    if (ready.length > 0) flush()
    await writing.at(-1)
    if (touched.length > 0) await noteTouched()
    // Last, since a file that is found elsewhere has moved and is not lost.
    if (lost.length > 0) await noteLost()
  } finally {
    await Promise.allSettled(reading)
    await Promise.allSettled(writing)
  }
  if (fault) throw fault
  return { met, asBefore }
}

const isBefore = (path: string, other: string): boolean => compareBytes(pathKey(path), pathKey(other)) < 0

const isChanged = (found: FoundFile, known: KnownFile): boolean =>
  known.size !== found.size || known.modifiedMs !== found.modifiedMs || !known.complete || passingProblems.has(known.problem ?? '')

/** Of these, those that the file system says are not there; what it cannot tell is kept. */
async function certainlyGone(root: string, files: readonly KnownFile[]): Promise<KnownFile[]> {
  const looked = await Promise.all(
    files.map((file) =>
      lstat(path.join(root, file.path)).then(
        // Where a folder stands now there is no file, nor a folder any more that could not be read.
        (found) => found.isDirectory(),
        ({ code }: NodeJS.ErrnoException) => code === 'ENOENT' || code === 'ENOTDIR',
      ),
    ),
  )
  return files.filter((_, index) => looked[index])
}

/** The file as it is when nobody has written to it for a while; null when it is gone, or is never at rest. */
async function whenRested(
  root: string,
  found: FoundFile,
  { since, settleMs, signal }: { since: number; settleMs: number; signal: AbortSignal },
): Promise<FoundFile | null> {
  let last = found
  let unchangedSince = since
  for (let tries = 0; tries < settleTries; tries += 1) {
    const rest = settleMs - (performance.now() - unchangedSince)
    if (rest > 0) await wait(rest, undefined, { signal })
    const now = await lstat(path.join(root, found.path)).catch(() => null)
    if (!now?.isFile()) return null
    const state = fileState(now)
    if (state.size === last.size && state.modifiedMs === last.modifiedMs) return last
    last = { ...found, ...state }
    unchangedSince = performance.now()
  }
  return null
}
