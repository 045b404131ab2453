import { hash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ReaderPool } from '@carrel/formats'
import type { InRun } from '../in-job.ts'
import type { Progress } from '../progress.ts'
import type { Outcome } from './assign.ts'
import { compareBytes, pathKey } from './path-key.ts'
import { forgetProblems, holdFiles, listKnownFiles, refreshMissing, touchFiles, type KnownFile } from './queries.ts'
import { walk, type Found } from './walker.ts'
import type { ScanWriter } from './writer.ts'

/** The first batch is small, so that the shelf soon shows something. */
const firstBatch = 60
const batchSize = 250
const writeEveryMs = 400
const readsAtOnce = 48
/** Problems of the moment: such a file is tried again though it looks unchanged. */
const passing: ReadonlySet<string> = new Set(['vanished', 'unreadable', 'timeout', 'memory', 'crashed'])
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
 * files of books it met.
 */
export async function listFolder(
  { inRun, writer, readers, progress, signal, settleMs }: ListingWork,
  folder: ListingPart,
): Promise<number> {
  const reading = new Set<Promise<void>>()
  let ready: Outcome[] = []
  let writeAt = firstBatch
  let writing = Promise.resolve()
  let lastWrite = Date.now()
  let fault: unknown
  let met = 0
  const young: { found: FoundFile; known: KnownFile | undefined; since: number }[] = []

  const keepFault = (error: unknown) => {
    fault ??= error
  }
  const flush = () => {
    const outcomes = ready
    ready = []
    writeAt = batchSize
    lastWrite = Date.now()
    writing = writing.then(async () => {
      const { moved } = await writer.write(outcomes)
      progress.counts.moved += moved
      for (const { result, role } of outcomes) if (role === 'book') progress.counts[result.ok ? 'listed' : 'problems'] += 1
    })
    writing.catch(keepFault)
  }
  const take = (found: Pick<FoundFile, 'path' | 'role'> & { unit?: string }, known: KnownFile | undefined, result: Outcome['result']) => {
    const unit = found.unit === undefined ? null : unitHash(found.unit)
    ready.push({
      folderId: folder.id,
      path: found.path,
      role: found.role,
      unit,
      knownId: known?.id ?? null,
      knownProblem: known?.problem !== null && known !== undefined,
      result,
    })
    if (ready.length >= writeAt || Date.now() - lastWrite > writeEveryMs) flush()
  }
  let warm = false
  const read = async (found: FoundFile, known: KnownFile | undefined): Promise<void> => {
    if (!warm) readers.warmUp()
    warm = true
    while (reading.size >= readsAtOnce) await Promise.race(reading)
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
  let touched: { id: string; unit: string | null; role: FoundFile['role']; bookId: string | null; missing: boolean }[] = []
  let lost: KnownFile[] = []
  const noteTouched = async () => {
    const files = touched
    touched = []
    progress.counts.restored += files.filter(({ missing }) => missing).length
    // What lies beside a book may be another file now, or none.
    const books = [...new Set(files.flatMap(({ bookId }) => bookId ?? []))]
    await inRun(async (scope) => {
      await touchFiles(scope, files)
      await refreshMissing(scope, books)
    })
    if (books.length > 0) await writer.describe(books)
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
    for await (const things of walk(folder.root, folder.below, signal)) {
      const entered = things.findLast((found) => found.kind === 'folder')
      if (entered) progress.currentFolder = entered.path || null
      for (const thing of things) {
        if (thing.kind === 'folder') continue
        const key = pathKey(thing.path)
        for (let known = await before.peek(); known && compareBytes(known.key, key) < 0; known = await before.peek())
          await lose(before.take())
        const next = await before.peek()
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
          const unit = unitHash(thing.unit)
          if (known.missing || known.unit !== unit || known.role !== thing.role) {
            touched.push({ id: known.id, unit, role: thing.role, bookId: known.bookId, missing: known.missing })
            if (touched.length >= batchSize) await noteTouched()
          }
        }
        if (fault) throw fault
      }
      // Reading must not run ahead of writing without limit.
      if (ready.length > writeAt) await writing
    }
    for (let known = await before.peek(); known; known = await before.peek()) await lose(before.take())
    for (const { found, known, since } of young) {
      const rested = await whenRested(folder.root, found, { since, settleMs, signal })
      if (rested) await read(rested, known)
      if (fault) throw fault
    }
    while (reading.size > 0) await Promise.race(reading)
    if (ready.length > 0) flush()
    await writing
    if (touched.length > 0) await noteTouched()
    // Last, since a file that is found elsewhere has moved and is not lost.
    if (lost.length > 0) await noteLost()
  } finally {
    await Promise.allSettled(reading)
    await writing.catch(keepFault)
  }
  if (fault) throw fault
  return met
}

export const unitHash = (unit: string): string => hash('sha256', unit, 'hex').slice(0, 32)

const isChanged = (found: FoundFile, known: KnownFile): boolean =>
  known.size !== found.size || known.modifiedMs !== found.modifiedMs || !known.complete || passing.has(known.problem ?? '')

/** What is known of a part of a folder, in order, a page at a time. */
function knownFiles(inRun: InRun, { id, below }: ListingPart) {
  let page: KnownFile[] = []
  let at = 0
  let last: { key: string; id: string } | null = null
  let more = true
  return {
    async peek(): Promise<KnownFile | undefined> {
      if (at >= page.length && more) {
        page = await inRun((scope) => listKnownFiles(scope, id, below, last), { readOnly: true })
        at = 0
        more = page.length === listKnownFiles.page
        last = page.at(-1) ?? null
      }
      return page[at]
    },
    /** The one that was peeked at. */
    take(): KnownFile {
      at += 1
      return page[at - 1] as KnownFile
    },
  }
}

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
    const modifiedMs = Math.trunc(now.mtimeMs)
    if (now.size === last.size && modifiedMs === last.modifiedMs) return last
    last = { ...found, size: now.size, modifiedMs }
    unchangedSince = performance.now()
  }
  return null
}
