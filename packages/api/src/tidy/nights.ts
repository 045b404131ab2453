const nightMs = 20 * 3_600_000

/**
 * The nights of one process, by a clock that nobody sets: however often the server's own clock jumps ahead, what is missing ages by
 * one night in 20 hours at most. Over restarts the database keeps that, by its clock.
 */
export class Nights {
  readonly #now: () => number
  #countedAt: number | null = null

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** `count` tells null when it counted no night. Answers 0 then, and when it was too soon to ask. */
  async count(count: () => Promise<number | null>): Promise<number> {
    if (this.#countedAt !== null && this.#now() - this.#countedAt < nightMs) return 0
    const counted = await count()
    if (counted !== null) this.#countedAt = this.#now()
    return counted ?? 0
  }
}
