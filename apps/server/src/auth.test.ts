import { createConnection } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addMember, makeOrganization, makePerson, startTestServer, type TestServer } from './testing/server.ts'

const account = { name: 'Ann', email: 'ann@example.org', password: 'long enough' }
const sessionOf = (headers: { 'set-cookie'?: string[] | undefined }) =>
  headers['set-cookie']?.find((cookie) => cookie.includes('session_token'))

/** As if the operator had made the first account; nobody signs up before. */
const afterSetup = (server: TestServer) => server.db.superuser`update instance set setup_at = now()`

describe('sign-up', () => {
  test('is closed to everybody until the first account was made with the setup code', async () => {
    await using server = await startTestServer({ env: { SIGN_UP: 'open' } })
    const body = { name: 'Early', email: 'early@example.org', password: 'correct horse battery' }
    const answer = await server.send('POST', '/api/auth/sign-up/email', { body })
    expect([answer.status, answer.json, sessionOf(answer.headers)]).toEqual([
      403,
      { code: 'NOT_SET_UP', message: expect.stringContaining('Open the link') },
      undefined,
    ])
    for (const table of ['user', 'account', 'session']) {
      const { superuser } = server.db
      expect([table, await superuser`select from ${superuser(table)}`]).toEqual([table, []])
    }
  })

  test('when open makes an ordinary account, whatever else is asked for, and signs it in', async () => {
    await using server = await startTestServer({ env: { SIGN_UP: 'open' } })
    await afterSetup(server)
    const answer = await server.send('POST', '/api/auth/sign-up/email', {
      body: { ...account, role: 'admin', emailVerified: true, banned: false, id: '00000000-0000-7000-8000-000000000000' },
    })
    const cookie = sessionOf(answer.headers)?.split(';')[0]
    // Better Auth may refuse the extra fields or drop them; it must not take them over.
    if (answer.status === 200) {
      expect((await server.send('GET', '/api/v1/account', { cookie })).json).toMatchObject({
        user: { email: account.email, operator: false },
        memberships: [],
      })
    }
    const rows = await server.db.superuser`select role, email_verified, id from "user"`
    for (const row of rows) expect(row).toMatchObject({ role: 'user', email_verified: false, id: expect.not.stringMatching(/^0{8}/) })
    const plain = await server.send('POST', '/api/auth/sign-up/email', { body: { ...account, email: 'ben@example.org' } })
    expect(plain.status).toBe(200)
  })

  test.each(['invite', 'closed'])('when %s makes no account', async (policy) => {
    await using server = await startTestServer({ env: { SIGN_UP: policy } })
    await afterSetup(server)
    const answer = await server.send('POST', '/api/auth/sign-up/email', { body: account })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(await server.db.superuser`select from "user"`).toHaveLength(0)
  })
})

