import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgPolicy,
  primaryKey,
  snakeCase,
  text,
  unique,
  uuid,
  type PgColumn,
} from 'drizzle-orm/pg-core'
import { member, organization } from './auth.ts'
import { library } from './libraries.ts'
import { appRole, createdAt, gateRole, guarded, may, moment, notImpersonated, organizationId, ownOrganization, purged } from './walls.ts'

/** Reads everything, for the definer functions. */
const gate = (table: string) => pgPolicy(`${table}_gate`, { for: 'select', to: gateRole, using: sql`true` })

const memberKey = (table: string, t: { organizationId: PgColumn; userId: PgColumn }) =>
  foreignKey({
    name: `${table}_member_fkey`,
    columns: [t.organizationId, t.userId],
    foreignColumns: [member.organizationId, member.userId],
  }).onDelete('cascade')

/** A named set of permissions that an organization made for itself. */
export const customRole = snakeCase.table(
  'custom_role',
  {
    organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    name: text().notNull(),
    /** Folded: two roles whose names read the same are one. */
    nameKey: text().notNull(),
    description: text().notNull().default(''),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique('custom_role_name').on(t.organizationId, t.nameKey),
    pgPolicy('custom_role_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${guarded('roles.view')}` }),
    pgPolicy('custom_role_insert', { for: 'insert', to: appRole, withCheck: sql`${ownOrganization} and ${guarded('roles.manage')}` }),
    pgPolicy('custom_role_update', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ${guarded('roles.manage')} and app.within_mine(organization_id, null, id)`,
    }),
    pgPolicy('custom_role_delete', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and ${guarded('roles.manage')} and app.within_mine(organization_id, null, id)`,
    }),
    gate('custom_role'),
  ],
)

/** What a custom role holds. Nobody puts in, or takes out, what they do not hold. */
export const customRolePermission = snakeCase.table(
  'custom_role_permission',
  { organizationId: organizationId(), roleId: uuid().notNull(), permission: text().notNull() },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.roleId, t.permission] }),
    foreignKey({ columns: [t.organizationId, t.roleId], foreignColumns: [customRole.organizationId, customRole.id] }).onDelete('cascade'),
    pgPolicy('custom_role_permission_read', {
      for: 'select',
      to: appRole,
      using: sql`(${ownOrganization} and ${guarded('roles.view')})
        or (organization_id, role_id) in (select organization_id, role_id from member_role where user_id = (select app.current_user_id()))`,
    }),
    pgPolicy('custom_role_permission_insert', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${guarded('roles.manage')} and app.may(permission)`,
    }),
    pgPolicy('custom_role_permission_delete', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and ${guarded('roles.manage')} and app.may(permission)`,
    }),
    pgPolicy('custom_role_permission_shorten', { for: 'delete', to: gateRole, using: sql`true` }),
    gate('custom_role_permission'),
  ],
)

/** The roles of a member: built-in ones by name, own ones by id. Their union counts. `member.role` mirrors the highest built-in one. */
export const memberRole = snakeCase.table(
  'member_role',
  {
    organizationId: organizationId(),
    userId: uuid().notNull(),
    builtin: text({ enum: ['owner', 'admin', 'librarian', 'member', 'guest'] }),
    roleId: uuid(),
    key: text()
      .notNull()
      .generatedAlwaysAs(sql`coalesce(builtin, role_id::text)`),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId, t.key] }),
    memberKey('member_role', t),
    foreignKey({ columns: [t.organizationId, t.roleId], foreignColumns: [customRole.organizationId, customRole.id] }).onDelete('cascade'),
    index().on(t.organizationId, t.roleId),
    check('member_role_one', sql`num_nonnulls(builtin, role_id) = 1`),
    pgPolicy('member_role_read', {
      for: 'select',
      to: appRole,
      using: sql`(${ownOrganization} and ${guarded('assignments.view')}) or user_id = (select app.current_user_id())`,
    }),
    pgPolicy('member_role_insert', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${notImpersonated} and ${guarded('assignments.manage')} and app.within_mine(organization_id, builtin, role_id)`,
    }),
    pgPolicy('member_role_delete', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and ${notImpersonated} and ${guarded('assignments.manage')} and app.within_mine(organization_id, builtin, role_id)`,
    }),
    pgPolicy('member_role_make', { for: 'insert', to: gateRole, withCheck: sql`true` }),
    gate('member_role'),
  ],
)

