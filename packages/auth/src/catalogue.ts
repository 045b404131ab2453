import * as z from 'zod'

/** What a person can do in a workspace, as `resource:action`. The one source of permission names. */
export const permissions = [
  'organization:read',
  'organization:update',
  'organization:delete',
  'member:read',
  'library:read',
  'library:read-restricted',
  'library:create',
  'library:update',
  'library:delete',
  'library:scan',
  'book:read',
  'book:download',
  'reading:write',
] as const
export const Permission = z.enum(permissions)
export type Permission = z.infer<typeof Permission>

export const roles = ['owner', 'admin', 'librarian', 'member', 'guest'] as const
export const Role = z.enum(roles)
export type Role = z.infer<typeof Role>

const read: readonly Permission[] = ['organization:read', 'member:read', 'library:read', 'book:read', 'book:download', 'reading:write']

/** What each built-in role holds. Written to the database when the server starts, where policies read it. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: permissions,
  admin: permissions.filter((permission) => permission !== 'organization:delete'),
  librarian: [...read, 'library:update', 'library:scan'],
  member: read,
  guest: ['organization:read', 'book:read', 'book:download', 'reading:write'],
}
