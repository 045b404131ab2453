import { sql } from 'drizzle-orm'
import { foreignKey, index, integer, pgPolicy, snakeCase, text, uuid } from 'drizzle-orm/pg-core'
import { invitation, organization } from './auth.ts'
import { appRole, authRole, createdAt, gateRole, isOperator, may, moment, ownOrganization } from './walls.ts'

/** Class system: mails that were to be sent, with what became of each. Some belong to an organization, some to none. */
export const mail = snakeCase.table(
  'mail',
  {
    id: uuid().primaryKey(),
    organizationId: uuid().references(() => organization.id, { onDelete: 'cascade' }),
    invitationId: uuid(),
    kind: text().notNull(),
    recipient: text().notNull(),
    language: text().notNull().default('en'),
    /** What the template needs, links included, encrypted with the server's secret; gone when the mail is sent. */
    sealed: text(),
    state: text({ enum: ['queued', 'sent', 'failed'] })
      .notNull()
      .default('queued'),
    attempts: integer().notNull().default(0),
    /** The mail server's last answer, or why there was none. */
    answer: text(),
    createdAt: createdAt(),
    sentAt: moment(),
  },
  (t) => [
    foreignKey({
      name: 'mail_invitation_fkey',
      columns: [t.organizationId, t.invitationId],
      foreignColumns: [invitation.organizationId, invitation.id],
    }).onDelete('cascade'),
    index().on(t.organizationId, t.invitationId),
    index('mail_waiting')
      .on(t.createdAt)
      .where(sql`state = 'queued'`),
    pgPolicy('mail_read', {
      for: 'select',
      to: appRole,
      using: sql`(${ownOrganization} and ${may('invitation:read')}) or id = (select app.job_mail())`,
    }),
    pgPolicy('mail_queue', { for: 'insert', to: appRole, withCheck: sql`${ownOrganization} and ${may('invitation:create')}` }),
    pgPolicy('mail_operator', { for: 'insert', to: appRole, withCheck: sql`organization_id is null and ${isOperator}` }),
    pgPolicy('mail_sent', {
      for: 'update',
      to: appRole,
      using: sql`id = (select app.job_mail())`,
      withCheck: sql`id = (select app.job_mail())`,
    }),
    pgPolicy('mail_tidy', { for: 'delete', to: gateRole, using: sql`state <> 'queued'` }),
    pgPolicy('mail_auth', { for: 'insert', to: authRole, withCheck: sql`organization_id is null` }),
  ],
)
