import bcrypt from 'bcrypt'
import { hashPassword, inPasswordTurn } from '@carrel/auth'
import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization, makePerson, setUp, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.db.superuser`update instance set setup_at = now()`
})
afterAll(() => server[Symbol.asyncDispose]())

const withHash = async (password: string): Promise<Person> => {
  const person = await makePerson(server, `P ${newId()}`)
  const row = { id: newId(), account_id: person.id, provider_id: 'credential', user_id: person.id, password }
  await insertRow(server.db.superuser, 'account', row)
  return person
}
const signIn = (email: string, password: string) => server.send('POST', '/api/auth/sign-in/email', { body: { email, password } })
const kept = async ({ id }: Person) =>
  (await server.db.superuser<{ password: string }[]>`select password from account where user_id = ${id}`)[0]?.password ?? ''

/** Takes every turn and every place in the line while `fn` runs. */
async function whileFull<T>(fn: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const turns = Array.from({ length: 62 }, () => inPasswordTurn(() => promise))
  try {
    return await fn()
  } finally {
    resolve()
    await Promise.all(turns)
  }
}

describe('while too many wait for their turn', () => {
  const busy = (answer: { status: number; json: unknown; headers: Record<string, unknown> }) => {
    const { code, message } = answer.json as { code: string; message: string }
    return [answer.status, code, message, answer.headers['retry-after']]
  }
  const expected = [503, 'SERVICE_UNAVAILABLE', expect.stringContaining('Too many people sign in just now'), '2']

  test('every way that hashes a password says when to come again', async () => {
    const owner = await makePerson(server, 'Olga')
    const organization = await makeOrganization(server, 'Readers', { owner: [owner] })
    const person = await withHash(await hashPassword('long enough'))
    const as = (who: Person, path: string, body: object) =>
      server.send('POST', `/api/v1${path}`, { cookie: who.cookie, organization: organization.id, body })
    const email = `${newId()}@example.org`
    const invited = (await as(owner, '/invitations', { emails: [email], roles: ['guest'] })).json as {
      results: { invitationId: string }[]
    }
    const linkOf = (answer: { json: unknown }) => (answer.json as { path: string }).path.split('/').at(-1)
    const invitation = linkOf(await as(owner, `/invitations/${invited.results[0]?.invitationId}/link`, {}))
    const link = linkOf(await as(owner, '/join-links', { roles: ['guest'], maxUses: null, days: null }))
    const newcomer = { name: 'Gil', password: 'long enough' }

    await whileFull(async () => {
      const answers = await Promise.all([
        signIn(person.email, 'long enough'),
        signIn('nobody@example.org', 'long enough'),
        server.send('POST', '/api/auth/sign-up/email', { body: { ...newcomer, email } }),
        server.send('POST', '/api/auth/reset-password', { body: { token: 'x', newPassword: 'long enough' } }),
        as(person, '/account/password', { current: 'long enough', next: 'quite another' }),
        server.send('POST', '/rpc/account/changePassword', {
          cookie: person.cookie,
          headers: { 'x-csrf-token': 'orpc' },
          body: { json: { current: 'long enough', next: 'quite another' } },
        }),
        server.send('POST', '/api/v1/join/sign-up', { body: { ...newcomer, token: invitation } }),
        server.send('POST', '/api/v1/join/sign-up', { body: { ...newcomer, token: link, email: `${newId()}@example.org` } }),
      ])
      for (const answer of answers) {
        const { json } = answer.json as { json?: unknown }
        expect(busy({ ...answer, json: json ?? answer.json })).toEqual(expected)
      }
      // That there is an account already is known before anything is hashed.
      const exists = await server.send('POST', '/api/v1/join/sign-up', { body: { ...newcomer, token: link, email: person.email } })
      expect([exists.status, exists.json]).toMatchObject([409, { code: 'ACCOUNT_EXISTS' }])
      // Nobody else waits behind them.
      expect((await server.send('GET', '/api/v1/account', { cookie: person.cookie })).status).toBe(200)
    })
    expect((await server.send('POST', '/api/v1/join/sign-up', { body: { ...newcomer, token: invitation } })).status).toBe(200)
    expect((await signIn(person.email, 'long enough')).status).toBe(200)
  })

  test('so does the setup, and makes no account', async () => {
    await using fresh = await startTestServer()
    const { setupCode } = await import('@carrel/auth')
    const body = { code: setupCode(fresh.secret), name: 'Op', email: 'op@example.org', password: 'long enough' }
    const answer = await whileFull(() => fresh.send('POST', '/api/v1/setup/operator', { body }))
    expect(busy(answer)).toEqual(expected)
    expect(await fresh.db.superuser`select from "user"`).toHaveLength(0)
    expect((await fresh.send('POST', '/api/v1/setup/operator', { body })).status).toBe(200)
  })
})

