import { sql } from 'drizzle-orm'
import { fromDrizzle, type PgBoss } from 'pg-boss'
import type { Tx } from '@carrel/db'

/** What procedures may ask of the job queue; the jobs themselves live with their features. */
export type Jobs = {
  /** Queues a scan in the transaction that wants it; does nothing when one waits or runs already. */
  enqueueScan(db: Tx, libraryId: string): Promise<void>
}

export function createJobs(boss: PgBoss): Jobs {
  return {
    async enqueueScan(db, libraryId) {
      await boss.send('scan', { libraryId }, { singletonKey: libraryId, db: fromDrizzle(db, sql) })
    },
  }
}
