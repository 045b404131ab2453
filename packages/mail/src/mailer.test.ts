import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { domainToASCII } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { createMailer, type Mail, MailError, type Mailer, type MailSettings, renderMail } from './index.ts'
import { type Mailbox, startMailbox } from './testing.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function mailbox(options?: Parameters<typeof startMailbox>[0]): Promise<Mailbox> {
  const box = await startMailbox(options)
  ends.push(() => box.stop())
  return box
}

function mailer(port: number, settings: Partial<MailSettings> = {}): Mailer {
  const made = createMailer({ host: '127.0.0.1', port, from: 'Carrel <library@example.org>', ...settings })
  ends.push(() => made.close())
  return made
}

/** A server that does with a socket what the test wants. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Answers each command by its first word. */
function conversation(answers: Record<string, string>, heard: string[] = []): (socket: Socket) => void {
  return (socket) => {
    socket.write('220 ready\r\n')
    let data = false
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        if (data && line !== '.') continue
        heard.push(line)
        const answer = answers[data ? '.' : line.split(/[ :]/)[0]!]
        data = line === 'DATA'
        if (answer !== undefined) socket.write(`${answer}\r\n`)
      }
    })
  }
}

const mail: Mail = { id: '0199aa', to: 'reader@example.com', subject: 'Hello', text: 'Hello there', html: '<p>Hello there</p>' }

async function failureOf(work: Promise<unknown>): Promise<MailError> {
  const error: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(error instanceof MailError)) throw new Error('Expected a MailError', { cause: error })
  return error
}

const invitation = {
  kind: 'invitation',
  organizationName: '夜の図書館',
  inviterName: '森 鷗外',
  roles: ['閲覧者', '編集者'],
  link: 'https://library.example.org/invitations/abc?token=1&x=2',
  expiresAt: new Date('2026-03-05T14:00:00Z'),
} as const

