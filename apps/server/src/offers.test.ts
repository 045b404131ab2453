import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addMember, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.db.superuser`update instance set setup_at = now()`
})
afterAll(() => server[Symbol.asyncDispose]())

let organization: string
let slug: string
let owner: Person
let admin: Person
let library: string
beforeEach(async () => {
  owner = await makePerson(server, 'Olga Owner')
  admin = await makePerson(server, 'Adam Admin')
  ;({ id: organization, slug } = await makeOrganization(server, 'Readers', { owner: [owner], admin: [admin] }))
  library = newId()
  await insertRow(server.db.superuser, 'library', {
    organization_id: organization,
    id: library,
    name: 'Open shelf',
    visibility: 'organization',
  })
})

const call = (who: Pick<Person, 'cookie'> | null, method: string, path: string, body?: unknown) =>
  server.send(method, `/api/v1${path}`, { organization, ...(who && { cookie: who.cookie }), ...(body !== undefined && { body }) })
const ok = async (who: Person, method: string, path: string, body?: unknown): Promise<never> => {
  const answer = await call(who, method, path, body)
  expect([method, path, answer.status, answer.text.slice(0, 300)]).toEqual([method, path, 200, answer.text.slice(0, 300)])
  return answer.json as never
}
const said = (answer: { status: number; json: unknown }) => [answer.status, (answer.json as { code?: string } | null)?.code]
const address = () => `guest-${newId()}@example.org`
const makeRole = async (permissions: string[]) =>
  ((await ok(owner, 'POST', '/roles', { name: newId(), permissions })) as { roleId: string }).roleId
const hosting = ['invitation:create', 'invitation:read', 'organization:read', 'book:read', 'book:download', 'reading:write']
const makeHost = async (...more: string[]) => {
  const host = await makePerson(server, 'Hal Host')
  const role = await makeRole([...hosting, ...more])
  await insertRow(server.db.superuser, 'member', { id: newId(), organization_id: organization, user_id: host.id, role: 'guest' })
  await insertRow(server.db.superuser, 'member_role', { organization_id: organization, user_id: host.id, role_id: role })
  return { host, role }
}
const invite = async (who: Person, roles: string[], more: object = {}) => {
  const email = address()
  const { results } = (await ok(who, 'POST', '/invitations', { emails: [email], roles, ...more })) as {
    results: { invitationId: string }[]
  }
  const id = results[0]?.invitationId ?? ''
  const { path } = (await ok(who, 'POST', `/invitations/${id}/link`)) as { path: string }
  return { id, email, token: path.split('/').at(-1) ?? '' }
}
const joinLink = async (who: Person, roles: string[]) => {
  const { path, joinLinkId } = (await ok(who, 'POST', '/join-links', { roles, maxUses: null, days: null })) as {
    path: string
    joinLinkId: string
  }
  return { id: joinLinkId, token: path.split('/').at(-1) ?? '' }
}
const stateOf = async ({ token }: { token: string }) =>
  ((await call(null, 'POST', '/join/preview', { token })).json as { state: string }).state
type Listed = { id: string; state: string; endedAt: string | null; endReason: string | null }
const past = async () => ((await ok(owner, 'GET', '/invitations?pending=false')) as { items: Listed[] }).items

