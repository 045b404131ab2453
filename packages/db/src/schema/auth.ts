import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, integer, pgPolicy, snakeCase, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import {
  appRole,
  authOnly,
  authRole,
  bytes,
  createdAt,
  gateRole,
  isOperator,
  may,
  moment,
  notImpersonated,
  ownOrganization,
  ownUser,
} from './walls.ts'

/** Why the server itself ends an invitation or a join link. */
export const endReasons = ['inviter-left', 'rights-lost'] as const

/** Class auth: Better Auth's tables. Their columns follow its adapter; a test compares them. */
export const user = snakeCase.table(
  'user',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    email: text().notNull().unique(),
    emailVerified: boolean().notNull().default(false),
    image: text(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    role: text().notNull().default('user'),
    banned: boolean().notNull().default(false),
    banReason: text(),
    banExpires: moment(),
  },
  (t) => [
    index('user_by_name').on(sql`lower(${t.name}) collate "C"`, t.id),
    index('user_banned')
      .on(t.id)
      .where(sql`banned`),
    index('user_operator')
      .on(t.id)
      .where(sql`role <> 'user'`),
    ...authOnly('user'),
    pgPolicy('user_read', {
      for: 'select',
      to: appRole,
      using: sql`id = (select app.current_user_id()) or ${isOperator}
        or (${may('member:read')} and id in (select user_id from member where organization_id = (select app.current_organization())))`,
    }),
    pgPolicy('user_rename', { for: 'update', to: appRole, using: sql`id = (select app.current_user_id()) and ${notImpersonated}` }),
  ],
)

