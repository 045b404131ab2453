import { MailError, mailLanguageOf, renderMail, type Mailer, type MailTemplate } from '@carrel/mail'
import type { Transact } from '@carrel/db'
import { findOpening } from '../invitations/queries.ts'
import { tokenHash } from '../invitations/token.ts'
import { asMail, asVisitor } from '../scope.ts'
import { findMail, noteTry } from './queries.ts'
import { unseal } from './seal.ts'

const template = (text: string): MailTemplate =>
  JSON.parse(text, (key, value: unknown) => (key === 'expiresAt' && typeof value === 'string' ? new Date(value) : value)) as MailTemplate

/**
 * Sends one mail, unless it was sent or given up before. Rejects when it is worth another try. What was accepted
 * is not sent again, but for a server that dies between the answer and the note of it.
 */
export async function deliverMail(
  { transact, mailer, secret }: { transact: Transact; mailer: Mailer; secret: string },
  mailId: string,
  { lastTry }: { lastTry: boolean },
): Promise<void> {
  const waiting = await asMail(transact, mailId, async (scope) => scope && findMail(scope), { readOnly: true })
  if (!waiting?.sealed || waiting.state !== 'queued') return
  const note = (state: 'queued' | 'sent' | 'failed', answer: string) =>
    asMail(transact, mailId, async (scope) => scope && noteTry(scope, { state, answer }))
  try {
    const letter = template(unseal(secret, waiting.sealed))
    if (letter.kind === 'invitation') {
      const token = letter.link.slice(letter.link.lastIndexOf('/') + 1)
      const opening = await asVisitor(transact, async (scope) => findOpening(scope, tokenHash(token)), { readOnly: true })
      if (opening?.state !== 'open') return void (await note('failed', 'The invitation ended before it could be sent.'))
    }
    const mail = renderMail(letter, mailLanguageOf(waiting.language))
    const { answer } = await mailer.send({ id: mailId, to: waiting.recipient, ...mail })
    await note('sent', answer)
  } catch (error) {
    const again = error instanceof MailError && error.temporary && !lastTry
    await note(
      again ? 'queued' : 'failed',
      error instanceof MailError ? error.message : 'The server could not make this mail; see its log.',
    )
    if (again || !(error instanceof MailError)) throw error
  }
}
