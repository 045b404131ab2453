import { sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import type { UserScope } from '../scope.ts'

/** A workspace owned by the user; null when the slug is taken. `first`: no other exists on this server. */
export async function insertOrganization(scope: UserScope, input: { name: string; slug: string }) {
  const id = newId()
  const [row] = await scope.db.execute<{ first: boolean | null }>(
    sql`select app.create_organization(${id}::uuid, ${newId()}::uuid, ${input.name}, ${input.slug}) as first`,
  )
  return row === undefined || row.first === null ? null : { id, ...input, first: row.first }
}

/** Opens this workspace first at the next visit. */
export async function rememberOrganization(scope: UserScope, organizationId: string): Promise<void> {
  await scope.db.execute(sql`select app.remember_organization(${scope.token}, ${organizationId}::uuid)`)
}
