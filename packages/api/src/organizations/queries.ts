import { sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { violates } from '../errors.ts'
import type { UserScope } from '../scope.ts'

/** A workspace owned by the user; null when the slug is taken. `first`: no other exists on this server. */
export async function insertOrganization(scope: UserScope, input: { name: string; slug: string }) {
  const id = newId()
  try {
    const [row] = await scope.db.execute<{ first: boolean }>(
      sql`select app.create_organization(${id}::uuid, ${newId()}::uuid, ${input.name}, ${input.slug}) as first`,
    )
    return { id, ...input, first: row?.first === true }
  } catch (error) {
    if (violates(error, 'organization_slug_unique', 'organization_slug_key')) return null
    throw error
  }
}

/** Opens this workspace first at the next visit. */
export async function rememberOrganization(scope: UserScope, organizationId: string): Promise<void> {
  await scope.db.execute(sql`select app.remember_organization(${scope.token}, ${organizationId}::uuid)`)
}
