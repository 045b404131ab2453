import type { PgBoss } from 'pg-boss'
import * as z from 'zod'
import { queues } from '@carrel/db'
import { Id } from '../shapes.ts'
import { scansOfOne } from '../jobs/queries.ts'
import { runScans, type ScanDeps } from './run.ts'

const Payload = z.object({ libraryId: Id })

/** Takes scans from the queue, three libraries at a time, of one workspace two. A scan cut short by `signal` is taken up again later. */
export async function registerScans(boss: PgBoss, deps: ScanDeps, signal: AbortSignal): Promise<void> {
  await boss.work<unknown>(
    'scan',
    {
      includeMetadata: true,
      batchSize: 1,
      // One more than a workspace may have, so that another finds a place at once.
      localConcurrency: scansOfOne + 1,
      groupConcurrency: scansOfOne,
      pollingIntervalSeconds: 2,
      notifyPollingIntervalSeconds: 2,
      heartbeatRefreshSeconds: 5,
    },
    async ([job]) => {
      if (!job) return
      const { libraryId } = Payload.parse(job.data)
      const started = Date.now()
      try {
        await runScans(deps, libraryId, {
          signal: AbortSignal.any([signal, job.signal]),
          lastTry: job.retryCount >= queues.scan.retryLimit,
        })
        deps.log.info({ libraryId, ms: Date.now() - started }, 'scan ended')
      } catch (error) {
        deps.log[signal.aborted ? 'info' : 'error'](
          { libraryId, err: error },
          signal.aborted ? 'scan interrupted; it goes on at the next start' : 'scan failed',
        )
        throw error
      }
    },
  )
}
