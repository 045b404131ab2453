import { readFileSync, writeFileSync } from 'node:fs'

function statusBytes(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null
  try {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
    return match ? Number(match[1]) * 1024 : null
  } catch {
    return null
  }
}

/** Resident bytes of a process on Linux, `null` elsewhere or when it is gone (proc_pid_status(5)). */
export function residentBytes(pid: number | undefined): number | null {
  return statusBytes(pid, 'VmRSS')
}

/** The most that was resident since the last call, or since the start where the kernel cannot forget it (proc_pid_clear_refs(5)). */
export function takePeakBytes(pid: number | undefined): number | null {
  const peak = statusBytes(pid, 'VmHWM')
  try {
    if (peak !== null) writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    return peak
  }
  return peak
}
