import { sql } from 'drizzle-orm'
import { fromDrizzle, type PgBoss } from 'pg-boss'
import { queues } from '@carrel/db'
import type { InstanceScope, JobScope, OrganizationScope } from '../scope.ts'

/** Libraries of one workspace that are scanned at once, in all processes. */
export const scansOfOne = 2

/** What procedures may ask of the job queue; the jobs themselves live with their features. */
export type Jobs = {
  /**
   * Queues a scan in the transaction that wants it; does nothing when one waits already. The more libraries of a workspace
   * wait, the later its next one: whoever adds fifty at once keeps nobody else waiting.
   */
  enqueueScan(scope: OrganizationScope | JobScope, libraryId: string): Promise<void>
  /** Whether another library has waited for some seconds for the place that this one holds. */
  isScanAwaited(libraryId: string): Promise<boolean>
  /** Queues a mail in the transaction that writes it. */
  enqueueMail(scope: OrganizationScope | InstanceScope, mailId: string): Promise<void>
  /** Queues a mail that stands written already, before invitations, of which there may be many: somebody waits for it. */
  hastenMail(mailId: string): Promise<void>
  /** How many jobs wait, run and failed lately, by queue. Ids and payloads stay where they are. */
  count(): Promise<{ name: string; waiting: number; running: number; failed: number }[]>
}

export function createJobs(boss: PgBoss): Jobs {
  return {
    async enqueueScan({ db, organizationId }, libraryId) {
      const [row] = await db.execute<{ waiting: number }>(sql`select app.waiting_scans(${libraryId}::uuid) as waiting`)
      const turn = { priority: -Math.min(row?.waiting ?? 0, 10_000), group: { id: organizationId } }
      await boss.send('scan', { libraryId }, { ...turn, singletonKey: libraryId, db: fromDrizzle(db, sql) })
    },
    async isScanAwaited(libraryId) {
      const { rows } = await boss.getDb().executeSql(
        `with active as (select singleton_key, group_id from pgboss.job where name = 'scan' and state = 'active')
        select exists (select from pgboss.job waiting where name = 'scan' and state in ('created', 'retry')
          and created_on < now() - interval '3 seconds' and start_after < now() - interval '3 seconds'
          and singleton_key not in (select singleton_key from active)
          and (select count(*) from active where group_id = waiting.group_id and singleton_key <> $1) < $2) as awaited`,
        [libraryId, scansOfOne],
      )
      return (rows as { awaited: boolean }[])[0]?.awaited ?? false
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
