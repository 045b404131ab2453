import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, queues } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { startMailbox } from '@carrel/mail/testing'
import { openEvents, type Answer } from './testing/send.ts'
import { addMember, makeOrganization, makePerson, setUp, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
let operator: Person
const noUser = '01a1f961-0000-7000-8000-000000000000'

beforeAll(async () => {
  server = await startTestServer()
  await setUp(server)
  operator = await makePerson(server, 'Olga Operator', { operator: true })
})
afterAll(() => server[Symbol.asyncDispose]())

const at = (on: TestServer) => (method: string, path: string, cookie: string, body?: unknown, organization?: string) =>
  on.send(method, `/api/v1${path}`, { cookie, body, organization })
const ask = (method: string, path: string, body?: unknown, who: Pick<Person, 'cookie'> = operator) =>
  at(server)(method, path, who.cookie, body)
const codeOf = (answer: Answer) => (answer.json as { code?: string } | undefined)?.code
const sign = (on: TestServer, email: string, password: string) => on.send('POST', '/api/auth/sign-in/email', { body: { email, password } })
const cookiesOf = (answer: Answer): Map<string, string> =>
  new Map((answer.headers['set-cookie'] ?? []).map((line) => [line.slice(0, line.indexOf('=')), line]))
const cookieHeader = (...lines: (string | undefined)[]) => lines.map((line) => line?.split(';')[0]).join('; ')
const lives = async (who: Pick<Person, 'cookie'>) => (await ask('GET', '/account', undefined, who)).status === 200

type Event = {
  action: string
  actorId: string | null
  actorName: string
  targetId: string
  targetName: string
  reason: string | null
  before: unknown
  after: unknown
}
const log = async (targetId: string): Promise<Event[]> =>
  ((await ask('GET', `/instance/audit?targetId=${targetId}`)).json as { items: Event[] }).items
const workspaceLog = async (organizationId: string, owner: Person): Promise<Event[]> =>
  ((await at(server)('GET', '/audit', owner.cookie, undefined, organizationId)).json as { items: Event[] }).items

type Item = {
  id: string
  name: string
  email: string
  operator: boolean
  ban: { reason: string; until: string | null } | null
  workspaces: number
}
type Page = { items: Item[]; nextCursor: string | null }

describe('users', () => {
  test('are listed by name page by page, found by parts of names and addresses, and told apart', async () => {
    const people = await Promise.all(['Zeta Finch', 'Alpha Finch', 'mike finch'].map((name) => makePerson(server, name)))
    const bad = await makePerson(server, 'Banned Finch', { banned: true })
    const formerly = await makePerson(server, 'Once banned', { banned: true })
    await server.db.superuser`update "user" set ban_expires = now() - interval '1 second' where id = ${formerly.id}`
    const names: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = (await ask('GET', `/instance/users?query=FINCH&limit=2${cursor && `&cursor=${cursor}`}`)).json as Page
      expect(page.items.length).toBeLessThanOrEqual(2)
      names.push(...page.items.map(({ name }) => name))
      cursor = page.nextCursor
    }
    expect(names).toEqual(['Alpha Finch', 'Banned Finch', 'mike finch', 'Zeta Finch'])
    const byAddress = (await ask('GET', `/instance/users?query=${encodeURIComponent(people[0]!.email.toUpperCase())}`)).json as Page
    expect(byAddress.items.map(({ id }) => id)).toEqual([people[0]!.id])
    const banned = (await ask('GET', '/instance/users?only=banned')).json as Page
    expect(banned.items.map(({ id }) => id)).toEqual([bad.id])
    const operators = (await ask('GET', '/instance/users?only=operators')).json as Page
    expect(operators.items.map(({ name }) => name)).toEqual(['Olga Operator', 'Operator'])
    expect(((await ask('GET', '/instance/users?query=100%25_')).json as Page).items).toEqual([])
    expect(await ask('GET', '/instance/users?cursor=nonsense')).toMatchObject({ status: 400 })
  })

  test('are shown with workspaces, sessions and the last of them, without what is private', async () => {
    const person = await makePerson(server, 'Wanda Workspaces')
    const other = await makePerson(server, 'Other Owner')
    const alone = await makeOrganization(server, 'Alone', { owner: [person] })
    const shared = await makeOrganization(server, 'Both', { owner: [person, other] })
    await makeOrganization(server, 'Closed', { member: [person] }).then(
      ({ id }) => server.db.superuser`update organization set suspended_at = now() where id = ${id}`,
    )
    const answer = await ask('GET', `/instance/users/${person.id}`)
    expect(answer.json).toMatchObject({
      id: person.id,
      email: person.email,
      operator: false,
      ban: null,
      self: false,
      sessions: 1,
      hasPassword: false,
      workspaces: [
        { organizationId: alone.id, role: 'owner', onlyOwner: true, state: 'open' },
        { organizationId: shared.id, role: 'owner', onlyOwner: false, state: 'open' },
        { name: 'Closed', role: 'member', onlyOwner: false, state: 'suspended' },
      ],
    })
    expect(answer.text).not.toContain(person.token)
    expect((await ask('GET', `/instance/users/${operator.id}`)).json).toMatchObject({ self: true, operator: true })
    expect(await ask('GET', `/instance/users/${noUser}`)).toMatchObject({ status: 404 })
  })

  test('are made with a password and may sign in; an address is taken once', async () => {
    const body = { name: 'New Person', email: 'New.Person@example.org', password: 'a good password' }
    const made = await ask('POST', '/instance/users', body)
    expect(made).toMatchObject({ status: 200, json: { link: null } })
    expect(await sign(server, 'new.person@example.org', 'a good password')).toMatchObject({ status: 200 })
    const again = await ask('POST', '/instance/users', { ...body, email: 'new.person@EXAMPLE.org' })
    expect([again.status, codeOf(again)]).toEqual([409, 'EMAIL_TAKEN'])
    expect(await log((made.json as { userId: string }).userId)).toMatchObject([
      { action: 'user.created', actorId: operator.id, targetName: 'New Person', after: { email: 'new.person@example.org' } },
    ])
  })

  test('without mail get a link to hand over, which sets a password once and proves no address', async () => {
    const made = await ask('POST', '/instance/users', { name: 'By Link', email: 'by-link@example.org' })
    const { userId, link } = made.json as { userId: string; link: { mailed: boolean; path: string; expiresAt: string } }
    expect(link.mailed).toBe(false)
    const token = new URLSearchParams(link.path.split('?')[1]).get('token')
    const reset = () => server.send('POST', '/api/auth/reset-password', { body: { token, newPassword: 'chosen by myself' } })
    expect(await reset()).toMatchObject({ status: 200 })
    expect(await reset()).toMatchObject({ status: 400 })
    expect(await sign(server, 'by-link@example.org', 'chosen by myself')).toMatchObject({ status: 200 })
    expect((await ask('GET', `/instance/users/${userId}`)).json).toMatchObject({ emailVerified: false, hasPassword: true })

    const given = await ask('POST', `/instance/users/${userId}/reset-password`)
    const path = (given.json as { path: string }).path
    expect(path).toMatch(/^\/reset-password\?token=[\w-]{43}$/)
    const next = { token: path.split('=')[1], newPassword: 'forgotten and new' }
    expect(await server.send('POST', '/api/auth/reset-password', { body: next })).toMatchObject({ status: 200 })
    expect(await sign(server, 'by-link@example.org', 'chosen by myself')).toMatchObject({ status: 401 })
    const [event] = await log(userId)
    expect(event).toMatchObject({ action: 'user.password-reset', after: { mailed: false } })
    expect(JSON.stringify(await log(userId))).not.toContain(next.token)
  })

  test('that are banned are out at once, also of open streams, and are in again when it ends', async () => {
    const person = await makePerson(server, 'Bad Behaviour')
    await using stream = await openEvents(server.port, person.cookie)
    await stream.until((event) => (event as { type: string }).type === 'hello')
    const began = Date.now()
    const body = { reason: '  Sent\n spam  ', until: new Date(Date.now() + 3_600_000).toISOString() }
    expect(await ask('POST', `/instance/users/${person.id}/ban`, body)).toMatchObject({ status: 200 })
    await stream.ended
    expect(Date.now() - began).toBeLessThan(15_000)
    expect(await lives(person)).toBe(false)
    const ban = { reason: 'Sent spam', until: body.until }
    expect((await ask('GET', `/instance/users/${person.id}`)).json).toMatchObject({ ban, sessions: 0 })
    expect(await log(person.id)).toMatchObject([{ action: 'user.banned', reason: 'Sent spam', after: { until: body.until } }])
    expect(await ask('POST', `/instance/users/${person.id}/unban`)).toMatchObject({ status: 200 })
    expect((await ask('GET', `/instance/users/${person.id}`)).json).toMatchObject({ ban: null })
    expect((await log(person.id))[0]).toMatchObject({ action: 'user.unbanned', before: { reason: 'Sent spam' } })
  })

  test('that are banned cannot sign in, and are told so', async () => {
    const email = `banned-${newId()}@example.org`
    const made = await ask('POST', '/instance/users', { name: 'Banned', email, password: 'a good password' })
    const { userId } = made.json as { userId: string }
    await ask('POST', `/instance/users/${userId}/ban`, { reason: 'Spam' })
    const refused = await sign(server, email, 'a good password')
    expect([refused.status, codeOf(refused)]).toEqual([403, 'BANNED_USER'])
    await ask('POST', `/instance/users/${userId}/unban`)
    expect(await sign(server, email, 'a good password')).toMatchObject({ status: 200 })
  })

  test('are not banned for the past, without a reason, or when there are none such', async () => {
    const person = await makePerson(server, 'Not Banned')
    const ban = (body: object, id = person.id) => ask('POST', `/instance/users/${id}/ban`, body)
    expect(await ban({ reason: 'x', until: new Date(Date.now() - 1000).toISOString() })).toMatchObject({ status: 400 })
    expect(await ban({ reason: ' ' })).toMatchObject({ status: 400 })
    expect(await ban({ reason: 'x' }, noUser)).toMatchObject({ status: 404 })
    expect(await lives(person)).toBe(true)
  })

  test('are signed out everywhere, and told at once', async () => {
    const person = await makePerson(server, 'Many Sessions')
    await insertRow(server.db.superuser, 'session', {
      id: newId(),
      user_id: person.id,
      token: newId(),
      expires_at: new Date(Date.now() + 60_000),
    })
    await using stream = await openEvents(server.port, person.cookie)
    await stream.until((event) => (event as { type: string }).type === 'hello')
    expect((await ask('POST', `/instance/users/${person.id}/end-sessions`)).json).toEqual({ ended: 2 })
    await stream.ended
    expect(await lives(person)).toBe(false)
  })

  test('of others go on when somebody is banned', async () => {
    const [person, witness] = [await makePerson(server, 'Leaves'), await makePerson(server, 'Stays')]
    await using stream = await openEvents(server.port, witness.cookie)
    await stream.until((event) => (event as { type: string }).type === 'hello')
    await ask('POST', `/instance/users/${person.id}/ban`, { reason: 'x' })
    const ended = await Promise.race([stream.ended.then(() => true), new Promise((resolve) => setTimeout(resolve, 700, false))])
    expect(ended).toBe(false)
  })
})

