import { confirmEmail, dropPendingChange, emailTokenHours, insertEmailToken, type ConfirmedEmail, type LiveSession } from '@carrel/auth'
import { mailLanguageAsked, type MailTemplate } from '@carrel/mail'
import type { RequestContext } from '../procedures.ts'
import { newToken, tokenHash } from '../invitations/token.ts'
import { insertAuthMail } from '../mail/queries.ts'
import type { ScopeUser } from '../scope.ts'

const letterFor = (context: RequestContext, template: MailTemplate, recipient: string) => ({
  template,
  recipient,
  language: mailLanguageAsked(context.headers.get('accept-language')),
})

/** Mails a link that confirms the person's address, or another one that is to take its place. */
export async function mailEmailLink(context: RequestContext, mailLinks: string, person: ScopeUser, email: string): Promise<void> {
  const { deps } = context
  const token = newToken()
  const about = { userName: person.name, link: `${mailLinks}/verify-email/${token}`, expiresInMinutes: emailTokenHours * 60 }
  const changes = email !== person.email
  const template: MailTemplate = changes ? { kind: 'change-email', newEmail: email, ...about } : { kind: 'verify-email', ...about }
  const mailId = await deps.authDb.transaction(async (tx) => {
    if (changes) await dropPendingChange(tx, person.id)
    await insertEmailToken(tx, { hash: tokenHash(token), userId: person.id, email, current: person.email })
    return insertAuthMail(tx, deps.settings.secret, letterFor(context, template, email))
  })
  await deps.jobs.hastenMail(mailId)
}

/** Uses a mailed link up. When the address changes, the old one is told, and every session but `live` ends. */
export async function useEmailLink(
  context: RequestContext,
  token: string,
  live: LiveSession | null,
): Promise<ConfirmedEmail | 'taken' | 'not-signed-in' | null> {
  const { deps } = context
  let notice: string | undefined
  const confirmed = await confirmEmail(deps.authDb, tokenHash(token), live, async (tx, { name, email, before }) => {
    const template: MailTemplate = { kind: 'email-changed', userName: name, newEmail: email }
    notice = await insertAuthMail(tx, deps.settings.secret, letterFor(context, template, before))
  })
  if (notice) await deps.jobs.hastenMail(notice)
  return confirmed
}
