import { hashPassword, inPasswordTurn } from '@carrel/auth'
import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { startMailbox, type Mailbox } from '@carrel/mail/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization, makePerson, signCookie, startTestServer, type Person, type TestServer } from './testing/server.ts'

const appUrl = 'http://books.example.org'
const password = 'long enough'
let mailbox: Mailbox
let server: TestServer
let hash: string
const settings = () => ({
  RATE_LIMIT: 'true',
  TRUSTED_PROXIES: '127.0.0.1',
  APP_URL: appUrl,
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: String(mailbox.port),
  SMTP_SECURE: 'none',
  SMTP_FROM: 'books@example.org',
})
beforeAll(async () => {
  mailbox = await startMailbox()
  hash = await hashPassword(password)
  server = await startTestServer({ worker: 1, env: settings() })
  await server.db.superuser`update instance set setup_at = now()`
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await mailbox.stop()
})

let client = 0
/** Each from another address of a client, behind the proxy that this server trusts. */
const elsewhere = () => {
  client += 1
  return `203.0.${client >> 8}.${client & 255}`
}
type Extra = { from?: string; cookie?: string; server?: TestServer }
const auth = (path: string, body: object, { from = elsewhere(), cookie, server: to = server }: Extra = {}) =>
  to.send('POST', `/api/auth${path}`, { body, cookie, headers: { 'x-forwarded-for': from, origin: appUrl } })
const signIn = (email: string, given: string, extra: Extra = {}) => auth('/sign-in/email', { email, password: given }, extra)
const withPassword = async (): Promise<Person> => {
  const person = await makePerson(server, `P ${newId()}`)
  const row = { id: newId(), account_id: person.id, provider_id: 'credential', user_id: person.id, password: hash }
  await insertRow(server.db.superuser, 'account', row)
  return person
}
const tryWrong = async (email: string, times: number, extra: Extra = {}) => {
  const answers = []
  for (let at = 0; at < times; at++) answers.push(await signIn(email, `wrong ${at}`, extra))
  return answers
}
const tenWrong = Array.from({ length: 10 }, () => 401)
const cookiesOf = (answer: { headers: { 'set-cookie'?: string[] | undefined } }) =>
  (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '')
const deviceOf = (answer: { headers: { 'set-cookie'?: string[] | undefined } }) =>
  cookiesOf(answer).find((cookie) => cookie.startsWith('carrel.device='))
/** As if so much time had gone by. */
const wait = (minutes: number) => server.db.superuser`update attempt set ends_at = ends_at - make_interval(mins => ${minutes}) where true`