describe('deleting a user', () => {
  test('takes what is theirs; workspaces they owned alone stand in the way and are named', async () => {
    const person = await makePerson(server, 'Goes Away')
    const keeper = await makePerson(server, 'Keeper')
    const alone = await makeOrganization(server, 'Only Theirs', { owner: [person] })
    const shared = await makeOrganization(server, 'Kept', { owner: [person, keeper] })
    const refused = await ask('DELETE', `/instance/users/${person.id}`)
    expect(refused).toMatchObject({
      status: 409,
      json: { code: 'LAST_OWNER', data: { organizations: [{ organizationId: alone.id, name: 'Only Theirs' }] } },
    })
    expect((refused.json as { message: string }).message).toContain('Only Theirs')
    expect(await lives(person)).toBe(true)
    await addMember(server, alone.id, keeper, 'owner')
    expect(await ask('DELETE', `/instance/users/${person.id}`)).toMatchObject({ status: 200 })
    expect(await lives(person)).toBe(false)
    const left = await server.db.superuser`select from "user" where id = ${person.id}`
    expect(left).toHaveLength(0)
    expect(await ask('GET', `/instance/users/${person.id}`)).toMatchObject({ status: 404 })
    expect(await log(person.id)).toMatchObject([{ action: 'user.deleted', before: { email: person.email } }])
    expect(await workspaceLog(shared.id, keeper)).toMatchObject([
      { action: 'member.deleted', actorId: null, actorName: 'The operator', targetName: 'Goes Away' },
    ])
  })
})

