import { sql } from 'drizzle-orm'
import type { Scope } from '../scope.ts'
import { channel, type Signal } from './bus.ts'

/** Tells every process of this server, when the transaction commits. */
export async function announce({ db }: Scope, signal: Signal): Promise<void> {
  await db.execute(sql`select pg_notify(${channel}, ${JSON.stringify(signal)})`)
}
