import { sql } from 'drizzle-orm'
import { boolean, check, index, jsonb, pgPolicy, primaryKey, snakeCase, text, uuid } from 'drizzle-orm/pg-core'
import { user } from './auth.ts'
import { appRole, authRole, createdAt, gateRole, isOperator, moment } from './walls.ts'

/** Class system: the one row that tells what this instance is. */
export const instance = snakeCase.table(
  'instance',
  {
    singleton: boolean().primaryKey().default(true),
    /** Hash of the secret; a server started with another one refuses to start. */
    secretFingerprint: text().notNull(),
    /** Set once, when the first account is made; setup is closed from then on. */
    operatorId: uuid().references(() => user.id, { onDelete: 'set null' }),
    setupAt: moment(),
    /** Who may make an account, where the environment does not say. */
    signUp: text({ enum: ['open', 'invite', 'closed'] })
      .notNull()
      .default('invite'),
    /** When a night was counted last for what is missing. */
    nightCountedAt: moment(),
  },
  () => [
    check('instance_sign_up', sql`sign_up in ('open', 'invite', 'closed')`),
    pgPolicy('instance_auth', { for: 'all', to: authRole, using: sql`true`, withCheck: sql`true` }),
    pgPolicy('instance_read', { for: 'select', to: appRole, using: sql`true` }),
    pgPolicy('instance_night_read', { for: 'select', to: gateRole, using: sql`true` }),
    pgPolicy('instance_night', { for: 'update', to: gateRole, using: sql`true`, withCheck: sql`true` }),
    pgPolicy('instance_change', { for: 'update', to: appRole, using: isOperator, withCheck: isOperator }),
  ],
)

/** Class system: what operators did on this server, written with the deed. Rows are never changed. */
export const instanceEvent = snakeCase.table(
  'instance_event',
  {
    id: uuid().primaryKey(),
    at: moment().notNull().defaultNow(),
    /** Null for the command line. No reference: the deed outlives the account. */
    actorId: uuid(),
    actorName: text().notNull(),
    address: text(),
    action: text().notNull(),
    targetType: text().notNull(),
    targetId: text(),
    targetName: text(),
    reason: text(),
    before: jsonb(),
    after: jsonb(),
  },
  (t) => [
    index().on(t.at, t.id),
    index().on(t.actorId, t.at),
    index().on(t.targetId, t.at),
    pgPolicy('instance_event_read', { for: 'select', to: appRole, using: isOperator }),
    pgPolicy('instance_event_write', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${isOperator} and actor_id is not distinct from (select app.current_user_id())`,
    }),
    pgPolicy('instance_event_gate', { for: 'insert', to: gateRole, withCheck: sql`true` }),
  ],
)

/** Class system: what each level of a library grant allows in that library, written from the catalogue when the server starts. */
export const levelPermission = snakeCase.table('level_permission', { level: text().notNull(), permission: text().notNull() }, (t) => [
  primaryKey({ columns: [t.level, t.permission] }),
  pgPolicy('level_permission_read', { for: 'select', to: [appRole, gateRole], using: sql`true` }),
])

/** Class system: permissions that the operator added to the catalogue, for programs beside this server. Written by functions of the gate. */
export const extraPermission = snakeCase.table(
  'extra_permission',
  { name: text().primaryKey(), label: text().notNull(), createdAt: createdAt() },
  () => [
    pgPolicy('extra_permission_read', { for: 'select', to: appRole, using: sql`true` }),
    pgPolicy('extra_permission_gate', { for: 'all', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

/** Class system: what each guard of the catalogue asks for, written when the server starts. */
export const guardPermission = snakeCase.table('guard_permission', { guard: text().notNull(), permission: text().notNull() }, (t) => [
  primaryKey({ columns: [t.guard, t.permission] }),
  pgPolicy('guard_permission_read', { for: 'select', to: [appRole, gateRole], using: sql`true` }),
])

/** Class system: what each built-in role holds, written from the catalogue when the server starts. */
export const rolePermission = snakeCase.table('role_permission', { role: text().notNull(), permission: text().notNull() }, (t) => [
  primaryKey({ columns: [t.role, t.permission] }),
  pgPolicy('role_permission_read', { for: 'select', to: [appRole, gateRole], using: sql`true` }),
  pgPolicy('role_permission_extend', { for: 'insert', to: gateRole, withCheck: sql`true` }),
  pgPolicy('role_permission_shorten', { for: 'delete', to: gateRole, using: sql`true` }),
])