describe('operators', () => {
  const fresh = async () => {
    const own = await startTestServer()
    const { email, password } = await setUp(own)
    const cookie = cookieHeader(cookiesOf(await sign(own, email, password)).get('carrel.session_token'))
    const [row] = await own.db.superuser<{ id: string }[]>`select id from "user" where email = ${email}`
    return { own, me: { id: row!.id, cookie }, ask: (method: string, path: string, body?: unknown) => at(own)(method, path, cookie, body) }
  }

  test('there is always one: the last is neither unmade, banned nor deleted, and nobody bans themself', async () => {
    const { own, me, ask } = await fresh()
    await using _server = own
    const second = await makePerson(own, 'Second')
    expect(codeOf(await ask('POST', `/instance/users/${me.id}/unmake-operator`))).toBe('LAST_OPERATOR')
    expect(codeOf(await ask('POST', `/instance/users/${me.id}/ban`, { reason: 'x' }))).toBe('YOURSELF')
    expect(codeOf(await ask('DELETE', `/instance/users/${me.id}`))).toBe('YOURSELF')
    expect(await ask('POST', `/instance/users/${second.id}/make-operator`)).toMatchObject({ status: 200 })
    const asSecond = (method: string, path: string, body?: unknown) => at(own)(method, path, second.cookie, body)
    expect(await asSecond('GET', '/instance/users')).toMatchObject({ status: 200 })
    // A banned operator is none that is left.
    await own.db.superuser`update "user" set banned = true where id = ${me.id}`
    expect(codeOf(await asSecond('POST', `/instance/users/${second.id}/unmake-operator`))).toBe('LAST_OPERATOR')
    await own.db.superuser`update "user" set banned = false where id = ${me.id}`
    expect(await asSecond('POST', `/instance/users/${second.id}/unmake-operator`)).toMatchObject({ status: 200 })
    expect(await asSecond('GET', '/instance/users')).toMatchObject({ status: 403 })
    expect((await ask('GET', '/instance/audit?kind=user')).json).toMatchObject({
      items: [
        { action: 'user.unmade-operator', actorId: second.id },
        { action: 'user.made-operator', actorId: me.id },
      ],
    })
  })

  test('of two who unmake each other at once, one stays', async () => {
    const { own, me } = await fresh()
    await using _server = own
    for (let round = 0; round < 5; round++) {
      const second = await makePerson(own, 'Second', { operator: true })
      const answers = await Promise.all([
        at(own)('POST', `/instance/users/${second.id}/unmake-operator`, me.cookie),
        at(own)('POST', `/instance/users/${me.id}/unmake-operator`, second.cookie),
      ])
      const [left] = await own.db.superuser<{ n: number }[]>`select count(*)::int as n from "user" where role = 'admin'`
      expect([left?.n, ...answers.map(({ status }) => status)]).toSatisfy(([n]: number[]) => n === 1)
      await own.db.superuser`delete from "user" where id = ${second.id}`
      await own.db.superuser`update "user" set role = 'admin' where id = ${me.id}`
    }
  })

  test('are not made of somebody who is banned', async () => {
    const person = await makePerson(server, 'Banned', { banned: true })
    expect(codeOf(await ask('POST', `/instance/users/${person.id}/make-operator`))).toBe('BANNED')
    await server.db.superuser`delete from "user" where id = ${person.id}`
  })
})

