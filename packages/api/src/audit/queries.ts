import { and, eq, gte, lte, sql, type SQL } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { auditEvent } from '@carrel/db/schema'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { decodeCursor, encodeCursor, isMoment } from '../cursor.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import type { LifecycleEvent } from './events.ts'
import type { AuditFilter, AuditPage, ExportFormat, ListAudit } from './schema.ts'

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

const matching = ({ organizationId }: OrganizationScope, filter: AuditFilter) =>
  and(
    eq(auditEvent.organizationId, organizationId),
    filter.actorId ? eq(auditEvent.actorId, filter.actorId) : undefined,
    filter.kind ? eq(auditEvent.targetType, filter.kind) : undefined,
    filter.from ? gte(auditEvent.at, new Date(filter.from)) : undefined,
    filter.to ? lte(auditEvent.at, new Date(filter.to)) : undefined,
  )
const before = (at: string | undefined, id: string | undefined) =>
  sql`(${auditEvent.at}, ${auditEvent.id}) < (${at}::timestamptz, ${id}::uuid)`
/** As the index has it: neither is ever null, but the planner does not ask that, and sorts. */
const newestFirst = [sql`${auditEvent.at} desc nulls last`, sql`${auditEvent.id} desc nulls last`]

/** A page of the log, newest first; null for a cursor that is none of ours. */
export async function listAuditEvents(scope: OrganizationScope, input: ListAudit): Promise<AuditPage | null> {
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null) return null
  const [at, id] = place ?? []
  if (place && (!Id.safeParse(id).success || !isMoment(at))) return null
  const rows = await scope.db
    .select(columns)
    .from(auditEvent)
    .where(and(matching(scope, input), place ? before(at, id) : undefined))
    .orderBy(...newestFirst)
    .limit(input.limit + 1)
  const items = rows.slice(0, input.limit)
  const last = items.at(-1)
  return {
    items: items.map((row) => ({ ...row, at: row.at.toISOString() })),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.at.toISOString(), last.id]) : null,
  }
}

const writtenPage = 500
const isoTime = sql`to_char(${auditEvent.at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const impersonated = sql`${auditEvent.impersonatorId} is not null`

/**
 * A field of RFC 4180. What a spreadsheet would take for a formula, in full width as well, gets an apostrophe before it.
 */
const csvField = (value: SQL | PgColumn) => sql`case
  when ${value} ~ '^\\s*[-=+@\\t\\r\uFF1D\uFF0B\uFF0D\uFF20]' then '"''' || replace(${value}, '"', '""') || '"'
  when ${value} ~ '[",\\r\\n'']' then '"' || replace(${value}, '"', '""') || '"'
  else coalesce(${value}, '') end`

const written: Readonly<Record<ExportFormat, SQL>> = {
  csv: sql`concat_ws(',', ${isoTime}, ${csvField(sql`case when ${auditEvent.actorId} is null then 'Carrel' else ${auditEvent.actorName} end`)},
    coalesce(${auditEvent.actorId}::text, ''), case when ${impersonated} then 'yes' else 'no' end, ${csvField(auditEvent.address)},
    ${csvField(auditEvent.action)}, ${csvField(auditEvent.targetName)}, ${csvField(auditEvent.targetId)},
    ${csvField(sql`${auditEvent.before}::text`)}, ${csvField(sql`${auditEvent.after}::text`)}) || E'\r\n'`,
  jsonl: sql`json_build_object('id', ${auditEvent.id}, 'at', ${isoTime}, 'actorId', ${auditEvent.actorId}, 'actorName', ${auditEvent.actorName},
    'impersonated', ${impersonated}, 'address', ${auditEvent.address}, 'action', ${auditEvent.action}, 'targetId', ${auditEvent.targetId},
    'targetName', ${auditEvent.targetName}, 'before', ${auditEvent.before}, 'after', ${auditEvent.after})::text || E'\n'`,
}

export type LogPlace = { at: string; id: string }

/** The next part of the log, written out by the database, and where it goes on; null at its end. */
export async function writeLog(
  scope: OrganizationScope,
  format: ExportFormat,
  filter: AuditFilter,
  from: LogPlace | null,
): Promise<{ text: string; next: LogPlace | null }> {
  const page = scope.db
    .select({
      at: sql`${auditEvent.at}`.as('at'),
      id: sql`${auditEvent.id}`.as('id'),
      time: isoTime.as('time'),
      line: written[format].as('line'),
    })
    .from(auditEvent)
    .where(and(matching(scope, filter), from ? before(from.at, from.id) : undefined))
    .orderBy(...newestFirst)
    .limit(writtenPage)
    .as('page')
  const [row] = await scope.db
    .select({
      text: sql<string | null>`string_agg(${page.line}, '' order by ${page.at} desc, ${page.id} desc)`,
      at: sql<string | null>`(array_agg(${page.time} order by ${page.at}, ${page.id}))[1]`,
      id: sql<string | null>`(array_agg(${page.id} order by ${page.at}, ${page.id}))[1]`,
      count: sql<number>`count(*)::int`,
    })
    .from(page)
  const { text, at, id, count } = row ?? { text: null, at: null, id: null, count: 0 }
  return { text: text ?? '', next: count === writtenPage && at !== null && id !== null ? { at, id } : null }
}
