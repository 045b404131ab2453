import type { PgBoss } from 'pg-boss'
import * as z from 'zod'
import type { Mailer } from '@carrel/mail'
import { queues, type Transact } from '@carrel/db'
import type { Log } from '../deps.ts'
import { Id } from '../shapes.ts'
import { deliverMail } from './deliver.ts'

const Payload = z.object({ mailId: Id })

/** Sends mails from the queue, four at a time. */
export async function registerMails(boss: PgBoss, deps: { transact: Transact; mailer: Mailer; secret: string; log: Log }): Promise<void> {
  await boss.work<unknown>(
    'mail',
    { includeMetadata: true, batchSize: 1, localConcurrency: 4, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2 },
    async ([job]) => {
      if (!job) return
      const { mailId } = Payload.parse(job.data)
      try {
        await deliverMail(deps, mailId, { lastTry: job.retryCount >= queues.mail.retryLimit })
      } catch (error) {
        deps.log.warn({ mailId, reason: error instanceof Error ? error.message : typeof error }, 'mail not sent')
        throw error
      }
    },
  )
}
