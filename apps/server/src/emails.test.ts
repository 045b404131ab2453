import { hashPassword, inPasswordTurn } from '@carrel/auth'
import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { startMailbox, type Mailbox } from '@carrel/mail/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePerson, signCookie, startTestServer, type Person, type TestServer } from './testing/server.ts'

const appUrl = 'http://books.example.org'
const password = 'long enough'
let mailbox: Mailbox
let server: TestServer
let hash: string
beforeAll(async () => {
  mailbox = await startMailbox()
  hash = await hashPassword(password)
  server = await startTestServer({
    worker: 1,
    env: { APP_URL: appUrl, SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mailbox.port), SMTP_SECURE: 'none', SMTP_FROM: 'books@example.org' },
  })
  await server.db.superuser`update instance set setup_at = now()`
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await mailbox.stop()
})

const withPassword = async (): Promise<Person> => {
  const person = await makePerson(server, `P ${newId()}`)
  const row = { id: newId(), account_id: person.id, provider_id: 'credential', user_id: person.id, password: hash }
  await insertRow(server.db.superuser, 'account', row)
  return person
}
/** Another live session of somebody. */
const sessionOf = async ({ id }: Person, impersonatedBy: string | null = null): Promise<{ cookie: string }> => {
  const token = newId()
  await insertRow(server.db.superuser, 'session', {
    id: newId(),
    user_id: id,
    token,
    expires_at: new Date(Date.now() + 3_600_000),
    impersonated_by: impersonatedBy,
  })
  return { cookie: signCookie(token, server.secret) }
}
type Who = { cookie: string } | null
const call = (who: Who, method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  server.send(method, `/api/v1/account${path}`, {
    headers: { origin: appUrl, ...headers },
    ...(who && { cookie: who.cookie }),
    ...(body && { body }),
  })
const said = (answer: { status: number; json: unknown }) => [answer.status, (answer.json as { code?: string } | null)?.code]
const ok = [200, undefined]
const fresh = () => `new-${newId()}@example.org`
const ask = (who: Who, email: string, given = password, headers = {}) => call(who, 'POST', '/email', { email, password: given }, headers)
const confirm = (token: string, who: Who = null) => call(who, 'POST', '/email/confirm', { token })
const auth = (path: string, body: object, headers: Record<string, string> = {}) =>
  server.send('POST', `/api/auth${path}`, { body, headers: { origin: appUrl, ...headers } })
const signIn = async (email: string, given = password) => (await auth('/sign-in/email', { email, password: given })).status
const mailsTo = (email: string) => mailbox.messages.filter((mail) => mail.envelope.to.includes(email))
const mailTo = (email: string, words = /verify-email/) =>
  mailbox.waitFor((found) => found.envelope.to.includes(email) && words.test(`${found.subject} ${found.text}`), 15_000)
const tokenIn = (mail: { text?: string | undefined }) => /\/verify-email\/([\w-]{43})/.exec(mail.text ?? '')?.[1] ?? ''
const linkTo = async (email: string) => tokenIn(await mailTo(email))
const row = async ({ id }: Person) =>
  (
    await server.db.superuser<{ email: string; verified: boolean }[]>`select email, email_verified as verified from "user" where id = ${id}`
  )[0]
const lives = async (who: Who) => (await call(who, 'GET', '')).status === 200

describe('an address', () => {
  test('is confirmed by the link that is mailed to it, once, and the account says so', async () => {
    const person = await withPassword()
    const other = await sessionOf(person)
    expect((await call(person, 'GET', '')).json).toMatchObject({ user: { email: person.email, emailVerified: false } })
    expect(said(await call(person, 'POST', '/email/verification', {}))).toEqual(ok)
    const mail = await mailTo(person.email)
    expect(mail.subject).toBe('Confirm your email address')
    expect(mail.text).toContain(`${appUrl}/verify-email/`)
    expect(mail.text).toContain('for 1 day')
    expect((await row(person))?.verified).toBe(false)
    const done = await confirm(tokenIn(mail))
    expect([said(done), done.json]).toEqual([ok, { email: person.email, changed: false }])
    expect((await call(person, 'GET', '')).json).toMatchObject({ user: { emailVerified: true } })
    expect(await lives(other)).toBe(true)
    expect(said(await confirm(tokenIn(mail)))).toEqual([410, 'INVALID_TOKEN'])
    expect(said(await call(person, 'POST', '/email/verification', {}))).toEqual([409, 'ALREADY_CONFIRMED'])
  })

  test('is not confirmed by a link that is too old, unknown, or was made for an address that the account has no more', async () => {
    const person = await withPassword()
    await call(person, 'POST', '/email/verification', {})
    const token = await linkTo(person.email)
    expect(said(await confirm('A'.repeat(43)))).toEqual([410, 'INVALID_TOKEN'])
    expect(said(await confirm('A'.repeat(42)))).toEqual([400, 'BAD_REQUEST'])
    await server.db.superuser`update "user" set email = ${fresh()} where id = ${person.id}`
    expect(said(await confirm(token))).toEqual([410, 'INVALID_TOKEN'])
    const late = await withPassword()
    await call(late, 'POST', '/email/verification', {})
    const lateToken = await linkTo(late.email)
    await server.db.superuser`update email_token set expires_at = now() - interval '1 second' where user_id = ${late.id}`
    expect(said(await confirm(lateToken))).toEqual([410, 'INVALID_TOKEN'])
    expect((await row(late))?.verified).toBe(false)
  })

  test('stands in no table so that who reads it could open the link', async () => {
    const person = await withPassword()
    await call(person, 'POST', '/email/verification', {})
    const token = await linkTo(person.email)
    const rows = await server.db.superuser<
      { text: string }[]
    >`select email_token::text as text from email_token where user_id = ${person.id}
      union all select mail::text from mail where recipient = ${person.email} union all select data::text from pgboss.job`
    expect(rows.length).toBeGreaterThan(2)
    for (const { text } of rows) expect(text.includes(token) || text.includes(Buffer.from(token).toString('hex'))).toBe(false)
  })
})

describe('a change of the address', () => {
  test('happens when the link is opened, not before; the old address is told, and other sessions end', async () => {
    const person = await withPassword()
    const here = await sessionOf(person)
    const there = await sessionOf(person)
    const email = fresh()
    expect(said(await ask(here, email.toUpperCase()))).toEqual(ok)
    const mail = await mailTo(email)
    expect(mail.subject).toBe('Confirm your new email address')
    expect(mail.text).toContain(email)
    expect(await row(person)).toEqual({ email: person.email, verified: false })
    expect(mailsTo(person.email)).toEqual([])
    expect([await signIn(email), await signIn(person.email)]).toEqual([401, 200])

    const done = await confirm(tokenIn(mail), here)
    expect([said(done), done.json]).toEqual([ok, { email, changed: true }])
    expect(await row(person)).toEqual({ email, verified: true })
    expect([await lives(here), await lives(there), await lives(person)]).toEqual([true, false, false])
    expect([await signIn(email), await signIn(person.email)]).toEqual([200, 401])
    const notice = await mailTo(person.email, /was changed/)
    expect(notice.text).toContain(email)
    expect(notice.text).not.toContain('verify-email')
    expect(said(await confirm(tokenIn(mail)))).toEqual([410, 'INVALID_TOKEN'])
  })

  test('needs a session of the account, so that a mistyped address hands it to nobody', async () => {
    const person = await withPassword()
    const stranger = await withPassword()
    const email = fresh()
    await ask(person, email)
    const token = await linkTo(email)
    for (const who of [null, stranger]) expect(said(await confirm(token, who))).toEqual([403, 'NOT_SIGNED_IN'])
    expect([await row(person), (await row(stranger))?.email]).toEqual([{ email: person.email, verified: false }, stranger.email])
    expect([await lives(person), await lives(stranger)]).toEqual([true, true])
    // The link is not used up by that.
    expect(said(await confirm(token, person))).toEqual(ok)
    expect(await row(person)).toEqual({ email, verified: true })
  })

  test('needs the password, and another address', async () => {
    const person = await withPassword()
    const email = fresh()
    expect(said(await ask(person, email, 'wrong'))).toEqual([403, 'WRONG_PASSWORD'])
    expect(said(await ask(person, person.email.toUpperCase()))).toEqual([409, 'SAME_ADDRESS'])
    expect(said(await ask(await makePerson(server, 'Without a password'), email))).toEqual([409, 'CONFLICT'])
    for (const bad of ['ann', 'ann@example.org\nbcc: eve@example.org', 'a@b@example.org', `${'x'.repeat(250)}@example.org`, ''])
      expect([bad, said(await ask(person, bad))]).toEqual([bad, [400, 'BAD_REQUEST']])
    expect(await server.db.superuser`select from email_token where user_id = ${person.id}`).toHaveLength(0)
  })

  test('to an address that somebody has is answered alike, and mails nobody', async () => {
    const person = await withPassword()
    const owner = await withPassword()
    const [taken, free] = [await ask(person, owner.email.toUpperCase()), await ask(person, fresh())]
    expect([taken.status, taken.text]).toEqual([free.status, free.text])
    await ask(person, fresh())
    await expect
      .poll(() => server.db.superuser`select from mail where state = 'queued'`.then((rows) => rows.length), { timeout: 15_000 })
      .toBe(0)
    expect(mailsTo(owner.email)).toEqual([])
  })

  test('to an address that was taken meanwhile changes nothing', async () => {
    const person = await withPassword()
    const email = fresh()
    await ask(person, email)
    const token = await linkTo(email)
    const faster = await withPassword()
    await server.db.superuser`update "user" set email = ${email} where id = ${faster.id}`
    expect(said(await confirm(token, person))).toEqual([409, 'EMAIL_TAKEN'])
    expect(await row(person)).toEqual({ email: person.email, verified: false })
    expect(await lives(person)).toBe(true)
  })

  test('by two who confirm the same address at once is done for one of them', async () => {
    const email = fresh()
    const two = [await withPassword(), await withPassword()]
    const links: { token: string; person: Who }[] = []
    for (const person of two) {
      await ask(person, email)
      const known = new Set(links.map(({ token }) => token))
      const token = tokenIn(await mailbox.waitFor((found) => found.envelope.to.includes(email) && !known.has(tokenIn(found)), 15_000))
      links.push({ token, person })
    }
    const answers = await Promise.all([...links, ...links].map(({ token, person }) => confirm(token, person)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers) expect([200, 409, 410]).toContain(answer.status)
    expect(await server.db.superuser`select from "user" where email = ${email}`).toHaveLength(1)
  })

  test('makes links before it worthless: another change, a new password by mail, one from the account', async () => {
    const person = await withPassword()
    const [first, second] = [fresh(), fresh()]
    await ask(person, first)
    const early = await linkTo(first)
    await ask(person, second)
    expect(said(await confirm(early, person))).toEqual([410, 'INVALID_TOKEN'])
    await auth('/request-password-reset', { email: person.email })
    const reset = /reset-password\?token=([\w-]+)/.exec((await mailTo(person.email, /reset-password/)).text ?? '')?.[1]
    expect(said(await confirm(await linkTo(second), person))).toEqual(ok)
    expect((await auth('/reset-password', { token: reset, newPassword: 'quite another' })).status).toBe(400)

    for (const how of ['reset', 'change']) {
      const other = await withPassword()
      const third = fresh()
      await ask(other, third)
      const token = await linkTo(third)
      await auth('/request-password-reset', { email: other.email })
      const mailed = /reset-password\?token=([\w-]+)/.exec((await mailTo(other.email, /reset-password/)).text ?? '')?.[1]
      if (how === 'reset') expect((await auth('/reset-password', { token: mailed, newPassword: 'quite another' })).status).toBe(200)
      else expect(said(await call(other, 'POST', '/password', { current: password, next: 'quite another' }))).toEqual(ok)
      expect([how, said(await confirm(token))]).toEqual([how, [410, 'INVALID_TOKEN']])
      expect([how, (await auth('/reset-password', { token: mailed, newPassword: 'a third one' })).status]).toEqual([how, 400])
    }
  })
})

describe('without mail', () => {
  test('nothing is confirmed or changed, and the answer says why', async () => {
    await using silent = await startTestServer()
    const person = await makePerson(silent, 'Ann')
    for (const [path, body] of [
      ['/email/verification', {}],
      ['/email', { email: fresh(), password }],
    ] as const) {
      const answer = await silent.send('POST', `/api/v1/account${path}`, { cookie: person.cookie, body })
      expect([answer.status, answer.json]).toMatchObject([409, { code: 'NO_MAIL', message: expect.stringContaining('sends no mail') }])
    }
  })
})

describe('mails about the account', () => {
  test.each([
    ['ja', 'ja'],
    ['ja-JP,ja;q=0.9,en;q=0.8', 'ja'],
    ['fr, de;q=0.9, ja;q=0.5, en;q=0.4', 'ja'],
    ['en-GB,en;q=0.9,ja;q=0.8', 'en'],
    ['ja;q=0, en', 'en'],
    ['fr', 'en'],
    ['*', 'en'],
    ['x,'.repeat(4000), 'en'],
  ])('are in the language that the browser asks for (%#)', async (asked, language) => {
    const person = await withPassword()
    const email = fresh()
    const headers = { 'accept-language': asked }
    await call(person, 'POST', '/email/verification', {}, headers)
    await auth('/request-password-reset', { email: person.email }, headers)
    await ask(person, email, password, headers)
    const subjects = [await mailTo(person.email), await mailTo(person.email, /reset-password/), await mailTo(email)].map(
      ({ subject }) => subject,
    )
    expect(subjects).toEqual(
      language === 'ja'
        ? ['メールアドレスの確認', 'パスワードの再設定', '新しいメールアドレスの確認']
        : ['Confirm your email address', 'Set a new password', 'Confirm your new email address'],
    )
  })
})

test('a link for a new password outlives that too many wait', async () => {
  const person = await withPassword()
  await auth('/request-password-reset', { email: person.email })
  const token = /reset-password\?token=([\w-]+)/.exec((await mailTo(person.email, /reset-password/)).text ?? '')?.[1]
  const { promise, resolve } = Promise.withResolvers<void>()
  const turns = Array.from({ length: 62 }, () => inPasswordTurn(() => promise))
  expect((await auth('/reset-password', { token, newPassword: 'quite another' })).status).toBe(503)
  expect(said(await ask(person, fresh()))).toEqual([503, 'SERVICE_UNAVAILABLE'])
  resolve()
  await Promise.all(turns)
  expect((await auth('/reset-password', { token, newPassword: 'quite another' })).status).toBe(200)
})

describe('who acts in the place of somebody', () => {
  test('changes nothing of the account, whichever way', async () => {
    const operator = await makePerson(server, 'Operator', { operator: true })
    const person = await withPassword()
    const inPlace = await sessionOf(person, operator.id)
    const other = (await server.db.superuser<{ id: string }[]>`select id from session where token = ${person.token}`)[0]?.id
    expect(said(await ask(person, fresh()))).toEqual(ok)
    const email = fresh()
    await ask(person, email)
    const token = await linkTo(email)
    const refused = [
      await call(inPlace, 'PATCH', '', { name: 'Renamed' }),
      await call(inPlace, 'DELETE', `/sessions/${other}`),
      await call(inPlace, 'POST', '/sessions/end-others', {}),
      await call(inPlace, 'POST', '/password', { current: password, next: 'quite another' }),
      await call(inPlace, 'POST', '/email/verification', {}),
      await ask(inPlace, fresh()),
      await confirm(token, inPlace),
    ]
    for (const answer of refused) {
      expect(said(answer)).toEqual([403, 'IMPERSONATED'])
      expect(answer.json).toMatchObject({ message: 'You are signed in as somebody else. Only they can change their account.' })
    }
    for (const [path, body] of [
      ['/request-password-reset', { email: person.email }],
      ['/reset-password', { token: 'x', newPassword: 'quite another' }],
    ] as const) {
      const answer = await server.send('POST', `/api/auth${path}`, { body, cookie: inPlace.cookie, headers: { origin: appUrl } })
      expect([path, said(answer)]).toEqual([path, [403, 'IMPERSONATED']])
    }
    expect(await row(person)).toEqual({ email: person.email, verified: false })
    expect([await lives(person), await lives(inPlace), await signIn(person.email)]).toEqual([true, true, 200])
    expect((await call(inPlace, 'GET', '/sessions')).status).toBe(200)
    expect(said(await call(person, 'PATCH', '', { name: 'Renamed' }))).toEqual(ok)
  })
})
