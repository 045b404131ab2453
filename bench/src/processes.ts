import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import path from 'node:path'

type Found = { pid: number; parent: number; node: boolean }

function processes(): Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ')
        return [{ pid: Number(name), parent: Number(fields[1]), node: path.basename(readlinkSync(`/proc/${name}/exe`)).startsWith('node') }]
      } catch {
        return []
      }
    })
}

/** Resident bytes of one process; 0 when it is gone. Linux only, as all here. */
export function residentBytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}

/** A process and all Node processes below it. */
export function nodeProcessesOf(root: number): number[] {
  const all = processes()
  const found = [root]
  for (const pid of found) found.push(...all.filter((each) => each.parent === pid && each.node).map((each) => each.pid))
  return found
}

/** Watches the sum of resident bytes of all Node processes of a server; `stop` tells the greatest. */
export function watchMemory(root: number): { stop: () => number } {
  let peak = 0
  let pids = nodeProcessesOf(root)
  let ticks = 0
  const timer = setInterval(() => {
    if ((ticks += 1) % 5 === 0) pids = nodeProcessesOf(root)
    peak = Math.max(
      peak,
      pids.reduce((sum, pid) => sum + residentBytes(pid), 0),
    )
  }, 200)
  return {
    stop: () => {
      clearInterval(timer)
      return peak
    },
  }
}