describe('acting in the place of somebody', () => {
  const begin = async (person: Person, body: object = { reason: 'They asked for help' }) => {
    const answer = await ask('POST', `/instance/users/${person.id}/impersonate`, body)
    const cookies = cookiesOf(answer)
    return { answer, cookies, cookie: cookieHeader(cookies.get('carrel.session_token'), cookies.get('carrel.operator_token')) }
  }

  test('is told to the person, to their workspaces and in the log, and everything done bears it', async () => {
    const person = await makePerson(server, 'Helped Person')
    const workspace = await makeOrganization(server, 'Helped', { owner: [person] })
    const { answer, cookies, cookie } = await begin(person, { reason: 'They asked for help', minutes: 5 })
    expect(answer.status).toBe(200)
    for (const line of cookies.values()) expect(line).toMatch(/Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/)
    const { until } = answer.json as { until: string }
    expect(Date.parse(until) - Date.now()).toBeLessThanOrEqual(300_000)

    const account = await at(server)('GET', '/account', cookie)
    expect(account.json).toMatchObject({ user: { id: person.id, operator: false }, impersonation: { until } })
    expect((await ask('GET', '/account', undefined, person)).json).toMatchObject({ impersonation: null })
    expect((await ask('GET', '/account/sessions', undefined, person)).json).toContainEqual(expect.objectContaining({ impersonated: true }))
    await at(server)('PATCH', '/organization', cookie, { name: 'Mended' }, workspace.id)
    expect(await workspaceLog(workspace.id, person)).toMatchObject([
      { action: 'organization.updated', actorId: person.id, impersonated: true },
      { action: 'support.created', actorId: null, actorName: 'The operator', after: { reason: 'They asked for help' } },
    ])
    expect(await log(person.id)).toMatchObject([
      { action: 'impersonation.started', actorId: operator.id, actorName: 'Olga Operator', reason: 'They asked for help' },
    ])
    expect(await at(server)('GET', '/instance/users', cookie)).toMatchObject({ status: 403 })

    const stopped = await at(server)('POST', '/instance/stop-impersonating', cookie)
    expect(stopped.json).toEqual({ restored: true })
    const back = cookieHeader(cookiesOf(stopped).get('carrel.session_token'))
    expect((await at(server)('GET', '/account', back)).json).toMatchObject({ user: { id: operator.id }, impersonation: null })
    expect(await at(server)('GET', '/account', cookie)).toMatchObject({ status: 401 })
    expect(await lives(person)).toBe(true)
    expect((await workspaceLog(workspace.id, person))[0]).toMatchObject({ action: 'support.deleted' })
    expect((await log(person.id))[0]).toMatchObject({ action: 'impersonation.ended', actorId: operator.id, actorName: 'Olga Operator' })
  })

  test('ends with a sign-out, which forgets both cookies and is told in the logs', async () => {
    const person = await makePerson(server, 'Left person')
    const { id } = await makeOrganization(server, 'Left', { owner: [person] })
    const { cookie } = await begin(person)
    const out = await server.send('POST', '/api/auth/sign-out', { cookie, body: {} })
    for (const name of ['carrel.session_token', 'carrel.operator_token']) expect(cookiesOf(out).get(name)).toMatch(/=; (?:.*; )?Max-Age=0/)
    expect(await at(server)('GET', '/account', cookie)).toMatchObject({ status: 401 })
    expect((await workspaceLog(id, person))[0]).toMatchObject({ action: 'support.deleted' })
    expect((await log(person.id))[0]).toMatchObject({ action: 'impersonation.ended' })
  })

  test('gives nothing that lasts: no role, no invitation, no link, no workspace', async () => {
    const person = await makePerson(server, 'Owner of much')
    const { id } = await makeOrganization(server, 'Much', { owner: [person] })
    const { cookie } = await begin(person)
    const gifts = { roles: ['owner'] }
    const tried = [
      await at(server)('POST', '/join-links', cookie, gifts, id),
      await at(server)('POST', '/invitations', cookie, { ...gifts, emails: ['accomplice@example.org'] }, id),
      await at(server)('PUT', `/members/${person.id}/roles`, cookie, { roles: ['guest'] }, id),
      await at(server)('POST', '/organization/transfer', cookie, { userId: operator.id }, id),
      await at(server)('POST', '/join/accept', cookie, { token: 'A'.repeat(43) }),
    ]
    for (const answer of tried) expect([answer.status, codeOf(answer)]).toEqual([403, 'IMPERSONATED'])
  })

  test('ends with the sessions of the operator who began it', async () => {
    const own = await makePerson(server, 'Careful Operator', { operator: true })
    const person = await makePerson(server, 'Visited person')
    const answer = await at(server)('POST', `/instance/users/${person.id}/impersonate`, own.cookie, { reason: 'Help' })
    const cookie = cookieHeader(cookiesOf(answer).get('carrel.session_token'))
    expect(await at(server)('GET', '/account', cookie)).toMatchObject({ status: 200 })
    await server.db
      .superuser`insert into session ${server.db.superuser({ id: newId(), user_id: own.id, token: newId(), expires_at: new Date(Date.now() + 60_000) })}`
    expect(await at(server)('POST', '/account/sessions/end-others', own.cookie, {})).toMatchObject({ status: 200 })
    expect(await at(server)('GET', '/account', cookie)).toMatchObject({ status: 401 })
    expect(await lives(person)).toBe(true)
  })

  test('is not for operators, banned people, oneself, nobody, without a reason or for more than an hour', async () => {
    const second = await makePerson(server, 'Another Operator', { operator: true })
    const banned = await makePerson(server, 'Banned', { banned: true })
    const person = await makePerson(server, 'Person')
    expect(codeOf((await begin(second)).answer)).toBe('OPERATOR')
    expect(codeOf((await begin(banned)).answer)).toBe('BANNED')
    expect(codeOf((await begin(operator)).answer)).toBe('YOURSELF')
    expect((await begin({ ...person, id: noUser })).answer.status).toBe(404)
    expect((await begin(person, { reason: '' })).answer.status).toBe(400)
    expect((await begin(person, { reason: 'x', minutes: 61 })).answer.status).toBe(400)
    expect(await log(person.id)).toEqual([])
    await server.db.superuser`delete from "user" where id = any (${[second.id, banned.id]})`
  })

  test('does not last longer by what renews sessions', async () => {
    const person = await makePerson(server, 'Short Visit')
    const { cookie, answer } = await begin(person)
    await server.send('GET', '/api/auth/get-session', { cookie })
    const [row] = await server.db.superuser<
      { at: Date }[]
    >`select expires_at as at from session where impersonated_by is not null and user_id = ${person.id}`
    expect(row?.at.toISOString()).toBe((answer.json as { until: string }).until)
    await expect(
      server.db
        .superuser`update session set expires_at = now() + interval '30 days' where user_id = ${person.id} and impersonated_by is not null`,
    ).resolves.toBeDefined()
    const [after] = await server.db.superuser<
      { at: Date }[]
    >`select expires_at as at from session where impersonated_by is not null and user_id = ${person.id}`
    expect(after).toEqual(row)
  })

  test('ends with the operator: when they are banned, unmade, or signed out everywhere', async () => {
    for (const end of ['ban', 'unmake-operator', 'end-sessions']) {
      const [own, person] = [await makePerson(server, 'Passing Operator', { operator: true }), await makePerson(server, 'Person')]
      const answer = await ask('POST', `/instance/users/${person.id}/impersonate`, { reason: 'x' }, own)
      const cookie = cookieHeader(cookiesOf(answer).get('carrel.session_token'))
      expect(await lives({ cookie })).toBe(true)
      await ask('POST', `/instance/users/${own.id}/${end}`, end === 'ban' ? { reason: 'x' } : undefined)
      expect([end, await lives({ cookie })]).toEqual([end, false])
      await server.db.superuser`delete from "user" where id = ${own.id}`
    }
  })

  test('ends when the person becomes an operator', async () => {
    const person = await makePerson(server, 'Rising')
    const { cookie } = await begin(person)
    await ask('POST', `/instance/users/${person.id}/make-operator`)
    expect(await at(server)('GET', '/instance/users', cookie)).toMatchObject({ status: 401 })
    await ask('POST', `/instance/users/${person.id}/unmake-operator`)
  })

  test('gives nobody a session that is not theirs when it stops', async () => {
    const person = await makePerson(server, 'Target')
    const thief = await makePerson(server, 'Thief')
    for (const kept of [undefined, thief.cookie, operator.cookie.replace(/.$/, 'x')]) {
      const { cookies } = await begin(person)
      const foreign = kept?.replace('carrel.session_token', 'carrel.operator_token')
      const stopped = await at(server)('POST', '/instance/stop-impersonating', cookieHeader(cookies.get('carrel.session_token'), foreign))
      expect(stopped.json).toEqual({ restored: false })
      expect(cookiesOf(stopped).get('carrel.session_token')).toMatch(/^carrel\.session_token=; Max-Age=0/)
    }
    expect(codeOf(await ask('POST', '/instance/stop-impersonating', undefined, person))).toBe('NOT_IMPERSONATING')
    expect(await lives(person)).toBe(true)
  })
})

