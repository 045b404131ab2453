import type { Permission } from './catalogue.ts'

/** True when the set holds the permission. Unknown names are never held. */
export const hasPermission = (held: ReadonlySet<string>, permission: Permission): boolean => held.has(permission)
