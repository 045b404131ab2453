import { sql } from 'drizzle-orm'
import type { JobScope, OrganizationScope, Scope } from '../scope.ts'
import { channel, type Signal } from './bus.ts'

/** Tells every process of this server, when the transaction commits. */
export async function announce({ db }: Scope, signal: Signal): Promise<void> {
  await db.execute(sql`select pg_notify(${channel}, ${JSON.stringify(signal)})`)
}

/** Tells that this kind of thing changed in the scope's own workspace. */
export const announceChanged = (scope: OrganizationScope | JobScope, what: Extract<Signal, { type: 'changed' }>['what']): Promise<void> =>
  announce(scope, { type: 'changed', organizationId: scope.organizationId, what })
