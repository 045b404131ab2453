import { eq, sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { organization } from '@carrel/db/schema'
import type { OrganizationScope, UserScope } from '../scope.ts'

/** A workspace owned by the user; null when the slug is taken. `first`: no other exists on this server. */
export async function insertOrganization(scope: UserScope, input: { name: string; slug: string }) {
  const id = newId()
  const [row] = await scope.db.execute<{ first: boolean | null }>(
    sql`select app.create_organization(${id}::uuid, ${newId()}::uuid, ${input.name}, ${input.slug}) as first`,
  )
  return row === undefined || row.first === null ? null : { id, ...input, first: row.first }
}

export async function nameOfOrganization(scope: OrganizationScope): Promise<string> {
  const [row] = await scope.db.select({ name: organization.name }).from(organization).where(eq(organization.id, scope.organizationId))
  return row?.name ?? ''
}

/** Opens this workspace first at the next visit. */
export async function rememberOrganization(scope: UserScope, organizationId: string): Promise<void> {
  await scope.db.execute(sql`select app.remember_organization(${scope.token}, ${organizationId}::uuid)`)
}
