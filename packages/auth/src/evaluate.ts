import type { AnyPermission } from './catalogue.ts'

type Held = ReadonlySet<string>

/** True when the set holds the permission. Unknown names are never held. */
export const hasPermission = (held: Held, permission: AnyPermission): boolean => held.has(permission)
/** True when it holds at least one of them; false for none asked. */
export const hasAnyPermission = (held: Held, asked: readonly AnyPermission[]): boolean => asked.some((permission) => held.has(permission))
/** True when it holds all of them. */
export const hasAllPermissions = (held: Held, asked: readonly AnyPermission[]): boolean => asked.every((permission) => held.has(permission))
/** Those of the asked that are not held: what somebody may not give to others. */
export const beyond = <P extends string>(held: Held, asked: Iterable<P>): P[] => [...asked].filter((permission) => !held.has(permission))
