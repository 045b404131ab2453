import type { Task, TaskResult } from './protocol.ts'

/** One task with the promise of its caller. */
export type Job = {
  readonly task: Task
  readonly resolve: (result: TaskResult) => void
  readonly reject: (reason: unknown) => void
  /** Set when the caller no longer waits. */
  abandoned: boolean
}

const compactAt = 1_000

/** Jobs in the order they came; urgent ones go before all others. Taking one costs constant time. */
export class JobQueue {
  readonly #urgent: Job[] = []
  #waiting: Job[] = []
  #head = 0

  get length(): number {
    return this.#urgent.length + this.#waiting.length - this.#head
  }

  add(job: Job, urgent: boolean): void {
    ;(urgent ? this.#urgent : this.#waiting).push(job)
  }

  /** Puts back jobs that were taken but not begun. */
  putBack(jobs: readonly Job[]): void {
    this.#urgent.unshift(...jobs)
  }

  take(): Job | undefined {
    let job: Job | undefined
    do {
      job = this.#urgent.shift() ?? this.#takeWaiting()
    } while (job?.abandoned)
    return job
  }

  #takeWaiting(): Job | undefined {
    const job = this.#waiting[this.#head]
    if (!job) return undefined
    this.#head += 1
    if (this.#head >= compactAt && this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
    return job
  }
}
