import { asc, eq, inArray } from 'drizzle-orm'
import { member, organization, rolePermission } from '@carrel/db/schema'
import { Permission } from '@carrel/auth/catalogue'
import type { UserScope } from '../scope.ts'
import type { Membership } from './schema.ts'

/** The user's workspaces by name, with what they may do there. */
export async function listMemberships(scope: UserScope): Promise<Membership[]> {
  const rows = await scope.db
    .select({ organizationId: organization.id, name: organization.name, slug: organization.slug, role: member.role })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(eq(member.userId, scope.user.id))
    .orderBy(asc(organization.name), asc(organization.id))
  const roles = [...new Set(rows.map((row) => row.role))]
  const held = roles.length > 0 ? await scope.db.select().from(rolePermission).where(inArray(rolePermission.role, roles)) : []
  return rows.map((row) => ({
    ...row,
    permissions: held.filter((p) => p.role === row.role).flatMap((p) => Permission.safeParse(p.permission).data ?? []),
  }))
}
