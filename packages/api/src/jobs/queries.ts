import { sql } from 'drizzle-orm'
import { fromDrizzle, type PgBoss } from 'pg-boss'
import { queues } from '@carrel/db'
import type { InstanceScope, OrganizationScope } from '../scope.ts'

/** What procedures may ask of the job queue; the jobs themselves live with their features. */
export type Jobs = {
  /** Queues a scan in the transaction that wants it; does nothing when one waits or runs already. */
  enqueueScan(scope: OrganizationScope, libraryId: string): Promise<void>
  /** Queues a mail in the transaction that writes it. */
  enqueueMail(scope: OrganizationScope | InstanceScope, mailId: string): Promise<void>
  /** Queues a mail that stands written already, before invitations, of which there may be many: somebody waits for it. */
  hastenMail(mailId: string): Promise<void>
  /** How many jobs wait, run and failed lately, by queue. Ids and payloads stay where they are. */
  count(): Promise<{ name: string; waiting: number; running: number; failed: number }[]>
}

export function createJobs(boss: PgBoss): Jobs {
  return {
    async enqueueScan({ db }, libraryId) {
      await boss.send('scan', { libraryId }, { singletonKey: libraryId, db: fromDrizzle(db, sql) })
    },
    async enqueueMail({ kind, db }, mailId) {
      // Before invitations, of which there may be many: somebody waits for what the operator sends.
      await boss.send('mail', { mailId }, { singletonKey: mailId, priority: kind === 'instance' ? 1 : 0, db: fromDrizzle(db, sql) })
    },
    async count() {
      const { rows } = await boss.getDb().executeSql(
        `select name, count(*) filter (where state in ('created', 'retry'))::int as waiting,
          count(*) filter (where state = 'active')::int as running, count(*) filter (where state = 'failed')::int as failed
        from pgboss.job group by name`,
      )
      const none = { waiting: 0, running: 0, failed: 0 }
      const met = rows as { name: string; waiting: number; running: number; failed: number }[]
      return Object.keys(queues).map((name) => ({ ...none, ...met.find((row) => row.name === name), name }))
    },
    async hastenMail(mailId) {
      await boss.send('mail', { mailId }, { singletonKey: mailId, priority: 1 })
    },
  }
}
