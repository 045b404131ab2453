import type { PgBoss } from 'pg-boss'
import * as z from 'zod'
import type { Mailer } from '@carrel/mail'
import { queues, type Transact } from '@carrel/db'
import type { Log } from '../deps.ts'
import { asVisitor } from '../scope.ts'
import { Id } from '../shapes.ts'
import { deliverMail } from './deliver.ts'
import { listWaitingMails } from './queries.ts'

const sweepMs = 60_000

const Payload = z.object({ mailId: Id })

/** Queues again what has waited for more than a minute; a mail that has a job still, waiting for its next try, gets no second one. */
export async function sweepMails(boss: PgBoss, transact: Transact): Promise<void> {
  for (const mailId of await asVisitor(transact, listWaitingMails, { readOnly: true }))
    await boss.send('mail', { mailId }, { singletonKey: mailId })
}

/** Sends mails from the queue, four at a time, and queues again each minute what waits without a job, until `signal`. */
export async function registerMails(
  boss: PgBoss,
  deps: { transact: Transact; mailer: Mailer; secret: string; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const sweep = () => sweepMails(boss, deps.transact)
  const timer = setInterval(() => void sweep().catch((error: unknown) => deps.log.warn({ err: error }, 'waiting mails')), sweepMs)
  signal.addEventListener('abort', () => clearInterval(timer))
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
