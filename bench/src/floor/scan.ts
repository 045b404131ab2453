import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BookPlace, Corpus } from '../corpus/corpus.ts'

/** Widths and settings of the thumbnails that the server makes. */
const thumbnails = { widths: [320, 640], webp: { quality: 78, effort: 0 } }

export type ScanFloorTask = { folder: string; books: readonly BookPlace[]; next: Int32Array<SharedArrayBuffer> } & typeof thumbnails

/** Books a second that worker threads, one a core, hash and read (`list`), or whose covers they draw (`cover`). */
export async function scanFloor(corpus: Corpus, kind: 'list' | 'cover', count = corpus.books.length): Promise<number> {
  const books = corpus.books.slice(0, count)
  const next = new Int32Array(new SharedArrayBuffer(4))
  const task: ScanFloorTask = { folder: corpus.folder, books, next, ...thumbnails }
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('./scan-worker.ts', import.meta.url), { workerData: task }),
  )
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    const startedAt = performance.now()
    await Promise.all(
      workers.map((worker) => {
        const done = once(worker, 'message')
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- worker threads have no origin
        worker.postMessage(kind)
        return done
      }),
    )
    return (books.length * 1000) / (performance.now() - startedAt)
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
