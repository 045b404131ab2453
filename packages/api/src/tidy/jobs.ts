import type { PgBoss } from 'pg-boss'
import { Nights } from './nights.ts'
import { runTidy, type TidyDeps } from './run.ts'

/** Each night by the clock of the server, and at the start when a night was missed. */
const nightly = '17 3 * * *'

/** Tidies each night, one process of the whole instance at a time, until `signal`. */
export async function registerTidy(boss: PgBoss, deps: TidyDeps, signal: AbortSignal): Promise<void> {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone
  await boss.schedule('tidy', nightly, null, { tz, missed: 'once' })
  const nights = new Nights()
  await boss.work<unknown>(
    'tidy',
    { includeMetadata: true, batchSize: 1, pollingIntervalSeconds: 30, heartbeatRefreshSeconds: 20 },
    async ([job]) => {
      if (job) await runTidy(deps, AbortSignal.any([signal, job.signal]), nights)
    },
  )
}
