import { and, desc, eq, gte, lte, sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { auditEvent } from '@carrel/db/schema'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import type { LifecycleEvent } from './events.ts'
import type { AuditPage, ListAudit } from './schema.ts'

/** Writes down what was done, in the transaction that did it. */
export async function record(scope: OrganizationScope, event: LifecycleEvent): Promise<void> {
  await scope.db.insert(auditEvent).values({
    organizationId: scope.organizationId,
    id: newId(),
    actorId: scope.actorId,
    actorName: scope.user.name,
    impersonatorId: scope.impersonatorId,
    address: scope.address,
    action: `${event.kind}.${event.change}`,
    targetType: event.kind,
    targetId: event.target.id,
    targetName: event.target.name,
    before: 'before' in event ? event.before : null,
    after: 'after' in event ? event.after : null,
  })
}

const columns = {
  id: auditEvent.id,
  at: auditEvent.at,
  actorId: auditEvent.actorId,
  actorName: auditEvent.actorName,
  impersonated: sql<boolean>`${auditEvent.impersonatorId} is not null`,
  address: auditEvent.address,
  action: auditEvent.action,
  targetId: auditEvent.targetId,
  targetName: auditEvent.targetName,
  before: auditEvent.before,
  after: auditEvent.after,
}

/** A page of the log, newest first; null for a cursor that is none of ours. */
export async function listAuditEvents(scope: OrganizationScope, input: ListAudit): Promise<AuditPage | null> {
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null) return null
  const [at, id] = place ?? []
  if (place && (!Id.safeParse(id).success || Number.isNaN(Date.parse(at ?? '')))) return null
  const rows = await scope.db
    .select(columns)
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, scope.organizationId),
        input.actorId ? eq(auditEvent.actorId, input.actorId) : undefined,
        input.kind ? eq(auditEvent.targetType, input.kind) : undefined,
        input.from ? gte(auditEvent.at, new Date(input.from)) : undefined,
        input.to ? lte(auditEvent.at, new Date(input.to)) : undefined,
        place ? sql`(${auditEvent.at}, ${auditEvent.id}) < (${at}::timestamptz, ${id}::uuid)` : undefined,
      ),
    )
    .orderBy(desc(auditEvent.at), desc(auditEvent.id))
    .limit(input.limit + 1)
  const items = rows.slice(0, input.limit)
  const last = items.at(-1)
  return {
    items: items.map((row) => ({ ...row, at: row.at.toISOString() })),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.at.toISOString(), last.id]) : null,
  }
}