describe('what somebody offered and could no longer give', () => {
  test('ends when they are removed; what others offered stays, and the log tells why', async () => {
    const [ended, kept] = [await invite(admin, ['librarian']), await invite(owner, ['librarian'])]
    const [closed, open] = [await joinLink(admin, ['guest']), await joinLink(owner, ['guest'])]
    await ok(owner, 'DELETE', `/members/${admin.id}`)
    expect(await Promise.all([ended, kept, closed, open].map(stateOf))).toEqual(['ended', 'open', 'ended', 'open'])
    expect(await past()).toMatchObject([{ id: ended.id, state: 'revoked', endReason: 'inviter-left', endedAt: expect.any(String) }])
    const links = (await ok(owner, 'GET', '/join-links')) as { id: string; open: boolean; endReason: string | null }[]
    expect(links.map(({ id, open: usable, endReason }) => [id, usable, endReason])).toEqual([
      [open.id, true, null],
      [closed.id, false, 'inviter-left'],
    ])
    const { items } = (await ok(owner, 'GET', '/audit')) as { items: Record<string, unknown>[] }
    expect(
      items
        .filter(({ action }) => String(action).endsWith('.deleted') && !String(action).startsWith('member'))
        .toSorted((a, b) => String(a['action']).localeCompare(String(b['action']))),
    ).toMatchObject([
      {
        action: 'invitation.deleted',
        actorId: null,
        targetId: ended.id,
        targetName: ended.email,
        after: { reason: 'inviter-left', inviter: 'Adam Admin' },
      },
      { action: 'join-link.deleted', actorId: null, targetId: closed.id, after: { reason: 'inviter-left' } },
    ])
    expect((await invite(owner, ['guest'])).id).not.toBe('')
  })

  test('ends when they leave', async () => {
    const ended = await invite(admin, ['guest'])
    await ok(admin, 'POST', '/members/leave')
    expect(await stateOf(ended)).toBe('ended')
  })

  test('ends when their account is deleted', async () => {
    const [ended, closed] = [await invite(admin, ['guest']), await joinLink(admin, ['guest'])]
    await server.db.superuser`delete from "user" where id = ${admin.id}`
    expect((await call(null, 'POST', '/join/preview', { token: ended.token })).status).toBe(404)
    expect(await stateOf(closed)).toBe('ended')
  })

  test('ends when they lose the role, and only what goes beyond the roles they keep', async () => {
    const { host, role } = await makeHost()
    await insertRow(server.db.superuser, 'member_role', { organization_id: organization, user_id: host.id, builtin: 'admin' })
    const [small, large] = [await invite(host, ['guest']), await invite(host, ['librarian'])]
    const [smallLink, largeLink] = [await joinLink(host, ['guest']), await joinLink(host, ['admin'])]
    await ok(owner, 'PUT', `/members/${host.id}/roles`, { roles: [role] })
    expect(await Promise.all([small, large, smallLink, largeLink].map(stateOf))).toEqual(['open', 'ended', 'open', 'ended'])
    expect(await past()).toMatchObject([{ id: large.id, endReason: 'rights-lost' }])
    await ok(owner, 'PUT', `/members/${host.id}/roles`, { roles: ['guest'] })
    expect(await Promise.all([small, smallLink].map(stateOf))).toEqual(['ended', 'ended'])
  })

  test('ends when their role is made less, or deleted', async () => {
    const { host, role } = await makeHost('member:read', 'role:read')
    const greeter = await makeRole(['member:read'])
    const [kept, ended] = [await invite(host, ['guest']), await invite(host, [greeter])]
    await ok(owner, 'PATCH', `/roles/${role}`, { permissions: [...hosting, 'role:read'] })
    expect(await Promise.all([kept, ended].map(stateOf))).toEqual(['open', 'ended'])
    await ok(owner, 'DELETE', `/roles/${role}`)
    expect(await stateOf(kept)).toBe('ended')
  })

  test('ends when the library that they opened to others is closed to them', async () => {
    const { host } = await makeHost()
    const gift = { libraries: [{ libraryId: library, level: 'viewer' }] }
    const grant = { to: { kind: 'person', id: host.id }, level: 'manager' }
    await ok(owner, 'PUT', `/libraries/${library}/grants`, grant)
    const lowered = await invite(host, ['guest'], gift)
    await ok(owner, 'PUT', `/libraries/${library}/grants`, { ...grant, level: 'viewer' })
    expect(await stateOf(lowered)).toBe('ended')

    await ok(owner, 'PUT', `/libraries/${library}/grants`, grant)
    const [closed, plain] = [await invite(host, ['guest'], gift), await invite(host, ['guest'])]
    await ok(owner, 'DELETE', `/libraries/${library}/grants`, { to: grant.to })
    expect(await Promise.all([closed, plain].map(stateOf))).toEqual(['ended', 'open'])

    const { host: sharer } = await makeHost('library:read', 'library:share')
    const hidden = await invite(sharer, ['guest'], gift)
    await ok(owner, 'PATCH', `/libraries/${library}`, { visibility: 'restricted' })
    expect(await stateOf(hidden)).toBe('ended')
  })

  test('ends also when it is offered while they are removed', async () => {
    const { superuser } = server.db
    let made: Promise<Awaited<ReturnType<typeof call>>> | undefined
    await superuser.begin(async (sql) => {
      await sql`delete from member where organization_id = ${organization} and user_id = ${admin.id}`
      made = call(admin, 'POST', '/invitations', { emails: [address()], roles: ['librarian'] })
      expect(await Promise.race([made, new Promise((resolve) => setTimeout(resolve, 700, 'waits'))])).toBe('waits')
    })
    expect((await made)?.status).toBe(200)
    expect(await past()).toMatchObject([{ state: 'revoked', endReason: 'inviter-left' }])
  })

  test('ends also when they are removed while it is offered', async () => {
    const app = server.db.login('carrel_app', 1)
    const [id, of] = [newId(), { organization_id: organization }]
    let removed: Promise<unknown> | undefined
    await app.begin(async (sql) => {
      await sql`select app.enter(${admin.token}, 'organization', ${organization})`
      await insertRow(sql, 'invitation', { ...of, id, email: address(), expires_at: new Date(Date.now() + 60_000), inviter_id: admin.id })
      await insertRow(sql, 'admission', { ...of, id: newId(), invitation_id: id, builtin: 'librarian' })
      removed = ok(owner, 'DELETE', `/members/${admin.id}`)
      expect(await Promise.race([removed, new Promise((resolve) => setTimeout(resolve, 700, 'waits'))])).toBe('waits')
    })
    await removed
    expect(await past()).toMatchObject([{ id, state: 'revoked', endReason: 'inviter-left' }])
  })

  test('ends or is accepted, never both, when both happen at once', async () => {
    for (let round = 0; round < 6; round++) {
      const host = await makePerson(server, 'Hasty Host')
      await addMember(server, organization, host, 'admin')
      const offer = await invite(host, ['guest'])
      const [joined] = await Promise.all([
        call(null, 'POST', '/join/sign-up', { token: offer.token, name: 'Gil', password: 'long enough' }),
        ok(owner, 'DELETE', `/members/${host.id}`),
      ])
      const found = (await past()).find(({ id }) => id === offer.id)
      expect([joined.status, found?.state]).toEqual(joined.status === 200 ? [200, 'accepted'] : [410, 'revoked'])
    }
  })
})

