import { announce } from '../events/queries.ts'
import type { InJob } from './in-job.ts'
import { updateScan } from './queries.ts'
import type { ScanStatus } from './schema.ts'

const tickMs = 250
const rateWindowMs = 4000

/** Counts of a run, written to its row and announced at most four times a second. */
export class Progress {
  readonly counts = { found: 0, walked: false, listed: 0, unchanged: 0, problems: 0, covered: 0, coversTotal: 0 }
  currentFolder: string | null = null
  #status: ScanStatus = 'listing'
  readonly #inJob: InJob
  readonly #scanId: string
  readonly #samples: { at: number; done: number }[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #last = ''

  constructor(inJob: InJob, scanId: string) {
    this.#inJob = inJob
    this.#scanId = scanId
  }

  /** Starts the ticking; a failed write is left to the next tick. */
  start(): void {
    this.#timer = setTimeout(this.#tick, 0)
  }

  #tick = (): void => {
    clearTimeout(this.#timer)
    const writing = this.#writing.then(() => this.#write({})).catch(() => {})
    this.#writing = writing
    void writing.then(() => {
      if (this.#writing === writing && this.#timer) this.#timer = setTimeout(this.#tick, tickMs)
    })
  }

  /** The listing is over; what follows is the second stage. */
  walked(): void {
    this.counts.walked = true
    this.#status = 'covering'
    this.currentFolder = null
    this.#tick()
  }

  covered(count: number): void {
    this.counts.covered += count
    this.counts.coversTotal = Math.max(this.counts.coversTotal, this.counts.covered)
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#writing
  }

  /** The run failed and stays open for another try. */
  async waitForNextTry(error: string): Promise<void> {
    await this.stop()
    this.#status = 'queued'
    await this.#write({ error })
  }

  async end({ status, error }: { status: 'done' | 'failed'; error: string | null }): Promise<void> {
    await this.stop()
    this.#status = status
    await this.#write({ finishedAt: new Date(), error })
  }

  async #write(extra: { finishedAt?: Date; error?: string | null }): Promise<void> {
    const values = { ...this.counts, status: this.#status, currentFolder: this.currentFolder, ...extra }
    const text = JSON.stringify(values)
    if (text === this.#last) return
    const milliRate = Math.round(this.#rate() * 1000)
    await this.#inJob(async (scope) => {
      await updateScan(scope, this.#scanId, { ...values, milliRate })
      await announce(scope, { type: 'scan', organizationId: scope.organizationId, libraryId: scope.libraryId, scanId: this.#scanId })
    })
    this.#last = text
  }

  /** Files, then covers, a second, over the last seconds. */
  #rate(): number {
    const { covered, listed, unchanged, problems } = this.counts
    const done = this.#status === 'covering' ? covered : listed + unchanged + problems
    const at = Date.now()
    if (done < (this.#samples.at(-1)?.done ?? 0)) this.#samples.length = 0
    this.#samples.push({ at, done })
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > rateWindowMs) this.#samples.shift()
    const first = this.#samples[0]
    return first && at > first.at ? ((done - first.done) * 1000) / (at - first.at) : 0
  }
}
