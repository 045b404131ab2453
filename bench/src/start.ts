import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { nodeProcessesOf, residentBytes } from './processes.ts'
import { atMost, type Figure } from './report.ts'
import { npmStart, setUp, startServer } from './server.ts'

const idleMs = 20_000
const startsMs = 20_000

/** `start.*`: later starts of an instance that is set up, and the server's memory when nothing happens. */
export async function benchStart({ workFolder, turns, wants, log }: Bench): Promise<Figure[]> {
  const command = npmStart()
  const options = { dataDir: path.join(workFolder, 'start'), ...(command && { command }) }
  const first = await startServer(options)
  await setUp(first).finally(() => first.stop())
  const starts: number[] = []
  let idle: number | undefined
  for (const round of turns(startsMs)) {
    const server = await startServer(options)
    try {
      starts.push(server.readyAfterMs / 1000)
      log(`start ${round}: ready after ${(server.readyAfterMs / 1000).toFixed(2)} s`)
    } finally {
      await server.stop()
    }
  }
  if (wants('start.rss')) {
    const server = await startServer(options)
    try {
      await wait(idleMs)
      idle = Math.max(...nodeProcessesOf(server.pid).map(residentBytes)) / 2 ** 20
    } finally {
      await server.stop()
    }
  }
  return [atMost('start.cold', 's', starts, 4), ...(idle === undefined ? [] : [atMost('start.rss', 'MB', [idle], 160)])]
}
