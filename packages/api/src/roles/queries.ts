import { and, asc, count, eq, inArray } from 'drizzle-orm'
import { AnyPermission, extraHolders, hasAllPermissions, Role, rolePermissions, roles } from '@carrel/auth'
import { newId } from '@carrel/db'
import { customRole, customRolePermission, memberRole } from '@carrel/db/schema'
import { nameKey } from '../books/sort-key.ts'
import { violates } from '../errors.ts'
import { listExtraPermissions } from '../permissions/queries.ts'
import type { Extra } from '../permissions/schema.ts'
import type { OrganizationScope } from '../scope.ts'
import type { RoleDetail, RoleRef } from './schema.ts'

const known = (names: readonly string[]): AnyPermission[] => names.flatMap((name) => AnyPermission.safeParse(name).data ?? [])

/** What a built-in role holds, with what the operator added. */
export const heldByBuiltin = (role: Role, extras: readonly Extra[]): AnyPermission[] => [
  ...rolePermissions[role],
  ...(extraHolders.includes(role) ? extras.map(({ name }) => name) : []),
]

/** All roles of the workspace: the built-in ones, then its own by name. */
export async function listRoles(scope: OrganizationScope): Promise<RoleDetail[]> {
  const [extras, own, held, counts] = await Promise.all([
    listExtraPermissions(scope),
    scope.db
      .select({ id: customRole.id, name: customRole.name, description: customRole.description })
      .from(customRole)
      .where(eq(customRole.organizationId, scope.organizationId))
      .orderBy(asc(customRole.nameKey)),
    scope.db
      .select({ roleId: customRolePermission.roleId, permission: customRolePermission.permission })
      .from(customRolePermission)
      .where(eq(customRolePermission.organizationId, scope.organizationId)),
    scope.db
      .select({ key: memberRole.key, members: count() })
      .from(memberRole)
      .where(eq(memberRole.organizationId, scope.organizationId))
      .groupBy(memberRole.key),
  ])
  const membersOf = new Map(counts.map((row) => [row.key, row.members]))
  const detail = (ref: RoleRef, name: string | null, description: string, permissions: AnyPermission[]): RoleDetail => ({
    ref,
    name,
    description,
    permissions,
    memberCount: membersOf.get(ref) ?? 0,
    withinMine: hasAllPermissions(scope.permissions, permissions),
  })
  return [
    ...roles.map((role) => detail(role, null, '', heldByBuiltin(role, extras))),
    ...own.map(({ id, name, description }) =>
      detail(id, name, description, known(held.filter((row) => row.roleId === id).map((row) => row.permission))),
    ),
  ]
}

export type OwnRole = { id: string; name: string; description: string; permissions: AnyPermission[] }

export async function findRole(scope: OrganizationScope, roleId: string): Promise<OwnRole | undefined> {
  const [[role], held] = await Promise.all([
    scope.db
      .select({ id: customRole.id, name: customRole.name, description: customRole.description })
      .from(customRole)
      .where(and(eq(customRole.organizationId, scope.organizationId), eq(customRole.id, roleId))),
    scope.db
      .select({ permission: customRolePermission.permission })
      .from(customRolePermission)
      .where(and(eq(customRolePermission.organizationId, scope.organizationId), eq(customRolePermission.roleId, roleId))),
  ])
  return role && { ...role, permissions: known(held.map((row) => row.permission)) }
}

/** What these roles hold together; undefined when one of them does not exist. */
export async function permissionsOfRoles(scope: OrganizationScope, refs: readonly RoleRef[]): Promise<Set<AnyPermission> | undefined> {
  const builtin = refs.flatMap((ref) => Role.safeParse(ref).data ?? [])
  const own = refs.filter((ref) => !Role.safeParse(ref).success)
  const extras = builtin.some((role) => extraHolders.includes(role)) ? await listExtraPermissions(scope) : []
  const union = new Set(builtin.flatMap((role) => heldByBuiltin(role, extras)))
  if (own.length === 0) return union
  const [found, held] = await Promise.all([
    scope.db
      .select({ id: customRole.id })
      .from(customRole)
      .where(and(eq(customRole.organizationId, scope.organizationId), inArray(customRole.id, own))),
    scope.db
      .select({ permission: customRolePermission.permission })
      .from(customRolePermission)
      .where(and(eq(customRolePermission.organizationId, scope.organizationId), inArray(customRolePermission.roleId, own))),
  ])
  if (found.length < new Set(own).size) return undefined
  for (const permission of known(held.map((row) => row.permission))) union.add(permission)
  return union
}

/** Names for a mail, in English for built-in ones. */
export async function roleNames(scope: OrganizationScope, refs: readonly RoleRef[]): Promise<string[]> {
  const listed = await scope.db
    .select({ id: customRole.id, name: customRole.name })
    .from(customRole)
    .where(
      and(
        eq(customRole.organizationId, scope.organizationId),
        inArray(
          customRole.id,
          refs.filter((ref) => !Role.safeParse(ref).success),
        ),
      ),
    )
  const own = new Map<string, string>(listed.map((role) => [role.id, role.name]))
  return refs.map((ref) => own.get(ref) ?? ref)
}

/** The id of a new role; null when the name is taken. */
export async function insertRole(scope: OrganizationScope, input: Omit<OwnRole, 'id'>): Promise<string | null> {
  const id = newId()
  const { name, description } = input
  try {
    await scope.db.insert(customRole).values({ organizationId: scope.organizationId, id, name, nameKey: nameKey(name), description })
  } catch (error) {
    if (violates(error, 'custom_role_name')) return null
    throw error
  }
  await addPermissions(scope, id, input.permissions)
  return id
}

/** False when the name is taken. `given` and `taken` are permissions. */
export async function updateRole(
  scope: OrganizationScope,
  roleId: string,
  change: { name: string; description: string; given: readonly AnyPermission[]; taken: readonly AnyPermission[] },
): Promise<boolean> {
  const { name, description } = change
  try {
    await scope.db
      .update(customRole)
      .set({ name, nameKey: nameKey(name), description })
      .where(and(eq(customRole.organizationId, scope.organizationId), eq(customRole.id, roleId)))
  } catch (error) {
    if (violates(error, 'custom_role_name')) return false
    throw error
  }
  await addPermissions(scope, roleId, change.given)
  if (change.taken.length > 0) {
    await scope.db
      .delete(customRolePermission)
      .where(
        and(
          eq(customRolePermission.organizationId, scope.organizationId),
          eq(customRolePermission.roleId, roleId),
          inArray(customRolePermission.permission, [...change.taken]),
        ),
      )
  }
  return true
}

async function addPermissions(scope: OrganizationScope, roleId: string, permissions: readonly AnyPermission[]): Promise<void> {
  if (permissions.length === 0) return
  await scope.db
    .insert(customRolePermission)
    .values(permissions.map((permission) => ({ organizationId: scope.organizationId, roleId, permission })))
    .onConflictDoNothing()
}

/** Its holders lose it. */
export async function deleteRole(scope: OrganizationScope, roleId: string): Promise<void> {
  await scope.db.delete(customRole).where(and(eq(customRole.organizationId, scope.organizationId), eq(customRole.id, roleId)))
}