describe('workspaces', () => {
  type Workspace = {
    organizationId: string
    name: string
    state: string
    owners: { name: string }[]
    members: number
    libraries: number
    books: number
    bytes: number
  }
  const list = async (query = '') => ((await ask('GET', `/instance/organizations?${query}`)).json as { items: Workspace[] }).items

  test('are listed with who owns them and how large they are, and with nothing of what they hold', async () => {
    const owner = await makePerson(server, 'Listed Owner')
    const member = await makePerson(server, 'Listed Member')
    const { id } = await makeOrganization(server, 'Listed Workspace', { owner: [owner], member: [member] })
    await insertRow(server.db.superuser, 'library', {
      organization_id: id,
      id: newId(),
      name: 'SECRET-NAME',
      visibility: 'restricted',
      book_count: 7,
      file_bytes: 123_456_789_012,
    })
    await insertRow(server.db.superuser, 'library', {
      organization_id: id,
      id: newId(),
      name: 'SECRET-TOO',
      visibility: 'organization',
      book_count: 3,
      file_bytes: 8,
    })
    const answer = await ask('GET', '/instance/organizations?query=listed%20work')
    expect((answer.json as { items: Workspace[] }).items).toMatchObject([
      {
        organizationId: id,
        state: 'open',
        owners: [{ userId: owner.id, name: 'Listed Owner', email: owner.email }],
        members: 2,
        libraries: 2,
        books: 10,
        bytes: 123_456_789_020,
      },
    ])
    expect(answer.text).not.toContain('SECRET')
    // The operator enters none.
    expect(await at(server)('GET', '/libraries', operator.cookie, undefined, id)).toMatchObject({ status: 404 })
  })

  test('that are suspended let nobody in; their members are told why, others nothing', async () => {
    const owner = await makePerson(server, 'Suspended Owner')
    const outsider = await makePerson(server, 'Outsider')
    const { id, slug } = await makeOrganization(server, 'To Suspend', { owner: [owner] })
    await using stream = await openEvents(server.port, owner.cookie)
    await stream.until((event) => (event as { type: string }).type === 'hello')
    expect(await ask('POST', `/instance/organizations/${id}/suspend`, { reason: 'Unpaid' })).toMatchObject({ status: 200 })
    await stream.until((event) => (event as { type: string; organizationId?: string }).organizationId === id)
    const enter = (who: Person, named: string) => at(server)('GET', '/organization', who.cookie, undefined, named)
    for (const named of [id, slug])
      expect(await enter(owner, named)).toMatchObject({ status: 403, json: { code: 'SUSPENDED', data: { reason: 'Unpaid' } } })
    const outside = await enter(outsider, id)
    expect([outside.status, outside.text]).toEqual([404, (await enter(outsider, noUser)).text])
    expect((await ask('GET', '/account', undefined, owner)).json).toMatchObject({
      memberships: [],
      suspended: [{ organizationId: id, name: 'To Suspend', slug, reason: 'Unpaid' }],
    })
    expect(await list('state=suspended&query=to%20susp')).toMatchObject([
      { organizationId: id, state: 'suspended', suspension: { reason: 'Unpaid' } },
    ])
    // Once more changes nothing.
    await ask('POST', `/instance/organizations/${id}/suspend`, { reason: 'Another' })
    expect(await ask('POST', `/instance/organizations/${id}/resume`)).toMatchObject({ status: 200 })
    expect(await enter(owner, id)).toMatchObject({ status: 200 })
    expect(await workspaceLog(id, owner)).toMatchObject([
      { action: 'suspension.deleted', actorName: 'The operator' },
      { action: 'suspension.created', after: { reason: 'Unpaid' } },
    ])
    expect(await log(id)).toMatchObject([
      { action: 'organization.resumed', actorId: operator.id },
      { action: 'organization.suspended', reason: 'Unpaid' },
    ])
    expect(await ask('POST', `/instance/organizations/${noUser}/suspend`, { reason: 'x' })).toMatchObject({ status: 404 })
  })

  test('that the operator deletes are opened again by the operator alone, for seven days', async () => {
    const owner = await makePerson(server, 'Deleted Owner')
    const { id } = await makeOrganization(server, 'To Delete', { owner: [owner] })
    expect(codeOf(await ask('DELETE', `/instance/organizations/${id}`, { name: 'Another' }))).toBe('OTHER_NAME')
    expect(await at(server)('GET', '/organization', owner.cookie, undefined, id)).toMatchObject({ status: 200 })
    expect(await ask('DELETE', `/instance/organizations/${id}`, { name: 'To Delete' })).toMatchObject({ status: 200 })
    expect(await at(server)('GET', '/organization', owner.cookie, undefined, id)).toMatchObject({ status: 404 })
    expect((await ask('GET', '/account', undefined, owner)).json).toMatchObject({ deleted: [], suspended: [] })
    expect(await ask('POST', '/organizations/restore', { organizationId: id }, owner)).toMatchObject({ status: 404 })
    expect(await list('query=to%20delete')).toEqual([])
    expect(await list('state=deleted&query=to%20delete')).toMatchObject([
      { organizationId: id, state: 'deleted', deletion: { byOperator: true } },
    ])
    expect(await ask('POST', `/instance/organizations/${id}/restore`)).toMatchObject({ status: 200 })
    expect(await at(server)('GET', '/organization', owner.cookie, undefined, id)).toMatchObject({ status: 200 })
    expect(await workspaceLog(id, owner)).toMatchObject([
      { action: 'organization.restored' },
      { action: 'organization.deleted', actorName: 'The operator' },
    ])
    await ask('DELETE', `/instance/organizations/${id}`, { name: 'To Delete' })
    await server.db.superuser`update organization set deleted_at = now() - interval '8 days' where id = ${id}`
    expect(await ask('POST', `/instance/organizations/${id}/restore`)).toMatchObject({ status: 404 })
  })

  test('that their owner deleted can be opened by both', async () => {
    const owner = await makePerson(server, 'Own Deletion')
    const { id } = await makeOrganization(server, 'Deleted By Owner', { owner: [owner] })
    const close = () => at(server)('DELETE', '/organization', owner.cookie, { name: 'Deleted By Owner' }, id)
    await close()
    expect(await ask('POST', `/instance/organizations/${id}/restore`)).toMatchObject({ status: 200 })
    await close()
    expect(await ask('POST', '/organizations/restore', { organizationId: id }, owner)).toMatchObject({ status: 200 })
  })
})