describe('a session', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    await afterSetup(server)
    await server.send('POST', '/api/auth/sign-up/email', { body: account })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const signIn = (body: object = {}) =>
    server.send('POST', '/api/auth/sign-in/email', { body: { email: account.email, password: account.password, ...body } })

  test('has a cookie that scripts cannot read, that other sites do not send, and that works on plain http', async () => {
    const cookie = sessionOf((await signIn()).headers)
    expect(cookie).toMatch(/^carrel\.session_token=/)
    expect(cookie).toMatch(/; HttpOnly/i)
    expect(cookie).toMatch(/; SameSite=Lax/i)
    expect(cookie).toMatch(/; Path=\//i)
    expect(cookie).not.toMatch(/; Secure/i)
    expect(cookie).not.toMatch(/; Domain/i)
  })

  test('ends on the server when its holder signs out', async () => {
    const cookie = sessionOf((await signIn()).headers)?.split(';')[0]
    expect((await server.send('GET', '/api/v1/account', { cookie })).status).toBe(200)
    expect((await server.send('POST', '/api/auth/sign-out', { cookie, body: {} })).status).toBe(200)
    expect((await server.send('GET', '/api/v1/account', { cookie })).status).toBe(401)
    expect((await server.send('GET', '/api/auth/get-session', { cookie })).json).toBeNull()
  })

  test('is new at each sign-in, also when a cookie was set before', async () => {
    const first = sessionOf((await signIn()).headers)?.split(';')[0]
    const again = await server.send('POST', '/api/auth/sign-in/email', {
      cookie: first,
      body: { email: account.email, password: account.password },
    })
    expect(sessionOf(again.headers)?.split(';')[0]).not.toBe(first)
  })

  test('is not given for a wrong password, and an unknown address is answered alike', async () => {
    const [wrong, unknown] = [await signIn({ password: 'not this one' }), await signIn({ email: 'nobody@example.org' })]
    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect(unknown.text).toBe(wrong.text)
    expect(sessionOf(wrong.headers)).toBeUndefined()
  })

  test('is not given to who is banned', async () => {
    const email = 'banned@example.org'
    await server.send('POST', '/api/auth/sign-up/email', { body: { ...account, email } })
    await server.db.superuser`update "user" set banned = true where email = ${email}`
    const answer = await signIn({ email })
    expect(answer.status).toBe(403)
    expect(sessionOf(answer.headers)).toBeUndefined()
  })

  test.each([
    ['no JSON', '{', 'application/json'],
    ['nothing', '', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['null', 'null', 'application/json'],
    ['numbers', '{"email":1,"password":2}', 'application/json'],
    ['NUL', '{"email":"a\\u0000@example.org","password":"long enough"}', 'application/json'],
    ['half a character', '{"email":"a@example.org","password":"long enough\\ud800"}', 'application/json'],
    ['prototypes', '{"__proto__":{"email":"ann@example.org"},"constructor":{"prototype":{"x":1}}}', 'application/json'],
    ['text', JSON.stringify({ email: account.email, password: account.password }), 'text/plain'],
    ['a long password', JSON.stringify({ email: account.email, password: 'x'.repeat(60_000) }), 'application/json'],
  ])('is not given, and nothing breaks, for a body of %s', async (_what, body, type) => {
    const answer = await server.send('POST', '/api/auth/sign-in/email', { body, headers: { 'content-type': type } })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(({} as Record<string, unknown>).email).toBeUndefined()
  })

  test.each([
    ['NUL in the name', { name: 'a\0b' }],
    ['half a character in the name', { name: 'a\ud800b' }],
    ['a name of 100,000 characters', { name: 'x'.repeat(60_000) }],
    ['a list as name', { name: ['x'] }],
    ['an address of 300 characters', { email: `${'x'.repeat(300)}@example.org` }],
    ['a short password', { password: 'short' }],
  ])('sign-up with %s does not break the server', async (_what, over) => {
    const answer = await server.send('POST', '/api/auth/sign-up/email', {
      body: { ...account, email: `${Math.random()}@example.org`, ...over },
    })
    expect(answer.status, answer.text.slice(0, 200)).toBeLessThan(500)
  })

  const nameRule = 'A name has 1 to 100 characters and no line breaks.'
  const passwordRule = 'A password has 8 to 128 characters.'
  const addressRule = 'This is no e-mail address.'
  test.each([
    ['a name of 101 characters', { name: 'x'.repeat(101) }, nameRule],
    ['no name', { name: undefined }, nameRule],
    ['an empty name', { name: '' }, nameRule],
    ['a name of spaces', { name: '   ' }, nameRule],
    ['a name among thousands of spaces', { name: `Ann${' '.repeat(10_000)}` }, nameRule],
    ['a line break after the name', { name: 'Ann\n' }, nameRule],
    ['NUL in the name', { name: 'a\0b' }, nameRule],
    ['a line break in the name', { name: 'a\nb' }, nameRule],
    ['an escape in the name', { name: 'a\u001b[31mb' }, nameRule],
    ['a line separator in the name', { name: 'a\u2028b' }, nameRule],
    ['an object as name', { name: { first: 'Ann' } }, nameRule],
    ['an address of 255 characters', { email: `${'x'.repeat(243)}@example.org` }, addressRule],
    ['an address without a host', { email: 'ann' }, addressRule],
    ['NUL in the address', { email: 'a\0b@example.org' }, addressRule],
    ['a line break in the address', { email: 'ann@example.org\nbcc: eve@example.org' }, addressRule],
    ['a list as address', { email: ['ann@example.org'] }, addressRule],
    ['no password', { password: undefined }, passwordRule],
    ['a password of 7 characters', { password: 'x'.repeat(7) }, passwordRule],
    ['a password of 129 characters', { password: 'x'.repeat(129) }, passwordRule],
    ['a number as password', { password: 12345678 }, passwordRule],
    ['a picture', { image: 'https://evil.example/x.png' }, 'A picture cannot be given here.'],
  ])('sign-up with %s is refused and says what to change', async (_what, over, message) => {
    const accounts = () => server.db.superuser`select from "user"`
    const before = await accounts()
    const answer = await server.send('POST', '/api/auth/sign-up/email', { body: { ...account, email: 'new@example.org', ...over } })
    expect([answer.status, answer.json, sessionOf(answer.headers)]).toMatchObject([400, { message }, undefined])
    expect(await accounts()).toHaveLength(before.length)
  })

  test.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', 'https:evil.example'])(
    'cannot be sent elsewhere by the callback address %s',
    async (callbackURL) => {
      const answer = await signIn({ callbackURL })
      expect([answer.status, sessionOf(answer.headers)]).toEqual([403, undefined])
    },
  )

  test('may go on to a page of this server', async () => {
    expect((await signIn({ callbackURL: '/w/shelf/books?sort=title' })).status).toBe(200)
  })
})

