import { eq, sql } from 'drizzle-orm'
import type { MailLanguage, MailTemplate } from '@carrel/mail'
import type { AuthTx } from '@carrel/auth'
import { newId } from '@carrel/db'
import { mail } from '@carrel/db/schema'
import type { Jobs } from '../jobs/queries.ts'
import type { InstanceScope, MailScope, OrganizationScope, VisitorScope } from '../scope.ts'
import { seal } from './seal.ts'

/** Writes a mail that belongs to no workspace, on Better Auth's login. Answers its id, for the queue. */
export async function insertAuthMail(
  db: AuthTx,
  secret: string,
  letter: { template: MailTemplate; recipient: string; language: MailLanguage },
): Promise<string> {
  const id = newId()
  const { template, recipient, language } = letter
  await db.insert(mail).values({ id, kind: template.kind, recipient, language, sealed: seal(secret, JSON.stringify(template)) })
  return id
}

/** Writes a mail that a job will send, in the transaction that wants it. */
export async function queueMail(
  scope: OrganizationScope | InstanceScope,
  { jobs, secret }: { jobs: Jobs; secret: string },
  letter: { template: MailTemplate; recipient: string; language: MailLanguage; invitationId?: string },
): Promise<void> {
  const id = newId()
  await scope.db.insert(mail).values({
    id,
    organizationId: scope.kind === 'organization' ? scope.organizationId : null,
    invitationId: letter.invitationId ?? null,
    kind: letter.template.kind,
    recipient: letter.recipient,
    language: letter.language,
    sealed: seal(secret, JSON.stringify(letter.template)),
  })
  await jobs.enqueueMail(scope, id)
}

/** Mails that have waited for more than a minute. */
export async function listWaitingMails(scope: VisitorScope): Promise<string[]> {
  const rows = await scope.db.execute<{ id: string }>(sql`select id from app.waiting_mails() as id`)
  return [...rows].map((row) => row.id)
}

export type WaitingMail = { recipient: string; language: string; sealed: string | null; state: string }

export async function findMail(scope: MailScope): Promise<WaitingMail | undefined> {
  const [row] = await scope.db
    .select({ recipient: mail.recipient, language: mail.language, sealed: mail.sealed, state: mail.state })
    .from(mail)
    .where(eq(mail.id, scope.mailId))
  return row
}

/** What became of a try. What the mail said is forgotten when it needs no further one. */
export async function noteTry(scope: MailScope, outcome: { state: 'queued' | 'sent' | 'failed'; answer: string }): Promise<void> {
  const { state, answer } = outcome
  await scope.db
    .update(mail)
    .set({
      state,
      answer: answer.slice(0, 500),
      attempts: sql`${mail.attempts} + 1`,
      ...(state !== 'queued' && { sealed: null }),
      ...(state === 'sent' && { sentAt: new Date() }),
    })
    .where(eq(mail.id, scope.mailId))
}