describe('the log of the instance', () => {
  test('is read page by page, by kind and time, by the operator alone, and is never changed', async () => {
    const person = await makePerson(server, 'Logged')
    for (let round = 0; round < 3; round++) await ask('POST', `/instance/users/${person.id}/end-sessions`)
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = (await ask('GET', `/instance/audit?targetId=${person.id}&limit=2${cursor && `&cursor=${cursor}`}`)).json as {
        items: { id: string }[]
        nextCursor: string | null
      }
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(new Set(seen).size).toBe(3)
    const between = (from: number, to: number) =>
      ask(
        'GET',
        `/instance/audit?kind=user&actorId=${operator.id}&targetId=${person.id}&from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`,
      )
    expect(((await between(Date.now() - 60_000, Date.now() + 1000)).json as { items: unknown[] }).items).toHaveLength(3)
    expect(((await between(0, 1)).json as { items: unknown[] }).items).toHaveLength(0)
    expect(await ask('GET', '/instance/audit?cursor=x')).toMatchObject({ status: 400 })
    expect(await ask('GET', '/instance/audit', undefined, person)).toMatchObject({ status: 401 })
    const app = server.db.login('carrel_app')
    await expect(app`update instance_event set reason = 'x'`).rejects.toMatchObject({ code: '42501' })
    await expect(app`delete from instance_event`).rejects.toMatchObject({ code: '42501' })
  })
})

