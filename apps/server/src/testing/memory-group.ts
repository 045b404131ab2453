import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export type MemoryGroup = {
  /** What starts a program inside. */
  by: readonly string[]
  /** Bytes at most, as the kernel counted; null where it did not. */
  peak: () => number | null
  kills: () => number
  processes: () => string[]
  remove: () => Promise<void>
}

const version1 = '/sys/fs/cgroup/memory'
const version2 = '/sys/fs/cgroup'

/** A control group of processes that together may hold `bytes` and no swap; null where none can be made. */
export function makeMemoryGroup(name: string, bytes: number): MemoryGroup | null {
  const old = existsSync(path.join(version1, 'memory.limit_in_bytes'))
  const folder = path.join(old ? version1 : version2, name)
  const read = (file: string) => readFileSync(path.join(folder, file), 'utf8')
  const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text)
  try {
    mkdirSync(folder)
    write(old ? 'memory.limit_in_bytes' : 'memory.max', String(bytes))
    // Where swap is not counted, it is not used either.
    if (old) write('memory.swappiness', '0')
    else if (existsSync(path.join(folder, 'memory.swap.max'))) write('memory.swap.max', '0')
  } catch {
    if (existsSync(folder)) rmdirSync(folder)
    return null
  }
  return {
    by: ['sh', '-c', `echo $$ > ${path.join(folder, 'cgroup.procs')} && exec "$@"`, 'sh'],
    peak() {
      const file = old ? 'memory.max_usage_in_bytes' : 'memory.peak'
      return existsSync(path.join(folder, file)) ? Number(read(file)) : null
    },
    kills: () => Number(/^oom_kill (\d+)$/m.exec(read(old ? 'memory.oom_control' : 'memory.events'))?.[1] ?? 0),
    processes: () => read('cgroup.procs').split('\n').filter(Boolean),
    async remove() {
      for (let i = 0; i < 50 && existsSync(folder); i += 1) {
        try {
          rmdirSync(folder)
        } catch {
          await wait(100)
        }
      }
    },
  }
}
