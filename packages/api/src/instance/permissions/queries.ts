import { sql } from 'drizzle-orm'
import { extraHolders, type ExtraPermission } from '@carrel/auth'
import type { InstanceScope } from '../../scope.ts'

/** False when there is a permission of that name. */
export async function addPermission(scope: InstanceScope, name: ExtraPermission, label: string): Promise<boolean> {
  const holders = sql`array[${sql.join(
    extraHolders.map((role) => sql`${role}`),
    sql`, `,
  )}]::text[]`
  const [row] = await scope.db.execute<{ added: boolean }>(sql`select app.add_permission(${name}, ${label}, ${holders}) as added`)
  return row?.added ?? false
}

/** How many roles of workspaces held it; null when there is none of that name. */
export async function removePermission(scope: InstanceScope, name: ExtraPermission): Promise<number | null> {
  const [row] = await scope.db.execute<{ held: number | null }>(sql`select app.remove_permission(${name}) as held`)
  return row?.held ?? null
}
