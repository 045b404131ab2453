import type { ReaderPool } from '@carrel/formats'
import type { InJob } from '../in-job.ts'
import type { Progress } from '../progress.ts'
import { findKnownFiles, touchProblems, type KnownFile } from './queries.ts'
import { walk } from './walker.ts'
import { ScanWriter, type Outcome } from './writer.ts'

/** The first batch is small, so that the shelf soon shows something. */
const firstBatch = 60
const batchSize = 250
const writeEveryMs = 400
const readsAtOnce = 48
/** Problems of the moment: such a file is tried again though it looks unchanged. */
const passing: ReadonlySet<string> = new Set(['vanished', 'unreadable', 'timeout', 'memory', 'crashed'])

/** Walks one folder and lists what is not known yet; at most 48 files are in flight, whatever its size. */
export async function listFolder(
  { inJob, readers, progress, signal }: { inJob: InJob; readers: ReaderPool; progress: Progress; signal: AbortSignal },
  folder: { id: string; root: string },
): Promise<void> {
  const writer = new ScanWriter(inJob)
  const reading = new Set<Promise<void>>()
  let ready: Outcome[] = []
  let writeAt = firstBatch
  let writing = Promise.resolve()
  let lastWrite = Date.now()
  let fault: unknown

  const keepFault = (error: unknown) => {
    fault ??= error
  }
  const flush = () => {
    const outcomes = ready
    ready = []
    writeAt = batchSize
    lastWrite = Date.now()
    writing = writing.then(async () => {
      await writer.write(outcomes)
      for (const outcome of outcomes) progress.counts[outcome.result.ok ? 'listed' : 'problems'] += 1
    })
    writing.catch(keepFault)
  }
  const take = (path: string, known: KnownFile | undefined, result: Outcome['result']) => {
    ready.push({ folderId: folder.id, path, known, result })
    if (ready.length >= writeAt || Date.now() - lastWrite > writeEveryMs) flush()
  }
  const read = (path: string, known: KnownFile | undefined) => {
    const task = readers
      .read({ root: folder.root, path }, { signal })
      .then((result) => take(path, known, result), keepFault)
      .finally(() => reading.delete(task))
    reading.add(task)
  }

  try {
    for await (const met of walk(folder.root, signal)) {
      const entered = met.findLast((found) => found.kind === 'folder')
      if (entered) progress.currentFolder = entered.path || null
      const things = met.filter((found) => found.kind !== 'folder')
      if (things.length === 0) continue
      progress.counts.found += things.length
      const paths = things.map((thing) => thing.path)
      const known = await inJob((scope) => findKnownFiles(scope, folder.id, paths), { readOnly: true })
      const stillBad: string[] = []
      for (const thing of things) {
        const before = known.get(thing.path)
        if (thing.kind === 'problem') {
          take(thing.path, before, { ok: false, size: null, modifiedAt: null, sha256: null, problem: thing })
        } else if (before && before.size === thing.size && before.modifiedMs === thing.modifiedMs && !passing.has(before.problem ?? '')) {
          progress.counts.unchanged += 1
          if (before.problem) stillBad.push(before.id)
        } else {
          while (reading.size >= readsAtOnce) await Promise.race(reading)
          read(thing.path, before)
        }
        if (fault) throw fault
      }
      if (stillBad.length > 0) await inJob((scope) => touchProblems(scope, stillBad))
      // Reading must not run ahead of writing without limit.
      if (ready.length > writeAt) await writing
    }
    while (reading.size > 0) await Promise.race(reading)
    if (ready.length > 0) flush()
  } finally {
    await Promise.allSettled(reading)
    await writing.catch(keepFault)
  }
  if (fault) throw fault
}