describe('settings', () => {
  test('who may sign up holds at once and for all servers of one database; the environment wins', { timeout: 30_000 }, async () => {
    await using first = await startTestServer({ env: { SIGN_UP: '' } })
    await using second = await startTestServer({ env: { SIGN_UP: '' }, database: first.db })
    await using fixed = await startTestServer({ env: { SIGN_UP: 'closed' }, database: first.db })
    await setUp(first)
    const own = await makePerson(first, 'Own Operator', { operator: true })
    const asOperator = (on: TestServer, method: string, body?: unknown) => at(on)(method, '/instance/settings', own.cookie, body)
    const signUp = async (on: TestServer) =>
      (
        await on.send('POST', '/api/auth/sign-up/email', {
          body: { name: 'X', email: `${newId()}@example.org`, password: 'a good password' },
        })
      ).status
    expect((await asOperator(first, 'GET')).json).toEqual({ signUp: { value: 'invite', fixed: false } })
    expect(await signUp(second)).toBe(400)
    expect((await asOperator(first, 'PATCH', { signUp: 'open' })).json).toEqual({ signUp: { value: 'open', fixed: false } })
    expect([await signUp(first), await signUp(second), await signUp(fixed)]).toEqual([200, 200, 400])
    expect((await second.send('GET', '/api/v1/setup')).json).toMatchObject({ signUp: 'open' })
    expect((await asOperator(fixed, 'GET')).json).toEqual({ signUp: { value: 'closed', fixed: true } })
    expect(codeOf(await asOperator(fixed, 'PATCH', { signUp: 'open' }))).toBe('FIXED')
    expect(await asOperator(first, 'PATCH', { signUp: 'maybe' })).toMatchObject({ status: 400 })
    await asOperator(second, 'PATCH', { signUp: 'closed' })
    expect(await signUp(first)).toBe(400)
    expect((await at(first)('GET', '/instance/audit?kind=settings', own.cookie)).json).toMatchObject({
      items: [
        { before: { signUp: 'open' }, after: { signUp: 'closed' } },
        { before: { signUp: 'invite' }, after: { signUp: 'open' } },
      ],
    })
  })
})