describe('a mail that arrives', () => {
  test('has text, HTML, Japanese names and the headers of an automatic mail', async () => {
    const box = await mailbox()
    const rendered = renderMail(invitation, 'ja')
    const sent = await mailer(box.port).send({ id: 'invitation-1', to: 'reader@example.com', ...rendered })
    expect(sent).toEqual({ answer: '250 OK: queued as 1', messageId: '<invitation-1@example.org>' })

    const got = await box.waitFor((mail) => mail.subject === '森 鷗外さんから「夜の図書館」への招待')
    expect(got.text?.replaceAll('\r\n', '\n')).toBe(rendered.text)
    expect(got.html?.replaceAll('\r\n', '\n').trim()).toBe(rendered.html.trim())
    expect(got.from).toMatchObject({ name: 'Carrel', address: 'library@example.org' })
    expect(got.to).toMatchObject([{ address: 'reader@example.com' }])
    expect(got.messageId).toBe('<invitation-1@example.org>')
    expect(got.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated')
    expect(Math.abs(Date.now() - Date.parse(got.date ?? ''))).toBeLessThan(60_000)
    expect(got.attachments).toEqual([])
    expect(got.raw).not.toMatch(/[^\r]\n|X-Mailer/)
  })

  test('keeps long links whole', async () => {
    const box = await mailbox()
    const link = `https://library.example.org/reset?token=${'aB3-=.'.repeat(250)}`
    await mailer(box.port).send({ ...mail, ...renderMail({ kind: 'password-reset', userName: 'Ada', link, expiresInMinutes: 60 }, 'en') })
    const got = await box.waitFor(() => true)
    expect(got.text).toContain(`\n${link}\n`)
    expect(got.html).toContain(`href="${link}"`)
  })

  test('has the same Message-ID when it is sent again', async () => {
    const box = await mailbox()
    box.answer(({ step }) => (step === 'received' ? 'hang up' : undefined))
    const client = mailer(box.port)
    expect(await failureOf(client.send(mail))).toMatchObject({ code: 'lost', temporary: true, answer: null })
    box.answer(null)
    expect((await client.send(mail)).messageId).toBe('<0199aa@example.org>')
  })

  test('counts as sent once the server took it, whatever happens to the goodbye', async () => {
    const port = await rawServer(
      conversation({ EHLO: '250 raw', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go', '.': '250 2.0.0 Ok: queued as 4C1B2' }),
    )
    expect((await mailer(port).send(mail)).answer).toBe('250 2.0.0 Ok: queued as 4C1B2')
  })

  test('leaves no connection behind', async () => {
    const box = await mailbox()
    const client = mailer(box.port)
    for (let count = 0; count < 10; count++) await client.send({ ...mail, id: `m${count}` })
    await expect.poll(() => box.connections()).toBe(0)
    await expect.poll(() => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length).toBe(0)
    expect(box.messages).toHaveLength(10)
  })
})

describe('headers cannot be written from outside', () => {
  const evil = 'Night\r\nBcc: victim@example.net\r\n\r\n<h1>owned\u2028\u0000\u202e'

  test.each(['organizationName', 'inviterName'] as const)('by %s', async (field) => {
    const box = await mailbox()
    await mailer(box.port).send({ ...mail, ...renderMail({ ...invitation, [field]: evil }, 'en') })
    const got = await box.waitFor(() => true)
    expect(got.envelope).toEqual({ from: 'library@example.org', to: ['reader@example.com'] })
    expect(got.headers.map(({ key }) => key).sort()).toEqual(
      ['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'].sort(),
    )
    expect(got.subject).toContain('Night Bcc: victim@example.net <h1>owned')
    expect(got.html).not.toContain('<h1>owned')
  })

  test('by subject, sender name, id or recipient', async () => {
    const box = await mailbox()
    const client = mailer(box.port, { from: '"Carrel\r\nBcc: a@b.c" <library@example.org>' })
    await client.send({ ...mail, subject: evil })
    const got = await box.waitFor(() => true)
    expect(got.headers.map(({ key }) => key)).not.toContain('bcc')
    await expect(client.send({ ...mail, id: 'a>\r\nBcc: x@y.z' })).rejects.toThrow(TypeError)
    for (const to of ['a@b.c\r\nRCPT TO:<x@y.z>', 'a@b.c, x@y.z', 'A <a@b.c>', 'a b@c.d', '']) {
      expect(await failureOf(client.send({ ...mail, to }))).toMatchObject({ code: 'address', temporary: false })
    }
    expect(box.messages).toHaveLength(1)
  })
})

describe('addresses outside ASCII', () => {
  test('arrive where the server speaks SMTPUTF8, with the domain in ASCII', async () => {
    const box = await mailbox()
    const to = '読者@図書館.example'
    await mailer(box.port).send({ ...mail, to })
    const got = await box.waitFor(() => true)
    // Header and smtp-server show the domain in Unicode; on the wire it is ASCII.
    expect(got.envelope.to).toEqual([to])
    expect(got.to).toMatchObject([{ address: to }])

    const heard: string[] = []
    const answers = { EHLO: '250-raw\r\n250 SMTPUTF8', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go', '.': '250 ok' }
    await mailer(await rawServer(conversation(answers, heard))).send({ ...mail, to })
    expect(heard).toContain('MAIL FROM:<library@example.org> SMTPUTF8')
    expect(heard).toContain(`RCPT TO:<読者@${domainToASCII('図書館.example')}>`)
  })

  test('fail for good where it does not; a foreign domain alone needs nothing of it', async () => {
    const box = await mailbox({ smtpUtf8: false })
    const client = mailer(box.port)
    const failure = await failureOf(client.send({ ...mail, to: '読者@example.com' }))
    expect(failure).toMatchObject({ code: 'unsupported', temporary: false })
    expect(failure.message).toContain('SMTPUTF8')
    await client.send({ ...mail, to: 'reader@図書館.example' })
    expect(box.messages).toHaveLength(1)
  })
})

describe('a server that says no', () => {
  test('with 421 at the greeting: later', async () => {
    const box = await mailbox()
    box.answer(({ step }) => (step === 'connect' ? { code: 421, text: 'Too busy' } : undefined))
    const failure = await failureOf(mailer(box.port).send(mail))
    expect(failure).toMatchObject({ code: 'refused', temporary: true })
    expect(failure.answer).toMatch(/^421 .*Too busy/)
  })

  test('with 554 at the greeting or 550 to the sender: the operator can mend it', async () => {
    const box = await mailbox()
    for (const step of ['connect', 'from']) {
      box.answer((now) => (now.step === step ? { code: 554, text: 'Not you' } : undefined))
      expect(await failureOf(mailer(box.port).send(mail))).toMatchObject({ code: 'refused', temporary: true })
    }
  })

  test('with 450 to the recipient: later, and takes the next', async () => {
    const box = await mailbox()
    const client = mailer(box.port)
    box.answer(({ step }) => (step === 'to' ? { code: 450, text: 'Greylisted' } : undefined))
    expect(await failureOf(client.send(mail))).toMatchObject({ code: 'refused', temporary: true, answer: '450 Greylisted' })
    box.answer(null)
    await client.send(mail)
    expect(box.messages).toHaveLength(1)
  })

  test.each(['to', 'data', 'received'])('with 550 at step %s: for good', async (step) => {
    const box = await mailbox()
    box.answer((now) => (now.step === step ? { code: 550, text: 'No such user' } : undefined))
    const failure = await failureOf(mailer(box.port).send(mail))
    expect(failure).toMatchObject({ code: 'refused', temporary: false, answer: '550 No such user' })
    expect(failure.message).toContain('No such user')
  })

  test('after DATA by closing the connection: later', async () => {
    const box = await mailbox()
    box.answer(({ step }) => (step === 'data' ? 'hang up' : undefined))
    expect(await failureOf(mailer(box.port).send(mail))).toMatchObject({ code: 'lost', temporary: true })
    expect(box.messages).toEqual([])
  })

  test('by an answer with control characters: cleaned', async () => {
    const port = await rawServer(conversation({ EHLO: '250 raw', MAIL: '250 ok', RCPT: `550 no\u001b[31m ${'x'.repeat(2000)}` }))
    const { answer } = await failureOf(mailer(port).send(mail))
    expect(answer).toMatch(/^550 no \[31m x+$/)
    expect(answer).toHaveLength(500)
  })
})

describe('a server that is not there or slow', () => {
  const limits = { connect: 300, silence: 300, total: 1000 }

  test('refused connection', async () => {
    const box = await startMailbox()
    await box.stop()
    expect(await failureOf(mailer(box.port).send(mail))).toMatchObject({ code: 'unreachable', temporary: true, answer: null })
    expect((await failureOf(mailer(box.port).verify())).message).toContain('ECONNREFUSED')
  })

  test('unknown name', async () => {
    const failure = await failureOf(mailer(25, { host: 'mail.invalid', timeouts: { connect: 5000 } }).send(mail))
    expect(failure).toMatchObject({ temporary: true, answer: null })
    expect(['unreachable', 'timeout']).toContain(failure.code)
  })

  test('accepts and says nothing', async () => {
    const box = await mailbox()
    box.answer(() => 'silence')
    const start = Date.now()
    expect(await failureOf(mailer(box.port, { timeouts: limits }).send(mail))).toMatchObject({ code: 'timeout', temporary: true })
    expect(Date.now() - start).toBeLessThan(5000)
  })

  test('falls silent at the recipient', async () => {
    const box = await mailbox()
    box.answer(({ step }) => (step === 'to' ? 'silence' : undefined))
    expect(await failureOf(mailer(box.port, { timeouts: limits }).send(mail))).toMatchObject({ code: 'timeout', temporary: true })
  })

  test('drips an endless answer', async () => {
    const port = await rawServer((socket) => {
      socket.write('220 ready\r\n')
      const timer = setInterval(() => socket.write('250-more\r\n'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    const start = Date.now()
    expect(await failureOf(mailer(port, { timeouts: limits }).send(mail))).toMatchObject({ code: 'timeout', temporary: true })
    expect(Date.now() - start).toBeLessThan(5000)
  })

  test('closing the mailer ends what is under way', async () => {
    const box = await mailbox()
    box.answer(() => 'silence')
    const client = mailer(box.port)
    const sending = failureOf(client.send(mail))
    await expect.poll(() => box.connections()).toBe(1)
    client.close()
    expect(await sending).toMatchObject({ code: 'lost', temporary: true })
    expect(await failureOf(client.send(mail))).toMatchObject({ code: 'lost' })
    await expect.poll(() => box.connections()).toBe(0)
  })
})

describe('signing in and TLS', () => {
  const user = { name: 'carrel', password: 'right' }

  test('right and wrong credentials', async () => {
    const box = await mailbox({ user })
    const settings = { user: 'carrel', security: 'none' } as const
    const right = mailer(box.port, { ...settings, password: 'right' })
    await right.verify()
    await right.send(mail)
    const failure = await failureOf(mailer(box.port, { ...settings, password: 'wr0ng' }).send(mail))
    expect(failure).toMatchObject({ code: 'credentials', temporary: true })
    expect(failure.answer).toMatch(/^535 /)
    expect(failure.message).not.toContain('wr0ng')
    expect(await failureOf(mailer(box.port).send(mail))).toMatchObject({ code: 'credentials', temporary: true })
    expect(box.messages).toHaveLength(1)
  })

  test('the password never goes over an open connection unless that was chosen', async () => {
    const box = await mailbox({ user })
    const failure = await failureOf(mailer(box.port, { user: 'carrel', password: 'right' }).verify())
    expect(failure).toMatchObject({ code: 'tls', temporary: true })
  })

  test('a server without sign-in', async () => {
    const box = await mailbox()
    const failure = await failureOf(mailer(box.port, { user: 'a', password: 'b', security: 'none' }).send(mail))
    expect(failure).toMatchObject({ code: 'credentials', temporary: true, answer: null })
  })

  test.each(['starttls', 'tls'] as const)('a self-signed certificate with %s', async (security) => {
    const box = await mailbox({ user, security })
    const settings = { user: 'carrel', password: 'right', security } as const
    const failure = await failureOf(mailer(box.port, settings).send(mail))
    expect(failure).toMatchObject({ code: 'tls', temporary: true, answer: null })
    expect(failure.message).toContain('certificate')
    await mailer(box.port, { ...settings, trustAnyCertificate: true }).send(mail)
    expect(box.messages).toMatchObject([{ secure: true }])
  })

  test('STARTTLS is taken when it is offered, and asked for in vain when it is not', async () => {
    const open = await mailbox({ security: 'none' })
    await mailer(open.port).send(mail)
    expect(open.messages).toMatchObject([{ secure: false }])
    expect(await failureOf(mailer(open.port, { security: 'starttls' }).send(mail))).toMatchObject({ code: 'tls', temporary: true })
    const offering = await mailbox({ security: 'starttls' })
    await mailer(offering.port, { trustAnyCertificate: true }).send(mail)
    expect(offering.messages).toMatchObject([{ secure: true }])
  })

  test('TLS from the start to a server that speaks plainly', async () => {
    const box = await mailbox()
    const failure = await failureOf(mailer(box.port, { security: 'tls' }).send(mail))
    expect(failure).toMatchObject({ code: 'tls', temporary: true })
  })

  test('settings that cannot work', () => {
    for (const from of ['', 'Carrel', 'a@b.c, d@e.f', 'A <a b@c.d>']) expect(() => mailer(25, { from })).toThrow(TypeError)
    expect(() => mailer(25, { user: 'carrel' })).toThrow(TypeError)
  })
})
