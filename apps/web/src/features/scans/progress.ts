import type { Scan } from '@carrel/api/schema/scans'

/** What the scan page draws: two bars, each 0 to 1 or null while its end is unknown. */
export type ScanProgress = {
  reading: number | null
  covers: number | null
  /** Seconds that the current stage still takes; null when it cannot be told. */
  remaining: number | null
}

const ratio = (part: number, whole: number): number => (whole <= 0 ? 0 : Math.min(1, part / whole))

export function scanProgress(scan: Scan): ScanProgress {
  if (scan.status === 'done') return { reading: 1, covers: 1, remaining: null }
  if (scan.status === 'queued') return { reading: null, covers: 0, remaining: null }
  const reading = scan.status === 'covering' ? 1 : scan.found === 0 && !scan.walked ? null : ratio(scan.processed, scan.found)
  const left = scan.status === 'covering' ? scan.coversTotal - scan.covered : scan.found - scan.processed
  const tells = scan.rate > 0 && left > 0 && (scan.walked || scan.status === 'covering')
  return { reading, covers: ratio(scan.covered, scan.coversTotal), remaining: tells ? left / scan.rate : null }
}

/** Files of books on the shelf so far: none means no book. */
export function filesSoFar(scan: Scan): number {
  return scan.listed + scan.unchanged + scan.restored
}