describe('mail', () => {
  const withMail = async (env: Record<string, string> = {}) => {
    const mailbox = await startMailbox()
    const own = await startTestServer({
      env: {
        SMTP_HOST: '127.0.0.1',
        SMTP_PORT: String(mailbox.port),
        SMTP_FROM: 'Carrel <carrel@example.org>',
        APP_URL: 'http://carrel.test',
        SMTP_SECURE: 'none',
        ...env,
      },
      worker: 1,
    })
    await setUp(own)
    const me = await makePerson(own, 'Olga Operator', { operator: true })
    // The server knows itself by another name.
    const send = (method: string, path: string, body?: unknown) =>
      own.send(method, `/api/v1${path}`, { cookie: me.cookie, body, origin: 'http://carrel.test', headers: { host: 'carrel.test' } })
    return {
      mailbox,
      own,
      me,
      send,
      [Symbol.asyncDispose]: async () => void (await Promise.all([own[Symbol.asyncDispose](), mailbox.stop()])),
    }
  }

  test('that is not set up says so', async () => {
    expect((await ask('GET', '/instance/mail')).json).toEqual({ server: null, waiting: 0, failed: 0 })
    expect(codeOf(await ask('POST', '/instance/mail/test', {}))).toBe('NO_MAIL')
  })

  test('shows its server without the password, and sends a test', async () => {
    await using world = await withMail({ SMTP_USER: 'someone', SMTP_PASSWORD: 'THE-PASSWORD' })
    const { send, mailbox } = world
    const shown = await send('GET', '/instance/mail')
    expect(shown.json).toMatchObject({
      server: {
        host: '127.0.0.1',
        port: mailbox.port,
        security: 'none',
        from: 'Carrel <carrel@example.org>',
        user: 'someone',
        hasPassword: true,
      },
    })
    expect(shown.text).not.toContain('THE-PASSWORD')
  })

  test('a test goes to the operator or a given address, and the answer is the mail server’s own', async () => {
    await using world = await withMail()
    const { send, mailbox, me } = world
    expect((await send('POST', '/instance/mail/test', {})).json).toMatchObject({
      to: me.email,
      sent: true,
      answer: expect.stringMatching(/^250 /),
      problem: null,
    })
    expect((await mailbox.waitFor((mail) => mail.envelope.to[0] === me.email)).subject).toMatch(/^Test mail from carrel/)
    expect((await send('POST', '/instance/mail/test', { to: 'else@example.org' })).json).toMatchObject({
      to: 'else@example.org',
      sent: true,
    })
    mailbox.answer(({ step }) => (step === 'to' ? { code: 450, text: 'Greylisted, come again' } : undefined))
    expect((await send('POST', '/instance/mail/test', {})).json).toMatchObject({
      sent: false,
      problem: 'refused',
      answer: expect.stringContaining('450 Greylisted, come again'),
    })
    mailbox.answer(({ step }) => (step === 'from' ? 'hang up' : undefined))
    expect((await send('POST', '/instance/mail/test', {})).json).toMatchObject({ sent: false, problem: 'lost' })
    expect((await send('GET', '/instance/audit?kind=mail')).json).toMatchObject({
      items: [{ action: 'mail.tested', after: { sent: false } }, {}, {}, {}],
    })
  })

  test('a mail server that says nothing is given up within half a minute', { timeout: 40_000 }, async () => {
    await using world = await withMail()
    world.mailbox.answer(() => 'silence')
    const began = Date.now()
    const answer = await world.own.send('POST', '/api/v1/instance/mail/test', {
      cookie: world.me.cookie,
      body: {},
      origin: 'http://carrel.test',
      headers: { host: 'carrel.test' },
    })
    expect(answer.json).toMatchObject({ sent: false, problem: 'timeout' })
    expect(Date.now() - began).toBeLessThan(30_000)
  })

  test('a mail server that is not there is told', async () => {
    await using world = await withMail({ SMTP_PORT: '1' })
    expect((await world.send('POST', '/instance/mail/test', {})).json).toMatchObject({ sent: false, problem: 'unreachable' })
  })

  test('new people and those who forgot get their link by mail, which proves their address', async () => {
    await using world = await withMail()
    const { send, mailbox, own } = world
    const made = await send('POST', '/instance/users', { name: 'By Mail', email: 'by-mail@example.org' })
    const { userId, link } = made.json as { userId: string; link: { mailed: boolean; path: string | null } }
    expect(link).toMatchObject({ mailed: true, path: null })
    const mail = await mailbox.waitFor((each) => each.envelope.to[0] === 'by-mail@example.org')
    expect(mail.subject).toBe('Your account is ready')
    const token = /reset-password\?token=([\w-]+)/.exec(mail.text ?? '')?.[1]
    const reset = await own.send('POST', '/api/auth/reset-password', {
      body: { token, newPassword: 'chosen by myself' },
      origin: 'http://carrel.test',
      headers: { host: 'carrel.test' },
    })
    expect(reset.status).toBe(200)
    expect((await send('GET', `/instance/users/${userId}`)).json).toMatchObject({ emailVerified: false, hasPassword: true })
    expect((await send('POST', `/instance/users/${userId}/reset-password`)).json).toMatchObject({ mailed: true, path: null })
    await mailbox.waitFor((each) => each.subject === 'Set a new password')
    await expect.poll(async () => (await send('GET', '/instance/mail')).json, { timeout: 10_000 }).toMatchObject({ waiting: 0, failed: 0 })
  })
})

test('the system is told: versions, sizes, folders and queues', async () => {
  const answer = await ask('GET', '/instance/system')
  expect(answer.status).toBe(200)
  const told = answer.json as { [key: string]: unknown; queues: object[] }
  expect(told).toMatchObject({
    version: '0.0.0-test',
    node: process.version,
    database: { version: expect.stringMatching(/^\d+/), migrations: { last: expect.stringMatching(/^\d{14}_/) } },
    storage: { dataDir: server.dataDir, freeBytes: expect.any(Number), blobBytes: expect.any(Number) },
    folders: [{ path: server.root, available: true }],
  })
  expect(told.queues).toEqual(Object.keys(queues).map((name) => ({ name, waiting: 0, running: 0, failed: 0 })))
})
