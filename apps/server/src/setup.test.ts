import { describe, expect, test } from 'vitest'
import { setupCode } from '@carrel/auth'
import { setUp, startTestServer, type TestServer } from './testing/server.ts'

const account = (server: TestServer, over: object = {}) => ({
  code: setupCode(server.secret),
  name: 'Mika',
  email: 'mika@example.org',
  password: 'correct horse',
  ...over,
})
const post = (server: TestServer, body: object) => server.send('POST', '/api/v1/setup/operator', { body })
const status = async (server: TestServer) => (await server.send('GET', '/api/v1/setup')).json

describe('the first visit', () => {
  test('with the code makes the operator and signs them in; a second visitor is told that it is done', async () => {
    await using server = await startTestServer({ env: { SIGN_UP: 'invite' } })
    expect(await status(server)).toMatchObject({ needsSetup: true, signUp: 'invite' })
    const first = await post(server, account(server))
    expect(first.status).toBe(200)
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0]
    expect((await server.send('GET', '/api/v1/account', { cookie })).json).toMatchObject({
      user: { name: 'Mika', email: 'mika@example.org', operator: true },
      memberships: [],
    })
    expect(await status(server)).toMatchObject({ needsSetup: false })
    const second = await post(server, account(server, { email: 'eve@example.org' }))
    expect([second.status, second.json]).toMatchObject([409, { code: 'ALREADY_SET_UP' }])
    expect(await server.db.superuser`select email from "user"`).toEqual([{ email: 'mika@example.org' }])
  })

  test('of two at the same moment lets one through', async () => {
    await using server = await startTestServer()
    const answers = await Promise.all(['a', 'b'].map((name) => post(server, account(server, { email: `${name}@example.org` }))))
    expect(answers.map((answer) => String(answer.status)).toSorted()).toEqual(['200', '409'])
    expect(await server.db.superuser`select count(*)::int as n from "user"`).toEqual([{ n: 1 }])
  })

  test.each([
    ['another code', { code: 'AAAAA-AAAAA' }, 403],
    ['the code of another server', { code: setupCode('x'.repeat(40)) }, 403],
    ['a code of spaces', { code: '   ' }, 400],
    ['a code that is a list', { code: ['x'] }, 400],
    ['no code', { code: undefined }, 400],
    ['a short password', { password: 'short' }, 400],
    ['no address', { email: 'mika' }, 400],
    ['an address with a line break', { email: 'mika@example.org\nbcc: x@example.org' }, 400],
    ['a name of spaces', { name: '  ' }, 400],
    ['a name with NUL', { name: 'a\0b' }, 400],
  ])('with %s makes nothing', async (_what, over, expected) => {
    await using server = await startTestServer()
    expect((await post(server, account(server, over))).status).toBe(expected)
    expect(await status(server)).toMatchObject({ needsSetup: true })
    expect(await server.db.superuser`select from "user"`).toHaveLength(0)
  })

  test('takes the code in lower case, with spaces, without its hyphen', async () => {
    await using server = await startTestServer()
    const code = ` ${setupCode(server.secret).toLowerCase().replace('-', ' ')} `
    expect((await post(server, account(server, { code }))).status).toBe(200)
  })

  test('allows few guesses a minute', async () => {
    await using server = await startTestServer()
    const answers = []
    for (let i = 0; i < 30; i++) answers.push((await post(server, account(server, { code: `WRONG-${i}` }))).status)
    expect(answers).toContain(429)
    expect(new Set(answers)).toEqual(new Set([403, 429]))
    await using other = await startTestServer()
    expect((await post(other, account(other))).status).toBe(200)
  })
})

test('the first workspace of the operator gets the allowed folders, a later one none', async () => {
  await using server = await startTestServer()
  const { email, password } = await setUp(server)
  const signedIn = await server.send('POST', '/api/auth/sign-in/email', { body: { email, password } })
  const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0]
  const make = async (name: string) =>
    (await server.send('POST', '/api/v1/organizations', { cookie, body: { name } })).json as { id: string; slug: string }
  const [first, second] = [await make('First Shelf'), await make('Second Shelf')]
  expect(first.slug).toBe('first-shelf')
  const roots = async (organization: string) => (await server.send('GET', '/api/v1/folders/roots', { cookie, organization })).json
  expect(await roots(first.id)).toMatchObject([{ path: server.root, available: true }])
  expect(await roots(second.slug)).toEqual([])
})
