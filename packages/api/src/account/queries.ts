import { and, asc, desc, eq, gt, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import { customRolePermission, member, memberRole, organization, session, user } from '@carrel/db/schema'
import { AnyPermission } from '@carrel/auth/catalogue'
import { logoVersion } from '../organizations/logo.ts'
import { listExtraPermissions } from '../permissions/queries.ts'
import { heldByBuiltin } from '../roles/queries.ts'
import type { UserScope } from '../scope.ts'
import type { Membership, Session } from './schema.ts'

export async function isEmailVerified(scope: UserScope): Promise<boolean> {
  const [row] = await scope.db.select({ emailVerified: user.emailVerified }).from(user).where(eq(user.id, scope.user.id))
  return row?.emailVerified ?? false
}

/** The user's workspaces by name, with what they may do there. Those that are closed are not among them. */
export async function listMemberships(scope: UserScope): Promise<Membership[]> {
  const [rows, roles, extras] = await Promise.all([
    scope.db
      .select({
        organizationId: organization.id,
        name: organization.name,
        slug: organization.slug,
        logo: organization.logo,
        role: member.role,
      })
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
    listExtraPermissions(scope),
  ])
  return rows.map((row) => {
    const held = roles
      .filter((role) => role.organizationId === row.organizationId)
      .flatMap(({ builtin, permission }) => (builtin ? heldByBuiltin(builtin, extras) : (AnyPermission.safeParse(permission).data ?? [])))
    return { ...row, logo: logoVersion(row.logo), permissions: [...new Set(held)] }
  })
}

/** The user's workspaces that the operator closed, by name. */
export async function listSuspended(scope: UserScope) {
  const rows = await scope.db
    .select({
      organizationId: organization.id,
      name: organization.name,
      slug: organization.slug,
      reason: organization.suspensionReason,
      suspendedAt: organization.suspendedAt,
    })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(and(eq(member.userId, scope.user.id), isNotNull(organization.suspendedAt), isNull(organization.deletedAt)))
    .orderBy(asc(organization.name), asc(organization.id))
  return rows.flatMap(({ suspendedAt, ...row }) => (suspendedAt ? [{ ...row, suspendedAt: suspendedAt.toISOString() }] : []))
}

/** Until when an operator acts in the user's place; null when they are there themself. */
export async function findImpersonation(scope: UserScope): Promise<{ until: string } | null> {
  if (scope.impersonatorId === null) return null
  const [row] = await scope.db.select({ until: session.expiresAt }).from(session).where(eq(session.id, scope.sessionId))
  return row ? { until: row.until.toISOString() } : null
}

/** Workspaces that the user owns and that were deleted less than seven days ago. */
export async function listDeleted(scope: UserScope) {
  const rows = await scope.db
    .select({ organizationId: organization.id, name: organization.name, deletedAt: organization.deletedAt })
    .from(organization)
    .innerJoin(memberRole, and(eq(memberRole.organizationId, organization.id), eq(memberRole.builtin, 'owner')))
    .where(
      and(
        eq(memberRole.userId, scope.user.id),
        gt(organization.deletedAt, sql`now() - interval '7 days'`),
        eq(organization.deletedByOperator, false),
      ),
    )
    .orderBy(desc(organization.deletedAt))
  return rows.flatMap(({ deletedAt, ...row }) => (deletedAt ? [{ ...row, deletedAt: deletedAt.toISOString() }] : []))
}

/** Live sessions of the user, the current one first, then by last use. */
export async function listSessions(scope: UserScope): Promise<Session[]> {
  const rows = await scope.db
    .select({
      id: session.id,
      createdAt: session.createdAt,
      usedAt: session.updatedAt,
      address: session.ipAddress,
      userAgent: session.userAgent,
      impersonatedBy: session.impersonatedBy,
    })
    .from(session)
    .where(and(eq(session.userId, scope.user.id), gt(session.expiresAt, sql`now()`)))
    .orderBy(desc(session.updatedAt), desc(session.id))
  return rows
    .map(({ impersonatedBy, createdAt, usedAt, ...row }) => ({
      ...row,
      createdAt: createdAt.toISOString(),
      usedAt: usedAt.toISOString(),
      current: row.id === scope.sessionId,
      impersonated: impersonatedBy !== null,
    }))
    .toSorted((a, b) => Number(b.current) - Number(a.current))
}

/** True when there was such a session. */
export async function endSession(scope: UserScope, sessionId: string): Promise<boolean> {
  const rows = await scope.db
    .delete(session)
    .where(and(eq(session.userId, scope.user.id), eq(session.id, sessionId)))
    .returning({ id: session.id })
  return rows.length > 0
}

/** Signs the user out everywhere but here. */
export async function endOtherSessions(scope: UserScope): Promise<void> {
  await scope.db.delete(session).where(and(eq(session.userId, scope.user.id), ne(session.id, scope.sessionId)))
}

export async function renameUser(scope: UserScope, name: string): Promise<void> {
  await scope.db.update(user).set({ name }).where(eq(user.id, scope.user.id))
}
