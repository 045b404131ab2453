import { fork, type ChildProcess } from 'node:child_process'
import { setPriority } from 'node:os'
import type { Problem } from '../types.ts'
import { residentBytes, takePeakBytes } from './memory.ts'
import type { FromChild, Task, ToChild } from './protocol.ts'
import type { Job, JobQueue } from './queue.ts'
import { waitedMilliseconds } from './waiting.ts'

/** What one task cost: milliseconds, and bytes above what its child held when it had started. */
export type Cost = { task: Task; milliseconds: number; memory: number | null }

export type ReaderOptions = {
  entry: URL
  memoryLimit: number
  timeLimit: number
  idleExit: number
  onCost: ((cost: Cost) => void) | null
}

export type ReaderEvents = {
  /** There is room for more jobs. */
  onRoom(): void
  /** The child is gone; `left` are the jobs that are not its fault, in order. */
  onExit(reader: Reader, left: Job[]): void
}

const startLimit = 30_000
/**
 * What may be on its way to one child, by weight: few enough that an urgent
 * cover is soon drawn, enough that IPC costs little.
 */
const window = 8
const weights = { read: 1, cover: 4, contents: 2, part: 2, picture: 4, thumbnails: 4, 'calibre-library': 4, 'calibre-books': 4 } as const

/** The child may read files and load sharp; it cannot write, start programs or see our settings. */
const permissions = ['--permission', '--allow-fs-read=*', '--allow-addons']
const environment = { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '2' }

/** About a tenth of the share of others; what it waits for a processor does not count towards the time limit. */
const niceness = 10
/** Who waits for a page must not wait for readers. At once, since threads inherit the priority of who starts them. */
function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, niceness)
  } catch {
    // It has ended already, or the system knows no priorities.
  }
}

/** A child process, the jobs on their way to it, and what is known of its health. */
export class Reader {
  readonly #process: ChildProcess
  readonly #options: ReaderOptions
  readonly #events: ReaderEvents
  #jobs: Job[] = []
  #load = 0
  #ready = false
  #retiring = false
  #stopped = false
  #since = performance.now()
  #began = performance.now()
  /** When the child turned to the first of its jobs. */
  #turned = performance.now()
  #waited: number | null = null
  #baseline: number | null = null
  #resident: number | null = null
  #verdict: Problem | null = null

  constructor(options: ReaderOptions, events: ReaderEvents) {
    this.#options = options
    this.#events = events
    this.#process = fork(options.entry, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [...permissions, '--max-semi-space-size=4', `--max-old-space-size=${Math.ceil(options.memoryLimit / 2 ** 20)}`],
      env: environment,
    })
    giveWay(this.#process.pid)
    this.#process.on('message', (message: FromChild) => this.#receive(message))
    this.#watchExit()
  }

  /** Results may still be on their way when the process has ended: its channel closes behind the last. */
  #watchExit(): void {
    const child = this.#process
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
      child.once('error', () => child.pid === undefined && resolve('not started'))
    })
    const drained = new Promise<void>((resolve) => {
      if (child.connected) child.once('disconnect', resolve)
      else resolve()
    })
    void Promise.all([exited, drained]).then(([ending]) => this.#settle(ending))
  }

  get isReady(): boolean {
    return this.#ready
  }

  get room(): number {
    return this.#ready && !this.#retiring ? window - this.#load : 0
  }

  /** Takes up to `count` jobs that fit, and at least one when idle. */
  takeFrom(queue: JobQueue, count: number): void {
    const jobs: Job[] = []
    while (jobs.length < count && this.room > 0) {
      const job = queue.take()
      if (!job) break
      if (this.#jobs.length === 0) this.#since = this.#began = this.#turned = performance.now()
      this.#load += weights[job.task.kind]
      this.#jobs.push(job)
      jobs.push(job)
    }
    if (jobs.length === 0) return
    const message: ToChild = { tasks: jobs.map(({ task }) => task) }
    this.#process.send(message, () => {})
  }

  /**
   * Kills the child when its current file takes too long or too much memory, lets
   * it go when it is idle, and replaces it after this file when it has grown.
   * `stalled` are milliseconds in which this process could not hear its children.
   */
  check(now: number, stalled: number): void {
    this.#since = Math.min(now, this.#since + stalled + this.#waitedSince())
    const elapsed = now - this.#since
    if (!this.#ready) {
      if (elapsed > startLimit) this.#process.kill('SIGKILL')
      return
    }
    const { memoryLimit, timeLimit, idleExit } = this.#options
    this.#resident = residentBytes(this.#process.pid) ?? this.#resident
    const grown = this.#resident === null ? 0 : this.#resident - (this.#baseline ??= this.#resident)
    if (grown > memoryLimit / 3) this.#retiring = true
    if (this.#jobs.length === 0) {
      if (this.#retiring || elapsed > idleExit) this.#retire()
    } else if (grown > memoryLimit) {
      this.#kill({ code: 'memory', detail: 'Reading the file took more memory than allowed.' })
    } else if (elapsed > timeLimit || (this.#jobs[0]?.abandoned && now - this.#turned > timeLimit)) {
      // A file that nobody waits for may go on for hours, however well it comes in.

      this.#kill({ code: 'timeout', detail: 'Reading the file took too long.' })
    }
  }

  /** Milliseconds since the last call in which the child could not run. */
  #waitedSince(): number {
    const before = this.#waited
    this.#waited = waitedMilliseconds(this.#process.pid)
    return before === null || this.#waited === null ? 0 : this.#waited - before
  }

  /** Ends the child now. All its jobs are left over. */
  stop(): void {
    this.#stopped = true
    this.#process.kill('SIGKILL')
  }

  #retire(): void {
    this.#retiring = true
    if (this.#process.connected) this.#process.disconnect()
  }

  #kill(verdict: Problem): void {
    this.#verdict ??= verdict
    this.#process.kill('SIGKILL')
  }

  #receive(message: FromChild): void {
    if (message.type === 'memory') {
      this.#resident = message.resident
      return
    }
    this.#since = performance.now()
    if (message.type === 'progress') return
    if (message.type === 'ready') {
      this.#ready = true
      this.#baseline = residentBytes(this.#process.pid)
    } else {
      const job = this.#jobs.shift()
      if (!job) return
      this.#turned = performance.now()
      this.#account(job.task)
      this.#load -= weights[job.task.kind]
      job.resolve(message.result)
    }
    if (this.#retiring && this.#jobs.length === 0) this.#retire()
    else if (this.#load <= window / 2) this.#events.onRoom()
  }

  #account(task: Task): void {
    if (!this.#options.onCost) return
    const now = performance.now()
    const peak = takePeakBytes(this.#process.pid) ?? this.#resident
    this.#options.onCost({ task, milliseconds: now - this.#began, memory: peak && this.#baseline && peak - this.#baseline })
    this.#began = now
  }

  #settle(ending: string): void {
    const left = this.#jobs
    this.#jobs = []
    const blamed = this.#stopped ? undefined : left.shift()
    if (blamed) {
      this.#account(blamed.task)
      const problem = this.#verdict ?? { code: 'crashed', detail: `The reader ended on this file (${ending}).` }
      blamed.resolve(
        blamed.task.kind === 'read' ? { ok: false, size: null, modifiedAt: null, sha256: null, problem } : { ok: false, problem },
      )
    }
    this.#events.onExit(this, left)
  }
}