describe('wrong passwords for an address', () => {
  test('are ten in a quarter of an hour, from wherever they come, however it is written, whether it is known or not', async () => {
    const person = await withPassword()
    const told = []
    for (const email of [person.email, `${newId()}@example.org`]) {
      const spelled = [email, email.toUpperCase(), `${email[0]?.toUpperCase()}${email.slice(1)}`]
      const answers = []
      for (let at = 0; at < 12; at++) answers.push(await signIn(spelled[at % 3] ?? '', 'wrong'))
      expect(answers.map(({ status }) => status)).toEqual([...tenWrong, 429, 429])
      const last = answers.at(-1)
      expect(Number(last?.headers['retry-after'])).toBeGreaterThan(14 * 60)
      expect(Number(last?.headers['retry-after'])).toBeLessThanOrEqual(15 * 60)
      expect(last?.json).toMatchObject({
        code: 'TOO_MANY_REQUESTS',
        message: expect.stringMatching(/^Too many wrong passwords\. Try again in 15 min/),
      })
      told.push(answers.map(({ json, status }) => [status, (json as { message: string }).message]))
    }
    expect(told[0]).toEqual(told[1])
    // Whoever guessed right now would not learn it.
    expect((await signIn(person.email, password)).status).toBe(429)
    await wait(15)
    expect((await signIn(person.email, password)).status).toBe(200)
    expect((await tryWrong(person.email, 10)).map(({ status }) => status)).toEqual(tenWrong)
  })

  test('are counted when they come at once, too', async () => {
    const { email } = await withPassword()
    const answers = await Promise.all(Array.from({ length: 20 }, (_each, at) => signIn(email, `wrong ${at}`)))
    const met = answers.map(({ status }) => status).toSorted((a, b) => a - b)
    expect(met).toEqual([...tenWrong, ...Array.from({ length: 10 }, () => 429)])
  })

  test('are counted by replicas together', async () => {
    await using other = await startTestServer({ database: server.db, env: settings() })
    const { email } = await withPassword()
    const answers = []
    for (let at = 0; at < 12; at++) answers.push(await signIn(email, 'wrong', { server: at % 2 ? other : server }))
    expect(answers.map(({ status }) => status)).toEqual([...tenWrong, 429, 429])
  })

  test('are forgotten after the right one, and after a new password was set', async () => {
    const { email } = await withPassword()
    await tryWrong(email, 9)
    expect((await signIn(email, password)).status).toBe(200)
    expect((await tryWrong(email, 10)).map(({ status }) => status)).toEqual(tenWrong)
    expect((await signIn(email, password)).status).toBe(429)
    await auth('/request-password-reset', { email })
    const mail = await mailbox.waitFor((found) => found.envelope.to.includes(email), 15_000)
    const token = /reset-password\?token=([\w-]+)/.exec(mail.text ?? '')?.[1]
    expect((await auth('/reset-password', { token, newPassword: 'quite another' })).status).toBe(200)
    expect((await signIn(email, 'quite another')).status).toBe(200)
  })

  test('do not keep out a browser that has signed in before, and that one has ten of its own', async () => {
    const { email } = await withPassword()
    const cookie = deviceOf(await signIn(email, password)) ?? ''
    expect(cookie).toMatch(/^carrel\.device=[\w.%-]{60,}$/)
    expect((await tryWrong(email, 11)).at(-1)?.status).toBe(429)
    expect((await signIn(email, password, { cookie })).status).toBe(200)
    expect((await tryWrong(email, 11, { cookie })).map(({ status }) => status)).toEqual([...tenWrong, 429])
    expect((await signIn(email, password, { cookie })).status).toBe(429)

    const other = await withPassword()
    await tryWrong(other.email, 11)
    // It is worth nothing for another address, nor changed.
    for (const given of [cookie, cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), 'carrel.device=x', 'carrel.device=%00'])
      expect([given, (await signIn(other.email, password, { cookie: given })).status]).toEqual([given, 429])
  })

  test('are not what a ban or a full line is', async () => {
    const person = await withPassword()
    await server.db.superuser`update "user" set banned = true where id = ${person.id}`
    for (let at = 0; at < 12; at++) expect((await signIn(person.email, password)).status).toBe(403)
    const { promise, resolve } = Promise.withResolvers<void>()
    const turns = Array.from({ length: 62 }, () => inPasswordTurn(() => promise))
    const other = await withPassword()
    for (let at = 0; at < 12; at++) expect((await signIn(other.email, password)).status).toBe(503)
    resolve()
    await Promise.all(turns)
    expect((await signIn(other.email, password)).status).toBe(200)
  })

  test('do not leave the address behind', async () => {
    const email = `${newId()}@example.org`
    await signIn(email, 'wrong')
    const rows = await server.db.superuser<{ text: string }[]>`select attempt::text as text from attempt`
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.some(({ text }) => text.includes(Buffer.from(email).toString('hex')))).toBe(false)
    await server.db.superuser`update attempt set ends_at = now() - interval '1 second'`
    await signIn(`${newId()}@example.org`, 'wrong')
    expect(await server.db.superuser`select from attempt where ends_at <= now()`).toHaveLength(0)
  })

  test('are without limit where the setting says so', async () => {
    await using open = await startTestServer({ env: { RATE_LIMIT: 'false' } })
    await open.db.superuser`update instance set setup_at = now()`
    for (let at = 0; at < 12; at++)
      expect((await open.send('POST', '/api/auth/sign-in/email', { body: { email: 'a@example.org', password: 'wrong' } })).status).toBe(401)
    expect(await open.db.superuser`select from attempt`).toHaveLength(0)
  })
})

describe('tries from one client', () => {
  const last = async (forwarded: (at: number) => string) => {
    const answers = []
    for (let at = 0; at < 14; at++) answers.push(await signIn(`${newId()}@example.org`, 'wrong', { from: forwarded(at) }))
    return answers.at(-1)
  }

  test('count for the address that the proxy saw, whatever the client wrote before it', async () => {
    const answer = await last((at) => `198.51.100.${at}, 203.0.113.250`)
    expect([answer?.status, answer?.json]).toMatchObject([
      429,
      { message: expect.stringMatching(/^Too many tries\. Try again in \d+ seconds\.$/) },
    ])
    expect(Number(answer?.headers['retry-after'])).toBeGreaterThan(0)
  })

  test('count for the client where no proxy is trusted', async () => {
    await using bare = await startTestServer({ env: { RATE_LIMIT: 'true', APP_URL: appUrl } })
    await bare.db.superuser`update instance set setup_at = now()`
    const answers = []
    for (let at = 0; at < 14; at++)
      answers.push(await signIn(`${newId()}@example.org`, 'wrong', { server: bare, from: `198.51.100.${at}` }))
    expect(answers.at(-1)?.status).toBe(429)
  })
})

