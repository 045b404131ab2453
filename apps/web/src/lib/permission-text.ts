import {
  permissions,
  permissionsInUse,
  type AnyPermission,
  type ExtraPermission,
  type PermissionInUse,
  type Resource,
} from '@carrel/auth/catalogue'
import { t } from './i18n.ts'

type ResourceInUse = PermissionInUse extends infer P ? (P extends `${infer R extends Resource}:${string}` ? R : never) : never

/** Those that a screen offers or an answer obeys today, by what they are about. */
export const permissionGroups: readonly (readonly [ResourceInUse, readonly PermissionInUse[]])[] = [
  ...Map.groupBy(permissionsInUse, (permission) => permission.split(':')[0] as ResourceInUse),
]

const inUse: ReadonlySet<string> = new Set(permissionsInUse)

/** True for a permission that has words. */
export const isInUse = (permission: string): permission is PermissionInUse => inUse.has(permission)

const catalogued: ReadonlySet<string> = new Set(permissions)

/** True for one that the operator of the server added; its words come from the server. */
export const isExtra = (permission: AnyPermission): permission is ExtraPermission => !catalogued.has(permission)

/** What the holder can do: `Download books`. */
export const permissionText = (permission: PermissionInUse): string => t(`permission.${permission}`)

export const resourceText = (resource: ResourceInUse): string => t(`resource.${resource}`)
