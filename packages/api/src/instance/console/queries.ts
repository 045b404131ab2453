import { sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import type { OrganizationScope } from '../../scope.ts'

/** Makes somebody a member of the workspace in which the command line is. False when they were one. */
export async function insertMember(scope: OrganizationScope, userId: string): Promise<boolean> {
  const [row] = await scope.db.execute<{ joined: boolean }>(sql`select app.import_member(${newId()}::uuid, ${userId}::uuid) as joined`)
  return row?.joined ?? false
}
