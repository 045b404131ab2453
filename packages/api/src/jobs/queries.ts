import { sql } from 'drizzle-orm'
import { fromDrizzle, type PgBoss } from 'pg-boss'
import type { OrganizationScope } from '../scope.ts'

/** What procedures may ask of the job queue; the jobs themselves live with their features. */
export type Jobs = {
  /** Queues a scan in the transaction that wants it; does nothing when one waits or runs already. */
  enqueueScan(scope: OrganizationScope, libraryId: string): Promise<void>
  /** Queues a mail in the transaction that writes it. */
  enqueueMail(scope: OrganizationScope, mailId: string): Promise<void>
  /** Queues a mail that stands written already, before invitations, of which there may be many: somebody waits for it. */
  hastenMail(mailId: string): Promise<void>
}

export function createJobs(boss: PgBoss): Jobs {
  return {
    async enqueueScan({ db }, libraryId) {
      await boss.send('scan', { libraryId }, { singletonKey: libraryId, db: fromDrizzle(db, sql) })
    },
    async enqueueMail({ db }, mailId) {
      await boss.send('mail', { mailId }, { singletonKey: mailId, db: fromDrizzle(db, sql) })
    },
    async hastenMail(mailId) {
      await boss.send('mail', { mailId }, { singletonKey: mailId, priority: 1 })
    },
  }
}
