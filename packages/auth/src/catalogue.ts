import * as z from 'zod'

/**
 * What a person can do in a workspace, by resource: the one source of permission names. `planned` ones belong to
 * features that are still to come: they can be held, and no screen offers them yet.
 */
export const catalogue = {
  organization: { read: 'in use', update: 'in use', delete: 'in use' },
  member: { read: 'in use', remove: 'in use' },
  role: { read: 'in use', manage: 'in use', assign: 'in use' },
  team: { read: 'in use', manage: 'in use' },
  invitation: { read: 'in use', create: 'in use', cancel: 'in use' },
  library: {
    read: 'in use',
    'read-restricted': 'in use',
    create: 'in use',
    update: 'in use',
    delete: 'in use',
    scan: 'in use',
    share: 'in use',
  },
  book: { read: 'in use', download: 'in use', upload: 'in use', edit: 'planned', delete: 'in use' },
  metadata: { edit: 'in use', fetch: 'in use' },
  collection: { read: 'planned', create: 'planned', edit: 'planned', delete: 'planned', publish: 'planned' },
  tag: { read: 'planned', manage: 'planned' },
  reading: { write: 'in use' },
  apikey: { create: 'planned', revoke: 'planned' },
  job: { read: 'planned', run: 'planned', cancel: 'planned' },
  storage: { read: 'planned', manage: 'planned' },
  audit: { read: 'in use' },
  settings: { read: 'planned', update: 'planned' },
  integration: { read: 'planned', manage: 'planned' },
  share: { create: 'planned', revoke: 'planned' },
} as const satisfies Record<string, Record<string, 'in use' | 'planned'>>

type Catalogue = typeof catalogue
export type Resource = keyof Catalogue
export type Permission = { [R in Resource]: `${R}:${keyof Catalogue[R] & string}` }[Resource]
type InUse<R extends Resource> = { [A in keyof Catalogue[R] & string]: Catalogue[R][A] extends 'in use' ? `${R}:${A}` : never }
/** One that something asks for today. */
export type PermissionInUse = { [R in Resource]: InUse<R>[keyof InUse<R>] }[Resource]

const named = (state: 'in use' | null): Permission[] =>
  Object.entries(catalogue).flatMap(([resource, actions]) =>
    Object.entries(actions)
      .filter(([, at]) => state === null || at === state)
      // The names are those that the type is made of.
      .map(([action]) => `${resource}:${action}` as Permission),
  )

export const permissions: readonly Permission[] = named(null)
/** Those that something asks for today. */
export const permissionsInUse = named('in use') as readonly PermissionInUse[]
export const Permission = /* @__PURE__ */ z.enum(permissions as [Permission, ...Permission[]])

/**
 * The name of a permission that the operator added to the catalogue of one server: `resource:action`. Nothing of Carrel asks for
 * it; programs beside it do, by `permissions.check`.
 */
export const ExtraPermission = /* @__PURE__ */ z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}:[a-z][a-z0-9-]{0,39}$/, 'A permission is named resource:action, in small letters.')
  .refine((name) => !name.startsWith('instance:'), 'Names of this kind are for those who run the server.')
  .refine((name) => !(permissions as readonly string[]).includes(name), 'This permission is in the catalogue already.')
  .brand<'ExtraPermission'>()
export type ExtraPermission = z.infer<typeof ExtraPermission>
/** One of the catalogue, or one that the operator added. */
export const AnyPermission = /* @__PURE__ */ z.union([Permission, ExtraPermission])
export type AnyPermission = z.infer<typeof AnyPermission>

/** What an operator can hold, which is everything; a setting names what extending the catalogue needs. */
export const operatorPermissions = ['instance:manage'] as const
export type OperatorPermission = (typeof operatorPermissions)[number]

export const roles = ['owner', 'admin', 'librarian', 'member', 'guest'] as const
export const Role = /* @__PURE__ */ z.enum(roles)
export type Role = z.infer<typeof Role>

const guest: readonly Permission[] = ['organization:read', 'book:read', 'book:download', 'reading:write']
const member: readonly Permission[] = [
  ...guest,
  'member:read',
  'team:read',
  'library:read',
  'collection:read',
  'collection:create',
  'collection:edit',
  'collection:delete',
  'tag:read',
  'apikey:create',
  'apikey:revoke',
]
const librarian: readonly Permission[] = [
  ...member,
  'library:update',
  'library:scan',
  'book:upload',
  'book:edit',
  'book:delete',
  'metadata:edit',
  'metadata:fetch',
  'collection:publish',
  'tag:manage',
  'job:read',
  'job:run',
  'job:cancel',
  'share:create',
  'share:revoke',
]

/** What each built-in role holds. Written to the database when the server starts, where policies read it. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: permissions,
  admin: permissions.filter((permission) => permission !== 'organization:delete'),
  librarian,
  member,
  guest,
}

/** Hold what the operator adds, and can so give it to others. */
export const extraHolders: readonly Role[] = ['owner', 'admin']

export const levels = ['viewer', 'contributor', 'editor', 'manager'] as const
export const Level = /* @__PURE__ */ z.enum(levels)
export type Level = z.infer<typeof Level>

const viewer: readonly Permission[] = ['book:read', 'book:download']
const contributor: readonly Permission[] = [...viewer, 'book:upload']
const editor: readonly Permission[] = [...contributor, 'book:edit', 'metadata:edit', 'metadata:fetch', 'library:scan']

/** What a grant of each level allows in its one library, on top of what the person's roles allow. */
export const levelPermissions: Readonly<Record<Level, readonly Permission[]>> = {
  viewer,
  contributor,
  editor,
  manager: [...editor, 'book:delete', 'library:update', 'library:share'],
}

/**
 * What each group of doors to roles asks for. Another permission written here counts in procedures, in row policies
 * (which read it from the database, seeded at the start) and on screens.
 */
export const guards = {
  'roles.view': 'role:read',
  'roles.manage': 'role:manage',
  /** Who holds which roles. */
  'assignments.view': 'member:read',
  'assignments.manage': 'role:assign',
} as const satisfies Record<string, PermissionInUse>

/** All three, as the database is seeded with them. */
export const heldBy = {
  role: rolePermissions,
  level: levelPermissions,
  guard: Object.fromEntries(Object.entries(guards).map(([guard, permission]) => [guard, [permission]])),
}
