import type { Permission } from './catalogue.ts'

/** True when the set holds the permission. Unknown names are never held. */
export const hasPermission = (held: ReadonlySet<string>, permission: Permission): boolean => held.has(permission)
export const hasAnyPermission = (held: ReadonlySet<string>, wanted: readonly Permission[]): boolean => wanted.some((p) => held.has(p))
export const hasAllPermissions = (held: ReadonlySet<string>, wanted: readonly Permission[]): boolean => wanted.every((p) => held.has(p))
