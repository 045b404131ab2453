import type { CalibreRequest } from '../calibre/read.ts'
import type { CoverRequest } from '../covers/cover.ts'
import type { PartRequest } from '../read.ts'
import type {
  BookFile,
  CalibreBooksResult,
  CalibreLibraryResult,
  ContentsResult,
  CoverResult,
  PartResult,
  PictureResult,
  ReadResult,
} from '../types.ts'
import type { Task, TaskResult } from './protocol.ts'
import { JobQueue, type Job } from './queue.ts'
import { Reader, type Cost, type ReaderOptions } from './reader.ts'

export type ReaderPoolOptions = {
  /** Child processes at most. */
  size: number
  /** Bytes that a child may take above what it holds when it has started; 256 MiB by default. */
  memoryLimit?: number
  /** Milliseconds for one file, not counting those while its bytes come in; 10,000 by default. */
  timeLimit?: number
  /** Milliseconds after which an idle child ends; 30,000 by default. */
  idleExit?: number
  /** The module that runs in the children, for a bundle that puts it elsewhere. */
  entry?: URL
  /** Called with what each task cost, before its result is given. */
  onCost?: (cost: Cost) => void
}

export type ReadOptions = {
  /** Goes before all that waits. */
  priority?: boolean
  /** Ends the wait; a file already being read is finished unheard. */
  signal?: AbortSignal
}

export type CoverOptions = ReadOptions & CoverRequest
export type PartOptions = ReadOptions & PartRequest
export type CalibreBooksOptions = ReadOptions & CalibreRequest

export type ReaderPool = {
  /** Starts the children ahead of the first file. */
  warmUp(): void
  /** What a book tells of itself. Rejects when aborted or stopped or when no child can start, never for a bad file. */
  read(file: BookFile, options?: ReadOptions): Promise<ReadResult>
  /** Thumbnails of a book's cover. Rejects as `read` does. */
  cover(file: BookFile, options: CoverOptions): Promise<CoverResult>
  /** The table of contents and the parts of a book. Rejects as `read` does. */
  contents(file: BookFile, options?: ReadOptions): Promise<ContentsResult>
  /** One part of a book. Rejects as `read` does. */
  part(file: BookFile, options: PartOptions): Promise<PartResult>
  /** A picture fitted into a square of `side` pixels; see `drawPicture`. Rejects as `read` does. */
  picture(bytes: Uint8Array, side: number, options?: ReadOptions): Promise<PictureResult>
  /** Thumbnails of a picture that is no file of a library; see `drawThumbnails`. Rejects as `read` does. */
  thumbnails(bytes: Uint8Array, options: CoverOptions): Promise<CoverResult>
  /** What the `metadata.db` of a calibre library holds. Rejects as `read` does. */
  calibreLibrary(file: BookFile, options?: ReadOptions): Promise<CalibreLibraryResult>
  /** One page of its books, by their ids. Rejects as `read` does. */
  calibreBooks(file: BookFile, options: CalibreBooksOptions): Promise<CalibreBooksResult>
  /** Ends the children; what still waits rejects. */
  stop(): Promise<void>
}

const checkEvery = 100
const startAgainAfter = 200
const startsBeforeGivingUp = 3

function defaultEntry(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './formats-child.js', import.meta.url)
}

const stoppedError = () => new Error('The reader pool is stopped.')

class Pool implements ReaderPool {
  readonly #size: number
  readonly #options: ReaderOptions
  readonly #readers = new Set<Reader>()
  readonly #queue = new JobQueue()
  #watch: NodeJS.Timeout | null = null
  #lastCheck = 0
  #failedStarts = 0
  #dispatching = false
  #stopped = false
  #onEmpty: (() => void) | null = null

