import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgPolicy, primaryKey, snakeCase, text, uuid, type PgColumn } from 'drizzle-orm/pg-core'
import { endReasons, invitation, organization, user } from './auth.ts'
import { library } from './libraries.ts'
import { customRole, team } from './people.ts'
import { appRole, bytes, createdAt, gateRole, may, moment, organizationId, ownOrganization } from './walls.ts'

const gate = (table: string) => pgPolicy(`${table}_gate`, { for: 'select', to: gateRole, using: sql`true` })
const readByInviters = (table: string) =>
  pgPolicy(`${table}_read`, { for: 'select', to: appRole, using: sql`${ownOrganization} and ${may('invitation:read')}` })

/** A link by which several people may join, until it expires or is used up. Its token is known as a hash only. */
export const joinLink = snakeCase.table(
  'join_link',
  {
    organizationId: organizationId().references(() => organization.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    tokenHash: bytes().notNull(),
    createdBy: uuid().references(() => user.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    expiresAt: moment(),
    maxUses: integer(),
    uses: integer().notNull().default(0),
    revokedAt: moment(),
    endReason: text({ enum: endReasons }),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index().on(t.tokenHash),
    index().on(t.createdBy),
    readByInviters('join_link'),
    pgPolicy('join_link_make', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${may('invitation:create')} and created_by = (select app.current_user_id())`,
    }),
    pgPolicy('join_link_revoke', { for: 'update', to: appRole, using: sql`${ownOrganization} and ${may('invitation:cancel')}` }),
    gate('join_link'),
    pgPolicy('join_link_use', { for: 'update', to: gateRole, using: sql`true`, withCheck: sql`true` }),
  ],
)

const invitationKey = (table: string, t: { organizationId: PgColumn; invitationId: PgColumn }) =>
  foreignKey({
    name: `${table}_invitation_fkey`,
    columns: [t.organizationId, t.invitationId],
    foreignColumns: [invitation.organizationId, invitation.id],
  }).onDelete('cascade')

/** What somebody gets by an invitation or a join link: one role, team, or level in a library a row. */
export const admission = snakeCase.table(
  'admission',
  {
    organizationId: organizationId(),
    id: uuid().notNull(),
    invitationId: uuid(),
    joinLinkId: uuid(),
    builtin: text({ enum: ['owner', 'admin', 'librarian', 'member', 'guest'] }),
    roleId: uuid(),
    teamId: uuid(),
    libraryId: uuid(),
    level: text({ enum: ['viewer', 'contributor', 'editor', 'manager'] }),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    invitationKey('admission', t),
    foreignKey({ columns: [t.organizationId, t.joinLinkId], foreignColumns: [joinLink.organizationId, joinLink.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.roleId], foreignColumns: [customRole.organizationId, customRole.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.teamId], foreignColumns: [team.organizationId, team.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.organizationId, t.libraryId], foreignColumns: [library.organizationId, library.id] }).onDelete('cascade'),
    index().on(t.organizationId, t.invitationId),
    index().on(t.organizationId, t.joinLinkId),
    check('admission_of_one', sql`num_nonnulls(invitation_id, join_link_id) = 1`),
    check('admission_to_one', sql`num_nonnulls(builtin, role_id, team_id, library_id) = 1 and (library_id is null) = (level is null)`),
    readByInviters('admission'),
    pgPolicy('admission_make', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${may('invitation:create')}
        and app.within_mine(organization_id, builtin, role_id)
        and (team_id is null or app.shares_like_team(organization_id, team_id))
        and (library_id is null or app.may_share(organization_id, library_id, level))`,
    }),
    gate('admission'),
  ],
)

/**
 * Secrets that open an invitation, as hashes. `mail`: sent by mail and shown to nobody else, so it proves the
 * address. `link`: shown to the inviter to pass on, and proves nothing.
 */
export const invitationToken = snakeCase.table(
  'invitation_token',
  {
    organizationId: organizationId(),
    hash: bytes().notNull(),
    invitationId: uuid().notNull(),
    channel: text({ enum: ['mail', 'link'] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.hash] }),
    invitationKey('invitation_token', t),
    index().on(t.hash),
    index().on(t.organizationId, t.invitationId),
    pgPolicy('invitation_token_make', {
      for: 'insert',
      to: appRole,
      withCheck: sql`${ownOrganization} and ${may('invitation:create')} and app.may_give(organization_id, invitation_id)`,
    }),
    gate('invitation_token'),
    pgPolicy('invitation_token_tidy', {
      for: 'delete',
      to: gateRole,
      using: sql`exists (select from invitation i where i.organization_id = invitation_token.organization_id and i.id = invitation_token.invitation_id
        and least(i.ended_at, i.expires_at) < now() - interval '90 days')`,
    }),
  ],
)
