import { announce } from '../events/queries.ts'
import { Cancelled, RunTaken, type InJob } from './in-job.ts'
import { updateOwnScan } from './queries.ts'
import type { ScanStatus } from './schema.ts'

const tickMs = 250
const rateWindowMs = 4000
/** A run that does not move asks so often whether it shall end. */
const quietMs = 1000

/** Counts of a run, written to its row and announced at most four times a second. */
export class Progress {
  readonly counts = {
    found: 0,
    walked: false,
    listed: 0,
    unchanged: 0,
    problems: 0,
    moved: 0,
    missing: 0,
    restored: 0,
    held: 0,
    covered: 0,
    coversTotal: 0,
  }
  currentFolder: string | null = null
  #status: ScanStatus = 'listing'
  readonly #inJob: InJob
  readonly #run: { scanId: string; runner: string }
  readonly #onStop: (reason: Error) => void
  readonly #samples: { at: number; done: number }[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #last = ''
  #writtenAt = 0

  /** `onStop` is told when somebody asks to end the run, or another worker has taken it over. */
  constructor(inJob: InJob, run: { scanId: string; runner: string }, onStop: (reason: Error) => void) {
    this.#inJob = inJob
    this.#run = run
    this.#onStop = onStop
  }

  /** Starts the ticking; a failed write is left to the next tick. */
  start(): void {
    this.#timer = setTimeout(this.#tick, tickMs)
  }

  #tick = (): void => {
    clearTimeout(this.#timer)
    const writing = this.#writing.then(() => this.#write({})).catch(() => {})
    this.#writing = writing
    void writing.then(() => {
      if (this.#writing === writing && this.#timer) this.#timer = setTimeout(this.#tick, tickMs)
    })
  }

  /** The listing is over; what follows is the second stage, unless no cover is missing. */
  walked(missingCovers: number): void {
    this.counts.walked = true
    this.counts.coversTotal = this.counts.covered + missingCovers
    this.#status = 'covering'
    this.currentFolder = null
    if (missingCovers > 0) this.#tick()
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

  async end({ status, error }: { status: 'done' | 'failed' | 'cancelled'; error: string | null }): Promise<void> {
    await this.stop()
    this.#status = status
    await this.#write({ finishedAt: new Date(), error })
  }

  async #write(extra: { finishedAt?: Date; error?: string | null }): Promise<void> {
    const values = { ...this.counts, status: this.#status, currentFolder: this.currentFolder, ...extra }
    const text = JSON.stringify(values)
    if (text === this.#last && Date.now() - this.#writtenAt < quietMs) return
    const milliRate = Math.round(this.#rate() * 1000)
    await this.#inJob(async (scope) => {
      const held = await updateOwnScan(scope, this.#run, { ...values, milliRate })
      if (!held) this.#onStop(new RunTaken())
      else if (held.cancelRequested) this.#onStop(new Cancelled())
      if (held)
        await announce(scope, { type: 'scan', organizationId: scope.organizationId, libraryId: scope.libraryId, scanId: this.#run.scanId })
    })
    this.#last = text
    this.#writtenAt = Date.now()
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