export const organization = snakeCase.table(
  'organization',
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique(),
    logo: text(),
    createdAt: createdAt(),
    metadata: text(),
    /** Of mails. */
    language: text().notNull().default('en'),
    /** Closed by the operator; nobody enters until it is opened again. */
    suspendedAt: moment(),
    /** Told to its members. */
    suspensionReason: text(),
    /** Deleted by its owner or the operator; nobody enters, and it goes for good when the time to undo is over. */
    deletedAt: moment(),
    /** Then its owners cannot open it again. */
    deletedByOperator: boolean().notNull().default(false),
  },
  (t) => [
    index('organization_by_name').on(sql`lower(${t.name}) collate "C"`, t.id),
    ...authOnly('organization'),
    pgPolicy('organization_read', {
      for: 'select',
      to: appRole,
      using: sql`id = (select app.current_organization()) or ${isOperator} or id in (select organization_id from member where user_id = (select app.current_user_id()))`,
    }),
    pgPolicy('organization_create', { for: 'insert', to: gateRole, withCheck: sql`true` }),
    pgPolicy('organization_change', {
      for: 'update',
      to: appRole,
      using: sql`id = (select app.current_organization()) and ${may('organization:update')}`,
    }),
    pgPolicy('organization_purge', { for: 'delete', to: gateRole, using: sql`deleted_at < now() - interval '7 days'` }),
    pgPolicy('organization_doors', { for: 'update', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

/** Addresses that a workspace had before; they lead to it still, and no other gets them. */
export const organizationSlug = snakeCase.table(
  'organization_slug',
  {
    slug: text().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
  },
  (t) => [
    index().on(t.organizationId),
    pgPolicy('organization_slug_gate', { for: 'all', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

export const session = snakeCase.table(
  'session',
  {
    id: uuid().primaryKey(),
    expiresAt: moment().notNull(),
    token: text().notNull().unique(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    ipAddress: text(),
    userAgent: text(),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    activeOrganizationId: uuid().references(() => organization.id, { onDelete: 'set null' }),
    /** The operator who acts in the user's place. */
    impersonatedBy: uuid(),
  },
  (t) => [
    index().on(t.expiresAt),
    index().on(t.userId),
    index('session_impersonated')
      .on(t.impersonatedBy)
      .where(sql`impersonated_by is not null`),
    check('session_support', sql`impersonated_by is null or expires_at <= created_at + interval '61 minutes'`),
    ...authOnly('session'),
    pgPolicy('session_remember', { for: 'update', to: gateRole, using: sql`true`, withCheck: sql`true` }),
    pgPolicy('session_own', { for: 'select', to: appRole, using: ownUser }),
    // Who acts in somebody's place may end that alone.
    pgPolicy('session_end', {
      for: 'delete',
      to: appRole,
      using: sql`${ownUser} and (${notImpersonated} or impersonated_by = (select app.impersonator_id()))`,
    }),
  ],
)

export const account = snakeCase.table(
  'account',
  {
    id: uuid().primaryKey(),
    accountId: text().notNull(),
    providerId: text().notNull(),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    accessToken: text(),
    refreshToken: text(),
    idToken: text(),
    accessTokenExpiresAt: moment(),
    refreshTokenExpiresAt: moment(),
    scope: text(),
    password: text(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
  },
  (t) => [unique().on(t.providerId, t.accountId), index().on(t.userId), ...authOnly('account')],
)

export const verification = snakeCase.table(
  'verification',
  {
    id: uuid().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: moment().notNull(),
    createdAt: createdAt(),
    updatedAt: createdAt(),
  },
  (t) => [index().on(t.identifier), index().on(t.value), index().on(t.expiresAt), ...authOnly('verification')],
)

export const member = snakeCase.table(
  'member',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    role: text().notNull(),
    createdAt: createdAt(),
    /** When the person was last there, to five minutes. */
    lastSeenAt: moment(),
  },
  (t) => [
    unique().on(t.organizationId, t.userId),
    index().on(t.userId),
    ...authOnly('member'),
    pgPolicy('member_read', {
      for: 'select',
      to: appRole,
      using: sql`(${ownOrganization} and ${may('member:read')}) or user_id = (select app.current_user_id())`,
    }),
    pgPolicy('member_remove', {
      for: 'delete',
      to: appRole,
      using: sql`${ownOrganization} and (user_id = (select app.current_user_id()) or (${may('member:remove')} and app.outranks(organization_id, user_id)))`,
    }),
    pgPolicy('member_create', { for: 'insert', to: gateRole, withCheck: sql`true` }),
    pgPolicy('member_mirror', { for: 'update', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

export const invitation = snakeCase.table(
  'invitation',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    email: text().notNull(),
    role: text(),
    status: text().notNull().default('pending'),
    expiresAt: moment().notNull(),
    createdAt: createdAt(),
    inviterId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    /** When it was accepted, declined or revoked. */
    endedAt: moment(),
    /** Why the server ended it: the inviter is no member any more, or could no longer give what it gives. */
    endReason: text({ enum: endReasons }),
  },
  (t) => [
    unique('invitation_key').on(t.organizationId, t.id),
    index().on(t.email),
    index().on(t.inviterId),
    uniqueIndex('invitation_pending')
      .on(t.organizationId, t.email)
      .where(sql`status = 'pending'`),
    ...authOnly('invitation'),
    pgPolicy('invitation_read', { for: 'select', to: appRole, using: sql`${ownOrganization} and ${may('invitation:read')}` }),
    pgPolicy('invitation_make', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${may('invitation:create')} and inviter_id = (select app.current_user_id())`,
    }),
    pgPolicy('invitation_change', {
      for: 'update',
      to: appRole,
      using: sql`${ownOrganization} and ${may('invitation:cancel')} and status = 'pending'`,
      withCheck: sql`${ownOrganization} and ${may('invitation:cancel')}`,
    }),
    pgPolicy('invitation_end', { for: 'update', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

export const rateLimit = snakeCase.table(
  'rate_limit',
  {
    id: uuid().primaryKey(),
    key: text().notNull().unique(),
    count: integer().notNull(),
    lastRequest: bigint({ mode: 'number' }).notNull(),
  },
  () => [pgPolicy('rate_limit_auth', { for: 'all', to: authRole, using: sql`true`, withCheck: sql`true` })],
)

/** Links that were mailed to an address: whoever opens one shows that the address is theirs. */
export const emailToken = snakeCase.table(
  'email_token',
  {
    /** SHA-256 of what the link holds. */
    hash: bytes().primaryKey(),
    userId: uuid()
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    /** The address that it was mailed to. */
    email: text().notNull(),
    /** The account's address then; when it is another, `email` takes its place. */
    current: text().notNull(),
    createdAt: createdAt(),
    expiresAt: moment().notNull(),
  },
  (t) => [
    index().on(t.userId),
    index().on(t.expiresAt),
    pgPolicy('email_token_auth', { for: 'all', to: authRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

/** How often something was tried of late: wrong passwords, mails asked for. */
export const attempt = snakeCase.table(
  'attempt',
  {
    /** SHA-256 of what was tried and by whom or for whom, so that no typed address is kept. */
    key: bytes().primaryKey(),
    count: integer().notNull(),
    /** When the count begins anew. */
    endsAt: moment().notNull(),
  },
  (t) => [index().on(t.endsAt), pgPolicy('attempt_auth', { for: 'all', to: authRole, using: sql`true`, withCheck: sql`true` })],
)
