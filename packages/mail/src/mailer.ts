import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { parseAddress, parseMailbox } from './address.ts'
import { answerLine, MailError, mailErrorOf } from './error.ts'
import { cleanLine } from './text.ts'

export type MailSettings = {
  host: string
  /** 465 for `tls`, else 587. */
  port?: number | undefined
  /**
   * `auto` (default): STARTTLS when the server offers it, and always when there is a user, whose password is never sent in the
   * clear · `starttls`: always · `tls`: from the start · `none`: never, not even for the password.
   */
  security?: 'auto' | 'starttls' | 'tls' | 'none' | undefined
  user?: string | undefined
  password?: string | undefined
  /** `name@example.org` or `Name <name@example.org>`. */
  from: string
  /** Accepts any certificate. For a server of one's own with a self-signed one. */
  trustAnyCertificate?: boolean | undefined
  /** Milliseconds. */
  timeouts?:
    | {
        /** Until the server has greeted and TLS stands, 15 s by default. */
        connect?: number | undefined
        /** Of silence in between, 60 s by default. */
        silence?: number | undefined
        /** For one mail in all, 120 s by default. */
        total?: number | undefined
      }
    | undefined
}

export type Mail = {
  /** The caller's id of this mail, of letters, digits, `.`, `_` and `-`. The same id gives the same Message-ID. */
  id: string
  /** One plain address. */
  to: string
  subject: string
  html: string
  text: string
}

export type Sent = {
  /** What the server said last, such as `250 2.0.0 Ok: queued as 4C1B2`. */
  answer: string
  messageId: string
}

export type Mailer = {
  /** Sends one mail over a connection of its own. Throws MailError; TypeError for an id of another form. */
  send(mail: Mail): Promise<Sent>
  /** Connects and signs in without sending. Throws MailError. */
  verify(): Promise<void>
  /** Ends what is under way as `lost` and takes no more. */
  close(): void
}

const idForm = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/
// A server that took the mail keeps nobody waiting for its goodbye.
const goodbyeMs = 2000
const notAscii = /\P{ASCII}/u

type Session = { connection: SMTPConnection; speaks: (extension: string) => boolean }

/** A client of one SMTP server (RFC 5321). Throws TypeError for settings that cannot work. */
export function createMailer(settings: MailSettings): Mailer {
  const from = parseMailbox(settings.from)
  if (!from) throw new TypeError('The sender must be name@example.org or Name <name@example.org>')
  const sender = { name: cleanLine(from.name, 100), address: from.address }
  const { host, user, password, security = 'auto' } = settings
  if (!user !== !password) throw new TypeError('User and password belong together')
  const port = settings.port ?? (security === 'tls' ? 465 : 587)
  const server = `${host}:${port}`
  const { connect = 15_000, silence = 60_000, total = 120_000 } = settings.timeouts ?? {}
  const running = new Set<(error: MailError) => void>()
  let closed = false

  function inSession<T>(work: (session: Session, done: (error: Error | null, result?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (closed) {
        reject(new MailError('lost', 'The mailer is closed', { temporary: true }))
        return
      }
      const connection = new SMTPConnection({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls' || (security === 'auto' && Boolean(user)),
        ignoreTLS: security === 'none',
        tls: { rejectUnauthorized: settings.trustAnyCertificate !== true },
        connectionTimeout: connect,
        greetingTimeout: connect,
        dnsTimeout: connect,
        socketTimeout: silence,
        socketCloseTimeout: goodbyeMs,
        maxResponseSize: 64 * 1024,
      })
      let settled = false
      const settle = (): boolean => {
        if (settled) return false
        settled = true
        clearTimeout(deadline)
        running.delete(stop)
        return true
      }
      const stop = (error: Error): void => {
        if (!settle()) return
        connection.close()
        reject(error instanceof MailError ? error : mailErrorOf(error, server))
      }
      const deadline = setTimeout(
        () => stop(new MailError('timeout', `${server} took longer than ${total / 1000} s for one mail`, { temporary: true })),
        total,
      )
      running.add(stop)

      // The listener stays: an error after the end, such as one of the goodbye, must not go unhandled.
      connection.on('error', stop)
      connection.once('end', () => setImmediate(() => stop(Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' }))))
      const begin = (): void => {
        const hello = connection.lastServerResponse || ''
        const speaks = (extension: string) => new RegExp(`^250[ -]${extension}\\b`, 'im').test(hello)
        const talk = (): void =>
          work({ connection, speaks }, (error, result) => {
            if (error) return stop(error)
            if (!settle()) return
            resolve(result as T)
            connection.quit()
            setTimeout(() => connection.close(), goodbyeMs).unref()
          })
        if (!user || !password) return talk()
        if (!connection.allowsAuth) return stop(Object.assign(new Error('No AUTH'), { code: 'EAUTH' }))
        connection.login({ user, pass: password, credentials: { user, pass: password } }, (error) => (error ? stop(error) : talk()))
      }
      connection.connect((error) => (error ? stop(error) : begin()))
    })
  }

  return {
    async send(mail) {
      if (!idForm.test(mail.id)) throw new TypeError('Not an id of a mail')
      const to = parseAddress(mail.to)
      if (!to) throw new MailError('address', 'The recipient is not one mail address', { temporary: false })
      const messageId = `<${mail.id}@${from.domain}>`
      const message = await new MailComposer({
        from: sender,
        to: { name: '', address: to.address },
        subject: cleanLine(mail.subject, 300),
        messageId,
        date: new Date(),
        headers: { 'Auto-Submitted': 'auto-generated' },
        text: mail.text,
        html: mail.html,
        newline: 'win',
        disableFileAccess: true,
        disableUrlAccess: true,
      })
        .compile()
        .build()
      const unicode = notAscii.test(sender.address + to.address)
      return inSession<Sent>(({ connection, speaks }, done) => {
        if (unicode && !speaks('SMTPUTF8')) {
          return done(
            new MailError('unsupported', `${server} cannot carry an address with letters outside ASCII (no SMTPUTF8)`, {
              temporary: false,
            }),
          )
        }
        connection.send({ from: sender.address, to: [to.address], size: message.length }, message, (error, info) =>
          error ? done(error) : done(null, { answer: answerLine(info.response), messageId }),
        )
      })
    },
    async verify() {
      await inSession<void>((_session, done) => done(null))
    },
    close() {
      closed = true
      for (const stop of running) stop(new MailError('lost', 'The mailer was closed', { temporary: true }))
    },
  }
}
