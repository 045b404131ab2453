import { eq, inArray, sql } from 'drizzle-orm'
import { organization, organizationQuota } from '@carrel/db/schema'
import { decodeCursor, encodeCursor } from '../../cursor.ts'
import type { InstanceScope } from '../../scope.ts'
import { Id } from '../../shapes.ts'
import { patternOf } from '../users/queries.ts'
import type { InstanceOrganization, ListOrganizations, OrganizationPage } from './schema.ts'

type OrganizationRow = {
  id: string
  name: string
  slug: string
  created_at: string
  suspended_at: string | null
  suspension_reason: string | null
  deleted_at: string | null
  deleted_by_operator: boolean
  owners: { userId: string; name: string; email: string }[]
  members: number
  libraries: number
  books: number
  bytes: string
  key: string
}

const undoMs = 7 * 24 * 3_600_000
const iso = (moment: string): string => new Date(moment).toISOString()

const organizationOf = (row: OrganizationRow, maxBytes: number | null): InstanceOrganization => ({
  organizationId: row.id,
  name: row.name,
  slug: row.slug,
  createdAt: iso(row.created_at),
  state: row.deleted_at ? 'deleted' : row.suspended_at ? 'suspended' : 'open',
  suspension: row.suspended_at ? { at: iso(row.suspended_at), reason: row.suspension_reason } : null,
  deletion: row.deleted_at
    ? {
        at: iso(row.deleted_at),
        restorableUntil: new Date(Date.parse(row.deleted_at) + undoMs).toISOString(),
        byOperator: row.deleted_by_operator,
      }
    : null,
  owners: row.owners,
  members: row.members,
  libraries: row.libraries,
  books: row.books,
  bytes: Number(row.bytes),
  maxBytes,
})

/** A page of workspaces by name; null for a cursor that is none of ours. */
export async function listOrganizations(scope: InstanceScope, input: ListOrganizations): Promise<OrganizationPage | null> {
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null || (place && !Id.safeParse(place[1]).success)) return null
  const [key, id] = place ?? []
  const rows = [
    ...(await scope.db.execute<OrganizationRow>(
      sql`select * from app.instance_organizations(${patternOf(input.query)}, ${input.state ?? null}, ${key ?? null}, ${id ?? null}::uuid, ${input.limit + 1})`,
    )),
  ]
  const items = rows.slice(0, input.limit)
  const last = items.at(-1)
  const quotas = await listQuotas(
    scope,
    items.map((row) => row.id),
  )
  return {
    items: items.map((row) => organizationOf(row, quotas.get(row.id) ?? null)),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.key, last.id]) : null,
  }
}

async function listQuotas({ db }: InstanceScope, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select()
    .from(organizationQuota)
    .where(inArray(organizationQuota.organizationId, [...ids]))
  return new Map(rows.map((row) => [row.organizationId, row.maxBytes]))
}

/** Limits what the uploaded files of a workspace may take. Undefined when there is none such. */
export async function setQuota(
  { db }: InstanceScope,
  organizationId: string,
  maxBytes: number | null,
): Promise<{ name: string; before: number | null } | undefined> {
  const [found] = await db.select({ name: organization.name }).from(organization).where(eq(organization.id, organizationId))
  if (!found) return undefined
  const here = eq(organizationQuota.organizationId, organizationId)
  const [old] = await db.select({ maxBytes: organizationQuota.maxBytes }).from(organizationQuota).where(here)
  if (maxBytes === null) await db.delete(organizationQuota).where(here)
  else
    await db
      .insert(organizationQuota)
      .values({ organizationId, maxBytes })
      .onConflictDoUpdate({ target: organizationQuota.organizationId, set: { maxBytes } })
  return { name: found.name, before: old?.maxBytes ?? null }
}

export type OrganizationChange = { name: string; slug: string; changed: boolean }

const change = async (scope: InstanceScope, call: ReturnType<typeof sql>): Promise<OrganizationChange | undefined> => {
  const [row] = await scope.db.execute<OrganizationChange>(sql`select * from ${call}`)
  return row
}

/** Closes the workspace to its members; its log tells why. `changed` is false when it was closed or is deleted. */
export const suspendOrganization = (scope: InstanceScope, organizationId: string, eventId: string, reason: string) =>
  change(scope, sql`app.suspend_organization(${organizationId}::uuid, ${eventId}::uuid, ${reason})`)

export const resumeOrganization = (scope: InstanceScope, organizationId: string, eventId: string) =>
  change(scope, sql`app.resume_organization(${organizationId}::uuid, ${eventId}::uuid)`)

/** Its owners cannot open it again; the operator can for seven days. */
export const removeOrganization = (scope: InstanceScope, organizationId: string, eventId: string) =>
  change(scope, sql`app.remove_organization(${organizationId}::uuid, ${eventId}::uuid)`)

/** `changed` is false when it is not deleted, or was seven days ago or earlier. */
export const recoverOrganization = (scope: InstanceScope, organizationId: string, eventId: string) =>
  change(scope, sql`app.recover_organization(${organizationId}::uuid, ${eventId}::uuid)`)