export const team = snakeCase.table(
  'team',
  {
    organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    name: text().notNull(),
    nameKey: text().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique('team_name').on(t.organizationId, t.nameKey),
    pgPolicy('team_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${may('team:read')}` }),
    pgPolicy('team_insert', { for: 'insert', to: appRole, withCheck: sql`${ownOrganization} and ${may('team:manage')}` }),
    pgPolicy('team_update', { for: 'update', to: appRole, using: sql`${ownOrganization} and ${may('team:manage')}` }),
    pgPolicy('team_delete', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and ${may('team:manage')} and app.shares_like_team(organization_id, id)`,
    }),
    gate('team'),
  ],
)

const teamKey = (table: string, t: { organizationId: PgColumn; teamId: PgColumn }) =>
  foreignKey({
    name: `${table}_team_fkey`,
    columns: [t.organizationId, t.teamId],
    foreignColumns: [team.organizationId, team.id],
  }).onDelete('cascade')

/** Who is in a team. Nobody gives others, or themselves, a library by it that they could not share. */
export const teamMember = snakeCase.table(
  'team_member',
  { organizationId: organizationId(), teamId: uuid().notNull(), userId: uuid().notNull(), createdAt: createdAt() },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.teamId, t.userId] }),
    teamKey('team_member', t),
    memberKey('team_member', t),
    index().on(t.organizationId, t.userId),
    pgPolicy('team_member_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${may('team:read')}` }),
    pgPolicy('team_member_insert', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${may('team:manage')} and app.shares_like_team(organization_id, team_id)`,
    }),
    pgPolicy('team_member_delete', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and ${may('team:manage')}`,
    }),
    gate('team_member'),
  ],
)

/** A library opened to a person or a team. `library_access` follows from these rows by triggers. */
export const libraryGrant = snakeCase.table(
  'library_grant',
  {
    organizationId: organizationId(),
    libraryId: uuid().notNull(),
    userId: uuid(),
    teamId: uuid(),
    grantee: uuid()
      .notNull()
      .generatedAlwaysAs(sql`coalesce(user_id, team_id)`),
    level: text({ enum: ['viewer', 'contributor', 'editor', 'manager'] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.libraryId, t.grantee] }),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    memberKey('library_grant', t),
    teamKey('library_grant', t),
    index().on(t.organizationId, t.userId),
    index().on(t.organizationId, t.teamId),
    check('library_grant_one', sql`num_nonnulls(user_id, team_id) = 1`),
    pgPolicy('library_grant_read', {
      for: 'select',
      to: appRole,
      using: sql`${ownOrganization} and app.may_share(organization_id, library_id, 'viewer')`,
    }),
    pgPolicy('library_grant_insert', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and app.may_share(organization_id, library_id, level)`,
    }),
    pgPolicy('library_grant_update', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and app.may_share(organization_id, library_id, level)`,
      withCheck: sql`${ownOrganization} and app.may_share(organization_id, library_id, level)`,
    }),
    pgPolicy('library_grant_delete', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and app.may_share(organization_id, library_id, level)`,
    }),
    gate('library_grant'),
  ],
)

/** Who did what in a workspace, written with the deed. Rows are never changed; they go with their organization. */
export const auditEvent = snakeCase.table(
  'audit_event',
  {
    organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    at: moment().notNull().defaultNow(),
    /** Null when the server did it by itself. No reference: the deed outlives the account. */
    actorId: uuid(),
    actorName: text().notNull(),
    /** The operator who acted in the actor's place. */
    impersonatorId: uuid(),
    address: text(),
    action: text().notNull(),
    targetType: text().notNull(),
    targetId: text(),
    targetName: text(),
    before: jsonb(),
    after: jsonb(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index().on(t.organizationId, t.at.desc(), t.id.desc()),
    pgPolicy('audit_event_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${may('audit:read')}` }),
    pgPolicy('audit_event_write', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and actor_id is not distinct from (select app.current_user_id())`,
    }),
    pgPolicy('audit_event_make', { for: 'insert', to: gateRole, withCheck: sql`true` }),
    gate('audit_event'),
    purged('audit_event'),
  ],
)

/** Events of the audit log that listeners of this server are still to hear of. Written by a trigger, reached by functions of the gate alone. */
export const outbox = snakeCase.table(
  'outbox',
  {
    organizationId: organizationId(),
    eventId: uuid().notNull(),
    attempts: integer().notNull().default(0),
    dueAt: moment().notNull().defaultNow(),
    /** Listeners that need not hear of it again. */
    heardBy: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.eventId] }),
    foreignKey({ columns: [t.organizationId, t.eventId], foreignColumns: [auditEvent.organizationId, auditEvent.id] }).onDelete('cascade'),
    index().on(t.dueAt),
    pgPolicy('outbox_gate', { for: 'all', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)