describe('password hashes', () => {
  const waitingFor = (server: TestServer) =>
    server.db.superuser<{ n: number }[]>`select count(*)::int as n from pg_stat_activity
      where datname = current_database() and usename = 'carrel_auth' and wait_event_type = 'Lock'`.then(([row]) => row?.n)

  test('are made two at a time, for 60 more who wait their turn; further ones are told to come again', async () => {
    await using server = await startTestServer()
    await afterSetup(server)
    expect((await server.send('POST', '/api/auth/sign-up/email', { body: account })).status).toBe(200)
    // An account that exists: refused once the database has answered, before anything is hashed.
    const ask = () => server.send('POST', '/api/auth/sign-up/email', { body: account, alone: true })
    const answered: number[] = []
    let asked: Promise<void>[] = []
    await server.db.superuser.begin(async (sql) => {
      await sql`lock table "user" in access exclusive mode`
      asked = Array.from({ length: 70 }, async () => {
        const { status, headers } = await ask()
        answered.push(status)
        if (status === 503) expect(headers['retry-after']).toBe('2')
      })
      await expect.poll(() => answered.length, { timeout: 10_000 }).toBe(8)
      await expect.poll(() => waitingFor(server)).toBe(2)
      expect(answered).toEqual(Array.from({ length: 8 }, () => 503))
      // Nobody else waits behind them.
      expect((await server.send('GET', '/api/v1/setup')).status).toBe(200)
      expect((await server.send('POST', '/api/auth/sign-out', { body: {} })).status).toBe(200)
    })
    await Promise.all(asked)
    expect(answered.slice(8)).toEqual(Array.from({ length: 62 }, () => 422))
    expect((await ask()).status).toBe(422)
  })

  test('do not wait for who sends half a form', async () => {
    await using server = await startTestServer()
    await afterSetup(server)
    const slow = Array.from({ length: 4 }, () => {
      const socket = createConnection(server.port, '127.0.0.1')
      const lines = ['POST /api/auth/sign-in/email HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Content-Length: 50']
      socket.write(`${lines.join('\r\n')}\r\n\r\n{"email":`)
      return socket
    })
    await wait(300)
    const asked = server.send('POST', '/api/auth/sign-in/email', { body: account })
    expect(await Promise.race([asked.then(({ status }) => status), wait(5000, 'waits')])).toBe(401)
    for (const socket of slow) socket.destroy()
    await expect.poll(() => server.logs.filter((line) => line.includes('"aborted":true')).length).toBe(4)
    await wait(100)
    expect(server.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  })
})

describe('behind https', () => {
  test('the cookie is secure and named so, and only the public address may write', async () => {
    await using server = await startTestServer({ env: { APP_URL: 'https://books.example.org' } })
    await afterSetup(server)
    const origin = 'https://books.example.org'
    const answer = await server.send('POST', '/api/auth/sign-up/email', { body: account, origin })
    expect(answer.status).toBe(200)
    const cookie = sessionOf(answer.headers)
    expect(cookie).toMatch(/^__Secure-carrel\.session_token=.*; Secure/i)
    expect(answer.headers['strict-transport-security']).toMatch(/max-age=\d{7,}/)
    expect((await server.send('GET', '/api/v1/account', { cookie: cookie?.split(';')[0] })).status).toBe(200)
    const bare = cookie?.split(';')[0]?.replace('__Secure-', '')
    expect((await server.send('GET', '/api/v1/account', { cookie: bare })).status).toBe(401)
    for (const other of [
      `http://127.0.0.1:${server.port}`,
      'http://books.example.org',
      'https://books.example.org.evil.example',
      'https://evil.example',
    ]) {
      expect([other, (await server.send('POST', '/api/auth/sign-in/email', { body: account, origin: other })).status]).toEqual([other, 403])
    }
  })
})

describe('guessing passwords', () => {
  test('is slowed down, and naming other addresses in X-Forwarded-For does not help', async () => {
    await using server = await startTestServer({ env: { RATE_LIMIT: 'true' } })
    await afterSetup(server)
    const tries = []
    for (let i = 0; i < 14; i++) {
      const answer = await server.send('POST', '/api/auth/sign-in/email', {
        body: { email: account.email, password: 'wrong password' },
        headers: { 'x-forwarded-for': `10.0.0.${i}`, 'x-carrel-client-address': `10.1.0.${i}`, forwarded: `for=10.2.0.${i}` },
      })
      tries.push(answer.status)
    }
    expect(tries.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
    expect(tries.at(-1)).toBe(429)
  })

  test('counts visitors behind a trusted proxy apart', async () => {
    await using server = await startTestServer({ env: { RATE_LIMIT: 'true', TRUSTED_PROXIES: '127.0.0.1' } })
    await afterSetup(server)
    const tries = []
    for (let i = 0; i < 14; i++) {
      const answer = await server.send('POST', '/api/auth/sign-in/email', {
        body: { email: `ann-${i}@example.org`, password: 'wrong password' },
        headers: { 'x-forwarded-for': `6.6.6.6, 203.0.113.${i}` },
      })
      tries.push(answer.status)
    }
    expect(new Set(tries)).toEqual(new Set([401]))
  })
})

describe('who was let go', () => {
  test('a removed member, a banned user and a deleted user are out at their next request, files included', async () => {
    await using server = await startTestServer()
    await afterSetup(server)
    const [ann, ben, cat] = [await makePerson(server, 'Ann'), await makePerson(server, 'Ben'), await makePerson(server, 'Cat')]
    const organization = await makeOrganization(server, 'Shelf', { owner: [ann, await makePerson(server, 'Dora')], member: [ben, cat] })
    const list = async (cookie: string) =>
      (await server.send('GET', '/api/v1/libraries', { cookie, organization: organization.slug })).status
    expect([await list(ann.cookie), await list(ben.cookie), await list(cat.cookie)]).toEqual([200, 200, 200])
    await server.db.superuser`delete from member where user_id = ${ann.id}`
    await server.db.superuser`update "user" set banned = true where id = ${ben.id}`
    await server.db.superuser`delete from "user" where id = ${cat.id}`
    expect([await list(ann.cookie), await list(ben.cookie), await list(cat.cookie)]).toEqual([404, 401, 401])
    await addMember(server, organization.id, ann, 'guest')
    expect(await list(ann.cookie)).toBe(200)
    await server.db.superuser`delete from organization where id = ${organization.id}`
    expect(await list(ann.cookie)).toBe(404)
    expect((await server.send('GET', '/api/v1/account', { cookie: ann.cookie })).json).toMatchObject({ memberships: [] })
  })
})
