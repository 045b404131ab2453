import type { Sql } from 'postgres'
import { PgBoss, type Db } from 'pg-boss'

/** Queues that exist; made by the migration, since the jobs login cannot create tables. */
export const queues = {
  /** One job a library at most that waits, beside one that runs. Payload: `{ libraryId }`. */
  scan: {
    policy: 'stately',
    retryLimit: 50,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    expireInSeconds: 24 * 3600,
    heartbeatSeconds: 15,
    notify: true,
    deleteAfterSeconds: 24 * 3600,
  },
  /** One job a mail at most, tried for a week. Payload: `{ mailId }`. */
  mail: {
    policy: 'exclusive',
    retryLimit: 350,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 1800,
    expireInSeconds: 300,
    notify: true,
    deleteAfterSeconds: 24 * 3600,
  },
  /** One for the whole instance, held by the process that watches folders. No payload. */
  watch: {
    policy: 'exclusive',
    retryLimit: 1000,
    retryDelay: 1,
    expireInSeconds: 24 * 3600 - 1,
    heartbeatSeconds: 15,
    notify: true,
    deleteAfterSeconds: 3600,
  },
  /** One for the whole instance. No payload. */
  tidy: {
    policy: 'exclusive',
    retryLimit: 5,
    retryDelay: 60,
    expireInSeconds: 12 * 3600,
    heartbeatSeconds: 60,
    notify: true,
    deleteAfterSeconds: 7 * 24 * 3600,
  },
} as const
export type QueueName = keyof typeof queues

/** pg-boss on one of our pools, so that one driver serves all. */
export function bossDatabase(sql: Sql): Db {
  return {
    async executeSql(text, values) {
      // Some of its texts open a transaction, which needs a connection of their own.
      const connection = await sql.reserve()
      let answer: unknown[]
      try {
        answer = await connection.unsafe(text, (values ?? []) as never[], { prepare: false })
      } finally {
        connection.release()
      }
      // A list of statements answers with a list of results; pg-boss reads the last one that has rows.
      const rows = Array.isArray(answer[0])
        ? (answer.findLast((part) => Array.isArray(part) && part.length > 0) as unknown[] | undefined)
        : answer
      return { rows: [...(rows ?? [])] }
    },
    async listen(channel, onNotification, onReconnect) {
      const subscription = await sql.listen(channel, onNotification, onReconnect)
      return { close: () => subscription.unlisten() }
    },
  }
}

/** What a clock noted that went ahead is brought back to now: else its jobs wait until that time comes, or count as at work till then. */
export async function rightTimes(sql: Sql): Promise<void> {
  await sql`update pgboss.job set start_after = now()
    where state in ('created', 'retry') and start_after > now() + (coalesce(retry_delay_max, retry_delay) + 60) * interval '1 second'`
  await sql`update pgboss.job set heartbeat_on = now() where state = 'active' and heartbeat_on > now() + interval '60 seconds'`
}

/** Installs the queue's own schema as the owner and gives the logins what they need of it. */
export async function migrateQueues(owner: Sql): Promise<void> {
  const boss = new PgBoss({ db: bossDatabase(owner), schema: 'pgboss', supervise: false, schedule: false, migrate: true })
  boss.on('error', () => {})
  await boss.start()
  for (const [name, options] of Object.entries(queues)) {
    if (!(await boss.getQueue(name))) await boss.createQueue(name, options)
  }
  await boss.stop({ graceful: false })
  await owner.unsafe(`
    grant usage on schema pgboss to carrel_app, carrel_jobs;
    grant select, insert, update, delete on all tables in schema pgboss to carrel_jobs;
    grant usage on all sequences in schema pgboss to carrel_jobs;
    grant select on pgboss.queue, pgboss.version to carrel_app;
    grant insert, select (id, start_after) on pgboss.job, pgboss.job_common to carrel_app;`)
}
