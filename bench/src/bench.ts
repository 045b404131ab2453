/** What every benchmark gets. */
export type Bench = {
  /** Kept between runs. */
  cache: string
  /** Removed after the run. */
  workFolder: string
  /** Numbers of the rounds to take: as many as were asked for, fewer when they would take longer than `budgetMs`, at least one. */
  turns: (budgetMs: number) => Iterable<number>
  /** Books of the scanned corpus. */
  books: number
  /** True when this figure was asked for. */
  wants: (figure: string) => boolean
  log: (line: string) => void
}