  constructor(options: ReaderPoolOptions) {
    this.#size = Math.max(1, options.size)
    this.#options = {
      entry: options.entry ?? defaultEntry(),
      memoryLimit: options.memoryLimit ?? 256 * 2 ** 20,
      timeLimit: options.timeLimit ?? 10_000,
      idleExit: options.idleExit ?? 30_000,
      onCost: options.onCost ?? null,
    }
  }

  warmUp(): void {
    if (this.#stopped) return
    while (this.#readers.size < this.#size && this.#start());
  }

  read(file: BookFile, options: ReadOptions = {}): Promise<ReadResult> {
    return this.#enqueue<ReadResult>({ kind: 'read', file }, options)
  }

  cover(file: BookFile, { widths, ...options }: CoverOptions): Promise<CoverResult> {
    return this.#enqueue<CoverResult>({ kind: 'cover', file, request: { widths } }, options)
  }

  contents(file: BookFile, options: ReadOptions = {}): Promise<ContentsResult> {
    return this.#enqueue<ContentsResult>({ kind: 'contents', file }, options)
  }

  part(file: BookFile, { name, maxBytes, ...options }: PartOptions): Promise<PartResult> {
    return this.#enqueue<PartResult>({ kind: 'part', file, request: { name, maxBytes } }, options)
  }

  thumbnails(bytes: Uint8Array, { widths, ...options }: CoverOptions): Promise<CoverResult> {
    return this.#enqueue<CoverResult>({ kind: 'thumbnails', bytes, request: { widths } }, options)
  }

  picture(bytes: Uint8Array, side: number, options: ReadOptions = {}): Promise<PictureResult> {
    return this.#enqueue<PictureResult>({ kind: 'picture', bytes, side }, options)
  }

  calibreLibrary(file: BookFile, options: ReadOptions = {}): Promise<CalibreLibraryResult> {
    return this.#enqueue<CalibreLibraryResult>({ kind: 'calibre-library', file }, options)
  }

  calibreBooks(file: BookFile, { after, limit, ...options }: CalibreBooksOptions): Promise<CalibreBooksResult> {
    return this.#enqueue<CalibreBooksResult>({ kind: 'calibre-books', file, request: { after, limit } }, options)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#readers.size > 0) {
      const empty = new Promise<void>((resolve) => (this.#onEmpty = resolve))
      for (const reader of this.#readers) reader.stop()
      await empty
    }
    this.#refuseAll(stoppedError())
  }

  #enqueue<R extends TaskResult>(task: Task, { priority, signal }: ReadOptions): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.#stopped) throw stoppedError()
      signal?.throwIfAborted()
      const abort = () => {
        job.abandoned = true
        reject(signal?.reason)
      }
      const job: Job = {
        task,
        resolve(result) {
          signal?.removeEventListener('abort', abort)
          // A child answers each kind of task with its own kind of result.
          resolve(result as R)
        },
        reject,
        abandoned: false,
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#queue.add(job, priority ?? false)
      this.#dispatchSoon()
    })
  }

  /** Later, so that many calls in a row become one batch. */
  #dispatchSoon = (): void => {
    if (this.#dispatching) return
    this.#dispatching = true
    setImmediate(() => {
      this.#dispatching = false
      this.#dispatch()
    })
  }

  #dispatch(): void {
    if (this.#stopped) return
    const share = Math.ceil(this.#queue.length / this.#size)
    const idleFirst = [...this.#readers].sort((a, b) => b.room - a.room)
    for (const reader of idleFirst) reader.takeFrom(this.#queue, share)
    const starting = [...this.#readers].filter((reader) => !reader.isReady).length
    const wanted = Math.min(this.#size - this.#readers.size, this.#queue.length - starting)
    for (let i = 0; i < wanted; i += 1) this.#start()
  }

  #start(): boolean {
    try {
      this.#readers.add(new Reader(this.#options, { onRoom: this.#dispatchSoon, onExit: this.#onExit }))
    } catch (error) {
      this.#startFailed(error instanceof Error ? error : new Error(String(error)))
      return false
    }
    if (!this.#watch) {
      this.#lastCheck = performance.now()
      this.#watch = setInterval(() => this.#check(), checkEvery)
    }
    return true
  }

  #check(): void {
    const now = performance.now()
    const stalled = Math.max(0, now - this.#lastCheck - 5 * checkEvery)
    this.#lastCheck = now
    for (const reader of this.#readers) reader.check(now, stalled)
  }

  #onExit = (reader: Reader, left: Job[]): void => {
    this.#readers.delete(reader)
    this.#queue.putBack(left)
    if (this.#readers.size === 0) {
      if (this.#watch) clearInterval(this.#watch)
      this.#watch = null
      this.#onEmpty?.()
    }
    if (reader.isReady) {
      this.#failedStarts = 0
      if (this.#queue.length > 0) this.#dispatchSoon()
    } else if (!this.#stopped) {
      this.#startFailed(new Error('The reader process does not start.'))
    }
  }

  #startFailed(reason: Error): void {
    this.#failedStarts += 1
    if (this.#failedStarts < startsBeforeGivingUp) {
      setTimeout(this.#dispatchSoon, startAgainAfter)
    } else if (this.#readers.size === 0) {
      this.#failedStarts = 0
      this.#refuseAll(reason)
    }
  }

  #refuseAll(reason: Error): void {
    for (let job = this.#queue.take(); job; job = this.#queue.take()) job.reject(reason)
  }
}

/**
 * A pool of child processes that read untrusted book files. Each child works on
 * one file at a time under a limit on memory and time; one that breaks a limit is
 * killed, its file becomes a problem, and the files behind it go to another child.
 * Children start when there is work and end when there is none.
 */
export function createReaderPool(options: ReaderPoolOptions): ReaderPool {
  return new Pool(options)
}