describe('wrong passwords of who is signed in', () => {
  const call = (who: { cookie: string }, path: string, body: object) =>
    server.send('POST', `/api/v1${path}`, { cookie: who.cookie, body, headers: { 'x-forwarded-for': elsewhere(), origin: appUrl } })
  const wrongChange = (who: { cookie: string }, at: number) =>
    at % 2
      ? call(who, '/account/password', { current: 'wrong', next: 'quite another' })
      : call(who, '/account/email', { email: `${newId()}@example.org`, password: 'wrong' })

  test('are ten, in whichever form and session', async () => {
    const person = await withPassword()
    const token = newId()
    await insertRow(server.db.superuser, 'session', { id: newId(), user_id: person.id, token, expires_at: new Date(Date.now() + 60_000) })
    const sessions = [person, { cookie: signCookie(token, server.secret) }]
    const answers = []
    for (let at = 0; at < 12; at++) answers.push(await wrongChange(sessions[(at >> 1) % 2] ?? person, at))
    expect(answers.map(({ status, json }) => [status, (json as { code: string }).code])).toEqual([
      ...Array.from({ length: 10 }, () => [403, 'WRONG_PASSWORD']),
      [429, 'TOO_MANY_REQUESTS'],
      [429, 'TOO_MANY_REQUESTS'],
    ])
    for (const { headers, json } of answers.slice(10)) {
      expect(Number(headers['retry-after'])).toBeGreaterThan(14 * 60)
      expect(json).toMatchObject({ message: 'Too many wrong passwords. Try again in 15 minutes.', data: { seconds: expect.any(Number) } })
    }
    expect((await call(person, '/account/password', { current: password, next: 'quite another' })).status).toBe(429)
    // To sign in is another thing.
    expect((await signIn(person.email, password)).status).toBe(200)
    await wait(15)
    expect((await call(person, '/account/password', { current: password, next: 'quite another' })).status).toBe(200)
  })

  test('are counted when they come at once, too, and forgotten after the right one', async () => {
    const person = await withPassword()
    const answers = await Promise.all(Array.from({ length: 20 }, (_each, at) => wrongChange(person, at)))
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10)
    const other = await withPassword()
    for (let at = 0; at < 9; at++) await wrongChange(other, at)
    expect((await call(other, '/account/email', { email: `${newId()}@example.org`, password })).status).toBe(200)
    for (let at = 0; at < 9; at++) expect((await wrongChange(other, at)).status).toBe(403)
  })
})

describe('mails', () => {
  test('for a new password are five an hour for an address, whether it is known or not', async () => {
    const person = await withPassword()
    const told = []
    for (const email of [person.email, `${newId()}@example.org`]) {
      const answers = []
      for (let at = 0; at < 7; at++) answers.push(await auth('/request-password-reset', { email: at % 2 ? email : email.toUpperCase() }))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429])
      expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(59 * 60)
      told.push(answers.map(({ text }) => text.replace(/\d{4}/, '')))
    }
    expect(told[0]).toEqual(told[1])
    await expect.poll(() => mailbox.messages.filter((mail) => mail.envelope.to.includes(person.email)).length, { timeout: 15_000 }).toBe(5)
  })

  test('that somebody asks for about their address are five an hour', async () => {
    const person = await withPassword()
    const ask = (at: number) =>
      server.send('POST', `/api/v1/account/email${at % 2 ? '' : '/verification'}`, {
        cookie: person.cookie,
        body: at % 2 ? { email: `${newId()}@example.org`, password } : {},
        headers: { 'x-forwarded-for': elsewhere(), origin: appUrl },
      })
    const answers = []
    for (let at = 0; at < 7; at++) answers.push(await ask(at))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429])
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(59 * 60)
    expect(answers.at(-1)?.json).toMatchObject({ message: expect.stringContaining('look for them also among spam') })
  })
})

describe('invitations', () => {
  test('are sixty lists in a quarter of an hour for a person, and five reminders an hour for each', async () => {
    const owner = await makePerson(server, 'Inviter')
    const { id } = await makeOrganization(server, 'Inviting', { owner: [owner] })
    const send = (method: string, path: string, body: object) =>
      server.send(method, `/api/v1${path}`, { cookie: owner.cookie, organization: id, body, headers: { origin: appUrl } })
    const invite = (n: number) => send('POST', '/invitations', { emails: [`${n}-${newId()}@example.org`], roles: ['guest'] })
    const first = await invite(0)
    const { invitationId } = (first.json as { results: { invitationId: string }[] }).results[0] ?? { invitationId: '' }
    const reminders: number[] = []
    for (let at = 0; at < 6; at++) reminders.push((await send('POST', `/invitations/${invitationId}/resend`, {})).status)
    expect(reminders).toEqual([200, 200, 200, 200, 200, 429])
    const lists: number[] = []
    for (let at = 1; at < 61; at++) lists.push((await invite(at)).status)
    expect(lists.filter((status) => status === 200)).toHaveLength(59)
    expect(lists.at(-1)).toBe(429)
  })
})
