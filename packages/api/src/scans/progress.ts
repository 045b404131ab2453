import { and, eq, sql } from 'drizzle-orm'
import type { Transact } from '@carrel/db'
import { coverTask } from '@carrel/db/schema'
import { announce } from '../events/bus.ts'
import { asJob } from '../scope.ts'
import { updateScan } from './queries.ts'
import type { ScanStatus } from './schema.ts'
import { LibraryGone } from './writer.ts'

const tickMs = 250
const rateWindowMs = 4000

/** Counts of a run, written to its row and announced at most four times a second. */
export class Progress {
  readonly counts = { found: 0, walked: false, listed: 0, unchanged: 0, problems: 0, covered: 0, coversTotal: 0 }
  status: ScanStatus = 'listing'
  currentFolder: string | null = null
  readonly #transact: Transact
  readonly #libraryId: string
  readonly #scanId: string
  readonly #samples: { at: number; done: number }[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #last = ''

  constructor(transact: Transact, libraryId: string, scanId: string) {
    this.#transact = transact
    this.#libraryId = libraryId
    this.#scanId = scanId
  }

  /** Starts the ticking; a failed write is left to the next tick. */
  start(): void {
    const tick = () => {
      this.#writing = this.write().catch(() => {})
      void this.#writing.then(() => {
        if (this.#timer) this.#timer = setTimeout(tick, tickMs)
      })
    }
    this.#timer = setTimeout(tick, 0)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#writing
  }

  async write(extra: { finishedAt?: Date; error?: string | null } = {}): Promise<void> {
    const values = {
      ...this.counts,
      status: this.status,
      currentFolder: this.currentFolder,
      milliRate: Math.round(this.#rate() * 1000),
      ...extra,
    }
    const text = JSON.stringify({ ...values, milliRate: 0 })
    if (text === this.#last) return
    await asJob(this.#transact, this.#libraryId, async (scope) => {
      if (!scope) throw new LibraryGone()
      await updateScan(scope, this.#scanId, values)
      await announce(scope.db, { type: 'scan', organizationId: scope.organizationId, libraryId: this.#libraryId, scanId: this.#scanId })
    })
    this.#last = text
  }

  /** Counts the covers that are still to be made, for the bar of the second stage. */
  async countCovers(): Promise<void> {
    const waiting = await asJob(
      this.#transact,
      this.#libraryId,
      async (scope) => {
        if (!scope) throw new LibraryGone()
        const [row] = await scope.db
          .select({ count: sql<number>`count(*)::int` })
          .from(coverTask)
          .where(and(eq(coverTask.organizationId, scope.organizationId), eq(coverTask.libraryId, this.#libraryId)))
        return row?.count ?? 0
      },
      { readOnly: true },
    )
    this.counts.coversTotal = this.counts.covered + waiting
  }

  /** Files, then covers, a second, over the last seconds. */
  #rate(): number {
    const done = this.status === 'covering' ? this.counts.covered : this.counts.listed + this.counts.unchanged + this.counts.problems
    const at = Date.now()
    if (done < (this.#samples.at(-1)?.done ?? 0)) this.#samples.length = 0
    this.#samples.push({ at, done })
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > rateWindowMs) this.#samples.shift()
    const first = this.#samples[0]
    return first && at > first.at ? ((done - first.done) * 1000) / (at - first.at) : 0
  }
}
