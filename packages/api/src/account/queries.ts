import { and, asc, eq, isNull } from 'drizzle-orm'
import { customRolePermission, member, memberRole, organization } from '@carrel/db/schema'
import { Permission, rolePermissions } from '@carrel/auth/catalogue'
import type { UserScope } from '../scope.ts'
import type { Membership } from './schema.ts'

/** The user's workspaces by name, with what they may do there. Those that are closed are not among them. */
export async function listMemberships(scope: UserScope): Promise<Membership[]> {
  const [rows, roles] = await Promise.all([
    scope.db
      .select({ organizationId: organization.id, name: organization.name, slug: organization.slug, role: member.role })
      .from(member)
      .innerJoin(organization, eq(organization.id, member.organizationId))
      .where(and(eq(member.userId, scope.user.id), isNull(organization.suspendedAt), isNull(organization.deletedAt)))
      .orderBy(asc(organization.name), asc(organization.id)),
    scope.db
      .select({ organizationId: memberRole.organizationId, builtin: memberRole.builtin, permission: customRolePermission.permission })
      .from(memberRole)
      .leftJoin(
        customRolePermission,
        and(eq(customRolePermission.organizationId, memberRole.organizationId), eq(customRolePermission.roleId, memberRole.roleId)),
      )
      .where(eq(memberRole.userId, scope.user.id)),
  ])
  return rows.map((row) => {
    const held = roles
      .filter((role) => role.organizationId === row.organizationId)
      .flatMap(({ builtin, permission }) => (builtin ? rolePermissions[builtin] : (Permission.safeParse(permission).data ?? [])))
    return { ...row, permissions: [...new Set(held)] }
  })
}
