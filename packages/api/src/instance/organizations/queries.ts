import { sql } from 'drizzle-orm'
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

const organizationOf = (row: OrganizationRow): InstanceOrganization => ({
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
  return { items: items.map(organizationOf), nextCursor: rows.length > input.limit && last ? encodeCursor([last.key, last.id]) : null }
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