describe('somebody whose address is confirmed', () => {
  const confirm = (person: Person) => server.db.superuser`update "user" set email_verified = true where id = ${person.id}`
  const own = async (person: Person) =>
    (await ok(person, 'GET', '/account/invitations')) as { verified: boolean; items: { id: string; organizationName: string }[] }
  const invitePerson = async (person: Person, roles: string[] = ['guest']) => {
    const { results } = (await ok(owner, 'POST', '/invitations', { emails: [person.email], roles })) as {
      results: { invitationId: string }[]
    }
    return results[0]?.invitationId ?? ''
  }

  test('sees the invitations to it, and accepts one without its mail', async () => {
    const person = await makePerson(server, 'Nora New')
    const role = await makeRole(['member:read'])
    const id = await invitePerson(person, ['librarian', role])
    expect(await own(person)).toEqual({ verified: false, items: [] })
    expect(said(await call(person, 'POST', `/account/invitations/${id}/accept`))).toEqual([404, 'NOT_FOUND'])
    expect(said(await call(person, 'POST', `/account/invitations/${id}/decline`))).toEqual([404, 'NOT_FOUND'])
    await confirm(person)
    expect(await own(person)).toEqual({
      verified: true,
      items: [
        {
          id,
          organizationName: 'Readers',
          inviterName: 'Olga Owner',
          builtinRoles: ['librarian'],
          ownRoles: [expect.any(String)],
          expiresAt: expect.any(String),
        },
      ],
    })
    const answers = await Promise.all([1, 2, 3].map(() => call(person, 'POST', `/account/invitations/${id}/accept`)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410, 410])
    expect(answers.find(({ status }) => status === 200)?.json).toEqual({ organizationId: organization, slug, joined: true })
    expect(await own(person)).toMatchObject({ items: [] })
    expect((await call(person, 'GET', '/organization')).status).not.toBe(401)
  })

  test('declines one; others cannot, and see nothing of it', async () => {
    const person = await makePerson(server, 'Dora Declines')
    const other = await makePerson(server, 'Otto Other')
    await Promise.all([confirm(person), confirm(other)])
    const id = await invitePerson(person)
    expect(await own(other)).toMatchObject({ items: [] })
    for (const what of ['accept', 'decline']) expect((await call(other, 'POST', `/account/invitations/${id}/${what}`)).status).toBe(404)
    expect((await call(person, 'POST', `/account/invitations/${id}/decline`)).status).toBe(200)
    expect((await call(person, 'POST', `/account/invitations/${id}/decline`)).status).toBe(404)
    expect(await past()).toMatchObject([{ id, state: 'declined', endReason: null }])
  })

  test('sees none that ran out, or of a workspace that is closed', async () => {
    const person = await makePerson(server, 'Edda Early')
    await confirm(person)
    const id = await invitePerson(person)
    await server.db.superuser`update organization set suspended_at = now() where id = ${organization}`
    expect((await own(person)).items).toEqual([])
    expect((await call(person, 'POST', `/account/invitations/${id}/accept`)).status).toBe(404)
    await server.db.superuser`update organization set suspended_at = null where id = ${organization}`
    await server.db.superuser`update invitation set expires_at = now() where id = ${id}`
    expect((await own(person)).items).toEqual([])
    expect((await call(person, 'POST', `/account/invitations/${id}/accept`)).status).toBe(410)
  })
})

