import type { RoleDetail, RoleRef } from '@carrel/api/schema/roles'
import type { Role } from '@carrel/auth/catalogue'
import { t } from './i18n.ts'
import { isId } from './ids.ts'

const builtin: Readonly<Record<Role, true>> = { owner: true, admin: true, librarian: true, member: true, guest: true }

export const isBuiltinRole = (role: unknown): role is Role => typeof role === 'string' && Object.hasOwn(builtin, role)

/** True for what can name a role in an address. */
export const isRoleRef = (ref: unknown): ref is RoleRef => isBuiltinRole(ref) || (typeof ref === 'string' && isId(ref))

/** A built-in role in words; anything else as it is. */
export const roleLabel = (role: string): string => (isBuiltinRole(role) ? t(`memberRole.${role}`) : role)

export const roleName = ({ ref, name }: Pick<RoleDetail, 'ref' | 'name'>): string => name ?? roleLabel(ref)

/** What a role is for: Carrel's words for a built-in one, the workspace's own for others. */
export const roleDescription = ({ ref, description }: Pick<RoleDetail, 'ref' | 'description'>): string =>
  isBuiltinRole(ref) ? t(`memberRole.${ref}.text`) : description
