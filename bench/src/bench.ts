/** What every benchmark gets. */
export type Bench = {
  /** Kept between runs. */
  cache: string
  /** Removed after the run. */
  workFolder: string
  rounds: number
  /** Books of the scanned corpus. */
  books: number
  /** True when this figure was asked for. */
  wants: (figure: string) => boolean
  log: (line: string) => void
}
