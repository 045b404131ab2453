import { newId } from '@carrel/db'
import { MailError, renderMail } from '@carrel/mail'
import { operator, operatorOutside } from '../../procedures.ts'
import { recordInstance } from '../audit/queries.ts'
import { readFigures } from '../system/queries.ts'
import { MailSetup, MailTest, TestMail } from './schema.ts'

export const mail = {
  get: operator
    .route({
      method: 'GET',
      path: '/instance/mail',
      tags: ['instance'],
      summary: 'The mail server that is set, and how many mails wait or failed',
    })
    .output(MailSetup)
    .handler(async ({ context: { scope, deps } }) => {
      const { mailsWaiting, mailsFailed } = await readFigures(scope)
      return { server: deps.mail?.server ?? null, waiting: mailsWaiting, failed: mailsFailed }
    }),

  test: operatorOutside
    .route({
      method: 'POST',
      path: '/instance/mail/test',
      tags: ['instance'],
      summary: 'Send a mail now and tell what the mail server says, within 30 seconds',
    })
    .errors({ NO_MAIL: { status: 409 } })
    .input(TestMail)
    .output(MailTest)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const { mail } = deps
      if (!mail) throw errors.NO_MAIL({ message: 'No mail server is set. Set SMTP_HOST, SMTP_FROM and APP_URL, and start again.' })
      const actor = await transaction(async (scope) => scope.actor)
      const to = input.to ?? actor.email ?? ''
      const letter = renderMail({ kind: 'test', serverName: mail.serverName, sentBy: actor.name }, 'en')
      const outcome = await mail.tester.send({ id: newId(), to, ...letter }).then(
        ({ answer }): MailTest => ({ to, sent: true, answer, problem: null }),
        (error: unknown): MailTest => {
          if (!(error instanceof MailError)) throw error
          return { to, sent: false, answer: error.message, problem: error.code }
        },
      )
      const { sent, answer } = outcome
      await transaction((scope) => recordInstance(scope, { action: 'mail.tested', target: { id: to, name: to }, after: { sent, answer } }))
      return outcome
    }),
}
