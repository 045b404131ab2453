import { readFileSync } from 'node:fs'

/**
 * Milliseconds that the main thread of a process was ready to run and had no processor, since its start; `null` when it is gone or the
 * system does not tell (Linux: Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat).
 */
export function waitedMilliseconds(pid: number | undefined): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null
  try {
    const [, waited] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')
    return waited === undefined ? null : Number(waited) / 1e6
  } catch {
    return null
  }
}
