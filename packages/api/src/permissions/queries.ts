import { asc } from 'drizzle-orm'
import { ExtraPermission } from '@carrel/auth'
import { extraPermission } from '@carrel/db/schema'
import type { Scope } from '../scope.ts'
import type { Extra } from './schema.ts'

/** What the operator added to the catalogue, by name. */
export async function listExtraPermissions(scope: Scope): Promise<Extra[]> {
  const rows = await scope.db
    .select({ name: extraPermission.name, label: extraPermission.label })
    .from(extraPermission)
    .orderBy(asc(extraPermission.name))
  // One that a later version took into its own catalogue counts as that.
  return rows.flatMap(({ name, label }) => (ExtraPermission.safeParse(name).data ? [{ name: ExtraPermission.parse(name), label }] : []))
}