describe('a link whose reader came by it', () => {
  const arrivedBy = async (who: Person | null, { token }: { token: string }) =>
    ((await call(who, 'POST', '/join/preview', { token })).json as { arrived: unknown }).arrived

  test('tells them so, and nobody else', async () => {
    const offer = await invite(owner, ['guest'])
    const person = await makePerson(server, 'Sara Second')
    await server.db.superuser`update "user" set email = ${offer.email} where id = ${person.id}`
    expect(await arrivedBy(person, offer)).toBeNull()
    await ok(person, 'POST', '/join/accept', { token: offer.token })
    expect(await arrivedBy(person, offer)).toEqual({ slug })
    expect(await ok(person, 'POST', '/join/accept', { token: offer.token })).toEqual({ organizationId: organization, slug, joined: false })
    for (const other of [owner, await makePerson(server, 'Somebody'), null]) expect(await arrivedBy(other, offer)).toBeNull()
    await ok(owner, 'DELETE', `/members/${person.id}`)
    expect(await arrivedBy(person, offer)).toBeNull()
    expect(said(await call(person, 'POST', '/join/accept', { token: offer.token }))).toEqual([410, 'ENDED'])
  })
})

describe('when a member was last there', () => {
  const seen = async (person: Person) =>
    (
      await server.db.superuser<
        { at: Date | null }[]
      >`select last_seen_at as at from member where organization_id = ${organization} and user_id = ${person.id}`
    )[0]?.at ?? null

  test('is noted after the answer, once in five minutes, and told to those who look after members', async () => {
    const member = await makePerson(server, 'Mina Member')
    await addMember(server, organization, member, 'member')
    expect(await seen(member)).toBeNull()
    await ok(member, 'GET', '/libraries')
    await expect.poll(() => seen(member)).not.toBeNull()
    const first = await seen(member)
    await server.db.superuser`update member set last_seen_at = null where user_id = ${member.id}`
    await ok(member, 'GET', '/libraries')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await seen(member)).toBeNull()
    await server.db.superuser`update member set last_seen_at = ${first} where user_id = ${member.id}`

    const told = async (who: Person) =>
      ((await ok(who, 'GET', '/members')) as { items: { userId: string; lastSeenAt?: string | null }[] }).items
    const listed = await told(owner)
    expect(listed.find(({ userId }) => userId === member.id)?.lastSeenAt).toBe(first?.toISOString())
    expect(listed.find(({ userId }) => userId === admin.id)?.lastSeenAt).toBeNull()
    const toMember = await told(member)
    expect(toMember.filter((item) => 'lastSeenAt' in item).map(({ userId }) => userId)).toEqual([member.id])
  })

  test('is not noted for an operator in their place', async () => {
    const operator = await makePerson(server, 'Opal Operator', { operator: true })
    await server.db.superuser`update session set impersonated_by = ${operator.id} where user_id = ${admin.id}`
    await ok(admin, 'GET', '/libraries')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await seen(admin)).toBeNull()
  })
})
