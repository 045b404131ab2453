import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

export type ReceivedMail = Email & {
  envelope: { from: string; to: string[] }
  /** Over TLS. */
  secure: boolean
  raw: string
}

/** What a client is about to do. */
export type MailboxStep =
  | { step: 'connect' }
  | { step: 'from'; address: string }
  | { step: 'to'; address: string }
  | { step: 'data' }
  | { step: 'received' }

/** Nothing: go on. A code from 400 on: refuse with it. `hang up`: close the socket. `silence`: never answer. */
export type MailboxAnswer = { code: number; text: string } | 'hang up' | 'silence' | undefined | void

export type Mailbox = {
  port: number
  /** What arrived, oldest first. */
  messages: ReceivedMail[]
  /** Connections open now. */
  connections(): number
  /** The first mail that fits, also one that is there already. Rejects after `timeoutMs` (5 s by default). */
  waitFor(fits: (mail: ReceivedMail) => boolean, timeoutMs?: number): Promise<ReceivedMail>
  /** From now on the hook decides about every step, at once or later; null takes everything. */
  answer(hook: ((step: MailboxStep) => MailboxAnswer | Promise<MailboxAnswer>) | null): void
  stop(): Promise<void>
}

type MailboxOptions = {
  /** Without it anybody may send. */
  user?: { name: string; password: string }
  /** With the self-signed certificate of smtp-server; `none` by default. */
  security?: 'none' | 'starttls' | 'tls'
  /** False hides SMTPUTF8. */
  smtpUtf8?: boolean
}

/** An SMTP server on a free port of 127.0.0.1 that keeps what it gets. */
export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const { user, security = 'none', smtpUtf8 = true } = options
  const messages: ReceivedMail[] = []
  const arrivals = new Set<() => void>()
  let hook: Parameters<Mailbox['answer']>[0] = null

  const decide = async (session: SMTPServerSession, step: MailboxStep, go: (error?: Error | null) => void): Promise<void> => {
    const answer = await hook?.(step)
    if (answer === 'silence') return
    if (answer === 'hang up') {
      for (const connection of server.connections) if (connection.session.id === session.id) connection._socket.destroy()
      return
    }
    go(answer ? Object.assign(new Error(answer.text), { responseCode: answer.code }) : null)
  }

  const server = new SMTPServer({
    name: 'mailbox.test',
    logger: false,
    disableReverseLookup: true,
    secure: security === 'tls',
    disabledCommands: [...(security === 'starttls' ? [] : ['STARTTLS']), ...(user ? [] : ['AUTH'])],
    allowInsecureAuth: true,
    authOptional: !user,
    hideSMTPUTF8: !smtpUtf8,
    closeTimeout: 50,
    onAuth: ({ username, password }, _session, callback) => {
      if (username === user?.name && password === user?.password) callback(null, { user: username })
      else callback(Object.assign(new Error('Authentication credentials invalid'), { responseCode: 535 }))
    },
    onConnect: (session, callback) => void decide(session, { step: 'connect' }, callback),
    onMailFrom: ({ address }, session, callback) => void decide(session, { step: 'from', address }, callback),
    onRcptTo: ({ address }, session, callback) => void decide(session, { step: 'to', address }, callback),
    onData: (stream, session, callback) => {
      const { mailFrom, rcptTo } = session.envelope
      const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) }
      void decide(session, { step: 'data' }, async (refusal) => {
        const raw = await text(stream)
        if (refusal) return callback(refusal)
        await decide(session, { step: 'received' }, async (refusal) => {
          if (refusal) return callback(refusal)
          messages.push({ ...(await PostalMime.parse(raw)), envelope, secure: session.secure, raw })
          callback(null, `OK: queued as ${messages.length}`)
          for (const arrived of arrivals) arrived()
        })
      })
    },
  })
  // Clients that give up in the middle are part of the tests.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.server.address() as AddressInfo).port,
    messages,
    connections: () => server.connections.size,
    waitFor(fits, timeoutMs = 5000) {
      const { promise, resolve, reject } = Promise.withResolvers<ReceivedMail>()
      const look = (): void => {
        const mail = messages.find(fits)
        if (mail) resolve(mail)
      }
      const timer = setTimeout(() => {
        reject(new Error(`No such mail within ${timeoutMs} ms; there are: ${messages.map((mail) => mail.subject).join(' | ') || 'none'}`))
      }, timeoutMs)
      arrivals.add(look)
      look()
      return promise.finally(() => {
        clearTimeout(timer)
        arrivals.delete(look)
      })
    },
    answer(next) {
      hook = next
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}
