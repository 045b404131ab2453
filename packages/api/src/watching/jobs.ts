import type { PgBoss } from 'pg-boss'
import { watchLibraries, type WatchDeps, type WatchPace } from './watch-libraries.ts'

/**
 * Watches libraries in one process of the whole server: whoever has the one job of this queue. It never ends by itself; when
 * its process dies, or stops, the next one takes it up.
 */
export async function registerWatch(boss: PgBoss, deps: WatchDeps, pace: WatchPace, signal: AbortSignal): Promise<void> {
  await boss.schedule('watch', '* * * * *', null)
  await boss.send('watch', null)
  await boss.work<unknown>(
    'watch',
    { includeMetadata: true, batchSize: 1, pollingIntervalSeconds: 5, notifyPollingIntervalSeconds: 5, heartbeatRefreshSeconds: 5 },
    async ([job]) => {
      if (!job) return
      const ended = AbortSignal.any([signal, job.signal])
      await watchLibraries(deps, pace, ended)
      // Another process is to take it up.
      ended.throwIfAborted()
    },
  )
}