describe('an account that came with a bcrypt hash', () => {
  const password = 'pâssword ひみつ'
  const cheap = () => bcrypt.hash(password, 4)

  test.each(['2a', '2b', '2y'])('of the form %s signs in, and has a scrypt hash from then on', async (form) => {
    const hash = (await cheap()).replace('$2b$', `$${form}$`)
    const person = await withHash(hash)
    expect((await signIn(person.email, 'not this one')).status).toBe(401)
    expect(await kept(person)).toBe(hash)
    expect((await signIn(person.email, password)).status).toBe(200)
    const renewed = await kept(person)
    expect(renewed).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/)
    expect((await signIn(person.email, password)).status).toBe(200)
    expect((await signIn(person.email, 'not this one')).status).toBe(401)
    expect(await kept(person)).toBe(renewed)
  })

  test('may change its password at once', async () => {
    const person = await withHash(await cheap())
    const change = (current: string) =>
      server.send('POST', '/api/v1/account/password', { cookie: person.cookie, body: { current, next: 'quite another' } })
    expect((await change('not this one')).json).toMatchObject({ code: 'WRONG_PASSWORD' })
    expect((await change(password)).status).toBe(200)
    expect((await signIn(person.email, password)).status).toBe(401)
    expect((await signIn(person.email, 'quite another')).status).toBe(200)
  })

  test('counts the first 72 bytes alone, as where it came from; then all of what was typed first', async () => {
    const long = `${'あ'.repeat(24)} and a tail`
    const person = await withHash(await bcrypt.hash(long, 4))
    expect((await signIn(person.email, 'あ'.repeat(23))).status).toBe(401)
    expect((await signIn(person.email, long)).status).toBe(200)
    expect((await signIn(person.email, 'あ'.repeat(24))).status).toBe(401)
    expect((await signIn(person.email, long)).status).toBe(200)
  })

  test.each([
    ['a cost that would take minutes', '$2b$31$abcdefghijklmnopqrstuuxyzabcdefghijklmnopqrstuuxyzabcde'],
    ['a cost of 16', '$2b$16$abcdefghijklmnopqrstuuxyzabcdefghijklmnopqrstuuxyzabcde'],
    ['too few characters', '$2b$04$abc'],
    ['an unknown form', '$2x$04$abcdefghijklmnopqrstuuxyzabcdefghijklmnopqrstuuxyzabcde'],
    ['plain text', password],
    ['half a scrypt hash', 'abc:def'],
    ['nothing before the colon', ':'],
  ])('is refused for %s, and soon', async (_what, hash) => {
    const person = await withHash(hash)
    const started = performance.now()
    expect((await signIn(person.email, password)).status).toBe(401)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('holds up nothing else while it is checked', async () => {
    const hash = await bcrypt.hash(password, 12)
    const person = await withHash(hash)
    const before = process.threadCpuUsage()
    bcrypt.compareSync(password, hash)
    const alone = process.threadCpuUsage(before).user
    const since = process.threadCpuUsage()
    expect((await signIn(person.email, password)).status).toBe(200)
    expect(process.threadCpuUsage(since).user).toBeLessThan(alone / 2)
  })
})

test('the operator who was set up signs in', async () => {
  await using fresh = await startTestServer()
  const { email, password } = await setUp(fresh)
  expect((await fresh.send('POST', '/api/auth/sign-in/email', { body: { email, password } })).status).toBe(200)
})
