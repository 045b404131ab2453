import { and, desc, eq, gte, lte, sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { instanceEvent } from '@carrel/db/schema'
import { decodeCursor, encodeCursor, isMoment } from '../../cursor.ts'
import type { InstanceScope } from '../../scope.ts'
import { Id } from '../../shapes.ts'
import type { InstanceAuditPage, InstanceKind, ListInstanceAudit } from './schema.ts'

/** What the operator did, with the thing as it was and as it is. */
export type InstanceDeed = {
  action: `${InstanceKind}.${string}`
  target?: { id: string; name: string }
  reason?: string
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}

/** Writes down what the operator did, in the transaction that did it. */
export async function recordInstance(scope: InstanceScope, { action, target, reason, before, after }: InstanceDeed): Promise<void> {
  await scope.db.insert(instanceEvent).values({
    id: newId(),
    actorId: scope.actor.id,
    actorName: scope.actor.name,
    address: scope.address,
    action,
    targetType: action.slice(0, action.indexOf('.')),
    targetId: target?.id ?? null,
    targetName: target?.name ?? null,
    reason: reason ?? null,
    before: before ?? null,
    after: after ?? null,
  })
}

/** A page of the log, newest first; null for a cursor that is none of ours. */
export async function listInstanceEvents(scope: InstanceScope, input: ListInstanceAudit): Promise<InstanceAuditPage | null> {
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null) return null
  const [at, id] = place ?? []
  if (place && (!Id.safeParse(id).success || !isMoment(at))) return null
  const rows = await scope.db
    .select({
      id: instanceEvent.id,
      at: instanceEvent.at,
      actorId: instanceEvent.actorId,
      actorName: instanceEvent.actorName,
      address: instanceEvent.address,
      action: instanceEvent.action,
      targetId: instanceEvent.targetId,
      targetName: instanceEvent.targetName,
      reason: instanceEvent.reason,
      before: instanceEvent.before,
      after: instanceEvent.after,
    })
    .from(instanceEvent)
    .where(
      and(
        input.actorId ? eq(instanceEvent.actorId, input.actorId) : undefined,
        input.kind ? eq(instanceEvent.targetType, input.kind) : undefined,
        input.targetId ? eq(instanceEvent.targetId, input.targetId) : undefined,
        input.from ? gte(instanceEvent.at, new Date(input.from)) : undefined,
        input.to ? lte(instanceEvent.at, new Date(input.to)) : undefined,
        place ? sql`(${instanceEvent.at}, ${instanceEvent.id}) < (${at}::timestamptz, ${id}::uuid)` : undefined,
      ),
    )
    .orderBy(desc(instanceEvent.at), desc(instanceEvent.id))
    .limit(input.limit + 1)
  const items = rows.slice(0, input.limit)
  const last = items.at(-1)
  return {
    items: items.map((row) => ({ ...row, at: row.at.toISOString() })),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.at.toISOString(), last.id]) : null,
  }
}
