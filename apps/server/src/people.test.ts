import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addMember, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

let organization: string
let owner: Person
let admin: Person
let librarian: Person
let member: Person
let guest: Person
beforeEach(async () => {
  ;[owner, admin, librarian, member, guest] = (await Promise.all(
    ['Olga Owner', 'Adam Admin', 'Lisa Librarian', 'Mina Member', 'Gil Guest'].map((name) => makePerson(server, name)),
  )) as [Person, Person, Person, Person, Person]
  const made = await makeOrganization(server, 'People', {
    owner: [owner],
    admin: [admin],
    librarian: [librarian],
    member: [member],
    guest: [guest],
  })
  organization = made.id
})

const call = async (who: Person, method: string, path: string, body?: unknown) =>
  server.send(method, `/api/v1${path}`, { cookie: who.cookie, organization, ...(body !== undefined && { body }) })
const ok = async (who: Person, method: string, path: string, body?: unknown) => {
  const answer = await call(who, method, path, body)
  expect([method, path, answer.status, answer.text.slice(0, 200)]).toEqual([method, path, 200, answer.text.slice(0, 200)])
  return answer.json as never
}
const mine = async (who: Person): Promise<string[]> => {
  const { memberships } = (await ok(who, 'GET', '/account')) as { memberships: { organizationId: string; permissions: string[] }[] }
  return memberships.find((membership) => membership.organizationId === organization)?.permissions ?? []
}
const makeRole = async (who: Person, name: string, permissions: string[]) =>
  ((await ok(who, 'POST', '/roles', { name, permissions })) as { roleId: string }).roleId
const setRoles = (who: Person, whose: Person, roles: string[]) => call(who, 'PUT', `/members/${whose.id}/roles`, { roles })
const makeLibrary = async (name: string, visibility: 'organization' | 'restricted' = 'restricted') => {
  const id = newId()
  await insertRow(server.db.superuser, 'library', { organization_id: organization, id, name, visibility })
  return id
}
const libraries = async (who: Person) => ((await ok(who, 'GET', '/libraries')) as { name: string }[]).map((library) => library.name)

describe('roles', () => {
  test('are made, given, changed and deleted, and a member holds the union of theirs', async () => {
    const base = await mine(guest)
    const roleId = await makeRole(owner, 'Curator', ['library:read', 'library:scan'])
    const second = await makeRole(owner, 'Greeter', ['member:read'])
    expect((await setRoles(owner, guest, ['guest', roleId, second])).status).toBe(200)
    expect((await mine(guest)).toSorted()).toEqual([...base, 'library:read', 'library:scan', 'member:read'].toSorted())

    await ok(owner, 'PATCH', `/roles/${roleId}`, { name: 'Renamed' })
    expect(await mine(guest)).toContain('library:scan')
    await ok(owner, 'PATCH', `/roles/${roleId}`, { permissions: ['library:read'] })
    expect(await mine(guest)).not.toContain('library:scan')

    const listed = (await ok(owner, 'GET', '/roles')) as { ref: string; name: string | null; memberCount: number }[]
    expect(listed.map((role) => role.ref).slice(0, 5)).toEqual(['owner', 'admin', 'librarian', 'member', 'guest'])
    expect(listed.find((role) => role.ref === roleId)).toMatchObject({ name: 'Renamed', memberCount: 1 })
    const { items } = (await ok(owner, 'GET', `/members?role=${roleId}`)) as { items: { userId: string }[] }
    expect(items.map((item) => item.userId)).toEqual([guest.id])

    await ok(owner, 'DELETE', `/roles/${roleId}`)
    expect((await mine(guest)).toSorted()).toEqual([...base, 'member:read'].toSorted())
    expect((await call(owner, 'DELETE', `/roles/${roleId}`)).status).toBe(404)
  })

  test('a name is taken once, however it is spelled', async () => {
    await makeRole(owner, 'Night Watch', [])
    expect((await call(owner, 'POST', '/roles', { name: '  night  WATCH', permissions: [] })).json).toMatchObject({ code: 'NAME_TAKEN' })
    const other = await makeRole(owner, 'Day Watch', [])
    expect((await call(owner, 'PATCH', `/roles/${other}`, { name: 'Night Watch' })).json).toMatchObject({ code: 'NAME_TAKEN' })
  })

  test.each([
    // Well-formed, as the operator could have added it: nobody holds it.
    ['nothing:known', 403],
    ['__proto__', 400],
    ['constructor', 400],
    ['toString', 400],
    ['', 400],
    ['library:read,library:delete', 400],
    ['library:read ', 400],
  ])('the permission %j is none', async (permission, status) => {
    expect((await call(owner, 'POST', '/roles', { name: `R${newId()}`, permissions: [permission] })).status).toBe(status)
  })

  test('nobody puts into a role, takes out, gives or takes what they do not hold', async () => {
    const steward = await makeRole(owner, 'Steward', [
      'member:read',
      'role:read',
      'role:manage',
      'role:assign',
      'library:read',
      'book:read',
    ])
    const strong = await makeRole(owner, 'Strong', ['library:delete'])
    await setRoles(owner, member, [steward])

    expect((await call(member, 'POST', '/roles', { name: 'Mine', permissions: ['library:delete'] })).status).toBe(403)
    const weak = await makeRole(member, 'Weak', ['library:read'])
    expect((await call(member, 'PATCH', `/roles/${weak}`, { permissions: ['library:read', 'library:delete'] })).status).toBe(403)
    expect((await call(member, 'PATCH', `/roles/${strong}`, { permissions: [] })).status).toBe(403)
    expect((await call(member, 'PATCH', `/roles/${strong}`, { name: 'Weaker' })).status).toBe(403)
    expect((await call(member, 'DELETE', `/roles/${strong}`)).status).toBe(403)
    expect((await setRoles(member, member, [steward, strong])).status).toBe(403)
    expect((await setRoles(member, member, ['owner'])).status).toBe(403)
    expect((await setRoles(member, guest, ['librarian'])).status).toBe(403)
    expect((await setRoles(member, librarian, ['guest'])).status).toBe(403)
    expect((await setRoles(member, guest, [weak])).status).toBe(403)
    await ok(owner, 'PUT', `/members/${guest.id}/roles`, { roles: [weak] })
    expect(await mine(guest)).toEqual(['library:read'])
    expect((await setRoles(member, guest, [weak, steward])).status).toBe(200)
  })

  test('an admin makes nobody an owner, and no owner less', async () => {
    expect((await setRoles(admin, admin, ['owner'])).status).toBe(403)
    expect((await setRoles(admin, member, ['owner', 'admin'])).status).toBe(403)
    expect((await setRoles(admin, owner, ['guest'])).status).toBe(403)
    expect((await call(admin, 'DELETE', `/members/${owner.id}`)).status).toBe(403)
    expect((await setRoles(admin, member, ['admin'])).status).toBe(200)
  })

  test.each([[['admin, owner']], [['owner,admin']], [['Owner']], [['admin ']], [[newId()]], [[]], [['admin', 'nobody']]])(
    'the roles %j are not given',
    async (roles) => {
      expect([400, 404]).toContain((await setRoles(owner, member, roles)).status)
      expect(((await ok(owner, 'GET', '/members?role=member')) as { total: number }).total).toBe(1)
    },
  )

  test('a role of another workspace does not exist here', async () => {
    const stranger = await makePerson(server, 'Stranger')
    const other = await makeOrganization(server, 'Elsewhere', { owner: [stranger] })
    const foreign = await server.send('POST', '/api/v1/roles', {
      cookie: stranger.cookie,
      organization: other.id,
      body: { name: 'Foreign', permissions: [] },
    })
    const { roleId } = foreign.json as { roleId: string }
    expect((await setRoles(owner, member, [roleId])).status).toBe(404)
    expect((await call(owner, 'PATCH', `/roles/${roleId}`, { name: 'Stolen' })).status).toBe(404)
    expect((await call(owner, 'DELETE', `/roles/${roleId}`)).status).toBe(404)
    expect((await setRoles(owner, stranger, ['member'])).status).toBe(404)
  })
})

describe('members', () => {
  test('the last owner neither leaves nor is made less, by nobody', async () => {
    const codes = await Promise.all([
      call(owner, 'POST', '/members/leave'),
      setRoles(owner, owner, ['admin']),
      call(owner, 'DELETE', `/members/${owner.id}`),
    ])
    for (const { status, json } of codes) expect([status, json]).toEqual([409, expect.objectContaining({ code: 'LAST_OWNER' })])
    await ok(owner, 'PUT', `/members/${admin.id}/roles`, { roles: ['owner'] })
    await ok(owner, 'POST', '/members/leave')
    expect((await call(owner, 'GET', '/members')).status).toBe(404)
  })

  test('two owners who remove each other at the same moment leave one', async () => {
    await ok(owner, 'PUT', `/members/${admin.id}/roles`, { roles: ['owner'] })
    const answers = await Promise.all([call(owner, 'DELETE', `/members/${admin.id}`), call(admin, 'DELETE', `/members/${owner.id}`)])
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    const left = await server.db.superuser`select from member_role where organization_id = ${organization} and builtin = 'owner'`
    expect(left).toHaveLength(1)
  })

  test('who is removed or leaves is out at once, and finds what they read when they come back', async () => {
    await ok(admin, 'DELETE', `/members/${member.id}`)
    expect((await call(member, 'GET', '/libraries')).status).toBe(404)
    await ok(guest, 'POST', '/members/leave')
    expect((await call(guest, 'GET', '/libraries')).status).toBe(404)
    expect((await call(admin, 'DELETE', `/members/${member.id}`)).status).toBe(404)
  })

  test('are listed to the last, page by page, by name; addresses only to those who manage people', async () => {
    for (let n = 0; n < 120; n += 1) {
      const id = newId()
      await insertRow(server.db.superuser, 'user', { id, name: `Crowd ${String(n).padStart(3, '0')}`, email: `${id}@example.org` })
      await addMember(server, organization, { id }, 'member')
    }
    const names: string[] = []
    let cursor: string | null = null
    do {
      const page = (await ok(owner, 'GET', `/members?limit=50${cursor ? `&cursor=${cursor}` : ''}`)) as {
        items: { name: string; email: string | null }[]
        total: number
        nextCursor: string | null
      }
      expect(page.total).toBe(125)
      expect(page.items.every((item) => item.email !== null)).toBe(true)
      names.push(...page.items.map((item) => item.name))
      cursor = page.nextCursor
    } while (cursor)
    expect(names).toHaveLength(125)
    expect(names).toEqual(names.toSorted())
    const seen = (await ok(member, 'GET', '/members?query=olga')) as { items: { name: string; email: string | null }[] }
    expect(seen.items).toMatchObject([{ name: 'Olga Owner', email: null }])
    expect(((await ok(member, 'GET', '/members?query=example.org')) as { total: number }).total).toBe(0)
    expect(((await ok(owner, 'GET', '/members?query=example.org')) as { total: number }).total).toBe(125)
    expect((await call(owner, 'GET', '/members?cursor=eyJhIjoxfQ')).status).toBe(400)
    expect((await call(guest, 'GET', '/members')).status).toBe(403)
  })
})

describe('teams and grants', () => {
  test('open a library to exactly these people, and close it again', async () => {
    const libraryId = await makeLibrary('Vault')
    const { id: teamId } = (await ok(admin, 'POST', '/teams', { name: 'Readers' })) as { id: string }
    expect([await libraries(guest), await libraries(member)]).toEqual([[], []])

    await ok(admin, 'PUT', `/libraries/${libraryId}/grants`, { to: { kind: 'team', id: teamId }, level: 'viewer' })
    expect(await libraries(guest)).toEqual([])
    await ok(admin, 'POST', `/teams/${teamId}/members`, { userIds: [guest.id] })
    expect([await libraries(guest), await libraries(member)]).toEqual([['Vault'], []])
    await ok(admin, 'PUT', `/libraries/${libraryId}/grants`, { to: { kind: 'person', id: member.id }, level: 'editor' })
    expect(await libraries(member)).toEqual(['Vault'])

    const listed = await ok(admin, 'GET', `/libraries/${libraryId}/grants`)
    expect(listed).toEqual([
      { to: { kind: 'team', id: teamId }, name: 'Readers', level: 'viewer' },
      { to: { kind: 'person', id: member.id }, name: 'Mina Member', level: 'editor' },
    ])
    await ok(admin, 'POST', `/teams/${teamId}/members/remove`, { userIds: [guest.id] })
    expect(await libraries(guest)).toEqual([])
    await ok(admin, 'DELETE', `/libraries/${libraryId}/grants`, { to: { kind: 'person', id: member.id } })
    expect(await libraries(member)).toEqual([])
  })

  test('a manager shares one library and changes it; an editor scans it; neither touches another', async () => {
    const libraryId = await makeLibrary('Vault')
    const other = await makeLibrary('Other', 'organization')
    const grant = (level: string) => ok(owner, 'PUT', `/libraries/${libraryId}/grants`, { to: { kind: 'person', id: member.id }, level })
    const share = (id: string, level: string) =>
      call(member, 'PUT', `/libraries/${id}/grants`, { to: { kind: 'person', id: guest.id }, level })

    await grant('editor')
    expect((await share(libraryId, 'viewer')).status).toBe(403)
    expect((await call(member, 'POST', `/libraries/${libraryId}/scan`)).status).toBe(200)
    expect((await call(member, 'PATCH', `/libraries/${libraryId}`, { name: 'X' })).status).toBe(403)
    expect((await call(member, 'GET', `/permissions/check?permission=library:scan&libraryId=${libraryId}`)).json).toEqual({ allowed: true })
    expect((await call(member, 'GET', `/permissions/check?permission=library:scan`)).json).toEqual({ allowed: false })

    await grant('manager')
    expect((await share(libraryId, 'manager')).status).toBe(200)
    expect((await call(member, 'PATCH', `/libraries/${libraryId}`, { name: 'Renamed' })).status).toBe(200)
    expect((await share(other, 'viewer')).status).toBe(403)
    expect((await call(member, 'PATCH', `/libraries/${other}`, { name: 'Y' })).status).toBe(403)
    expect((await call(member, 'POST', `/libraries/${other}/scan`)).status).toBe(403)
    expect((await call(member, 'DELETE', `/libraries/${libraryId}`)).status).toBe(403)
    expect((await call(guest, 'DELETE', `/libraries/${libraryId}/grants`, { to: { kind: 'person', id: member.id } })).status).toBe(200)
    expect((await call(member, 'GET', `/libraries/${libraryId}/grants`)).status).toBe(404)
  })

  test('is opened to all only by who may share it', async () => {
    const library = await makeLibrary('Shut')
    await ok(owner, 'PUT', `/libraries/${library}/grants`, { to: { kind: 'person', id: librarian.id }, level: 'viewer' })
    const open = { visibility: 'organization' }
    expect((await call(librarian, 'PATCH', `/libraries/${library}`, open)).status).toBe(403)
    const app = server.db.login('carrel_app', 1)
    const around = app.begin(async (tx) => {
      await tx`select app.enter(${librarian.token}, 'organization', ${organization})`
      await tx`update library set visibility = 'organization' where id = ${library}`
    })
    await expect(around).rejects.toMatchObject({ code: '42501' })
    expect((await call(librarian, 'PATCH', `/libraries/${library}`, { name: 'Shut still' })).status).toBe(200)
    expect((await call(owner, 'PATCH', `/libraries/${library}`, open)).status).toBe(200)
  })

  test('who manages teams gives nobody a library by them that they could not share', async () => {
    const libraryId = await makeLibrary('Vault')
    const { id: teamId } = (await ok(owner, 'POST', '/teams', { name: 'Inner' })) as { id: string }
    await ok(owner, 'PUT', `/libraries/${libraryId}/grants`, { to: { kind: 'team', id: teamId }, level: 'viewer' })
    const keeper = await makeRole(owner, 'Team keeper', ['member:read', 'team:read', 'team:manage', 'book:read', 'library:read'])
    await setRoles(owner, member, [keeper])
    expect((await call(member, 'POST', `/teams/${teamId}/members`, { userIds: [member.id] })).status).toBe(403)
    expect((await call(member, 'DELETE', `/teams/${teamId}`)).status).toBe(403)
    expect(await libraries(member)).toEqual([])
    const own = (await ok(member, 'POST', '/teams', { name: 'Outer' })) as { id: string }
    expect((await call(member, 'POST', `/teams/${own.id}/members`, { userIds: [member.id] })).status).toBe(200)
  })

  test('strangers, and things of another workspace, are not found', async () => {
    const stranger = await makePerson(server, 'Stranger')
    const libraryId = await makeLibrary('Vault')
    const { id: teamId } = (await ok(owner, 'POST', '/teams', { name: 'Team' })) as { id: string }
    expect(
      (await call(owner, 'PUT', `/libraries/${libraryId}/grants`, { to: { kind: 'person', id: stranger.id }, level: 'viewer' })).status,
    ).toBe(404)
    expect(
      (await call(owner, 'PUT', `/libraries/${libraryId}/grants`, { to: { kind: 'team', id: newId() }, level: 'viewer' })).status,
    ).toBe(404)
    expect((await call(owner, 'POST', `/teams/${teamId}/members`, { userIds: [stranger.id] })).status).toBe(404)
    expect((await call(owner, 'PUT', `/libraries/${newId()}/grants`, { to: { kind: 'team', id: teamId }, level: 'viewer' })).status).toBe(
      404,
    )
    expect((await call(stranger, 'GET', '/teams')).status).toBe(404)
  })
})

describe('the audit log', () => {
  test('tells who did what to whom, with what was before, to those who may read it', async () => {
    const roleId = await makeRole(admin, 'Curator', ['library:read'])
    await ok(admin, 'PATCH', `/roles/${roleId}`, { permissions: ['library:read', 'library:scan'] })
    await ok(owner, 'PUT', `/members/${guest.id}/roles`, { roles: ['guest', roleId] })
    await ok(admin, 'DELETE', `/roles/${roleId}`)
    expect((await call(guest, 'PUT', `/members/${guest.id}/roles`, { roles: ['owner'] })).status).toBe(403)

    const { items } = (await ok(owner, 'GET', '/audit')) as {
      items: { action: string; actorName: string; before: unknown; after: unknown; targetName: string; address: string | null }[]
    }
    expect(items.map((item) => `${item.actorName} ${item.action} ${item.targetName}`)).toEqual([
      'Adam Admin role.deleted Curator',
      'Olga Owner assignment.updated Gil Guest',
      'Adam Admin role.updated Curator',
      'Adam Admin role.created Curator',
    ])
    expect(items[1]).toMatchObject({ before: { roles: ['guest'] }, after: { roles: ['guest', roleId] } })
    expect(items[2]).toMatchObject({ before: { permissions: ['library:read'] }, after: { permissions: ['library:read', 'library:scan'] } })
    expect(items.every((item) => item.address === '127.0.0.1')).toBe(true)

    const filtered = (await ok(owner, 'GET', `/audit?kind=role&actorId=${admin.id}&limit=2`)) as { items: unknown[]; nextCursor: string }
    expect(filtered.items).toHaveLength(2)
    const rest = (await ok(owner, 'GET', `/audit?kind=role&actorId=${admin.id}&limit=2&cursor=${filtered.nextCursor}`)) as {
      items: { action: string }[]
      nextCursor: string | null
    }
    expect([rest.items.map((item) => item.action), rest.nextCursor]).toEqual([['role.created'], null])
    expect((await call(member, 'GET', '/audit')).status).toBe(403)
  })
})

describe('a workspace', () => {
  const get = async (slug: string, who = owner) => server.send('GET', '/api/v1/organization', { cookie: who.cookie, organization: slug })

  test('changes its name and address; old addresses lead on and go to nobody else', async () => {
    const before = (await get(organization)).json as { slug: string }
    const slug = `renamed-${newId().slice(-8)}`
    expect((await ok(owner, 'PATCH', '/organization', { name: 'New name', slug })) as object).toMatchObject({ name: 'New name', slug })
    for (const address of [slug, before.slug]) expect((await get(address)).json).toMatchObject({ id: organization, slug })
    expect((await get(before.slug, await makePerson(server, 'Stranger'))).status).toBe(404)
    const create = (wanted: string) =>
      server.send('POST', '/api/v1/organizations', { cookie: member.cookie, body: { name: 'Mine', slug: wanted } })
    for (const taken of [slug, before.slug]) expect((await create(taken)).json).toMatchObject({ code: 'SLUG_TAKEN' })
    const other = (await create(`other-${newId().slice(-8)}`)).json as { id: string }
    const steal = (wanted: string) =>
      server.send('PATCH', '/api/v1/organization', { cookie: member.cookie, organization: other.id, body: { slug: wanted } })
    for (const taken of [slug, before.slug]) expect((await steal(taken)).json).toMatchObject({ code: 'SLUG_TAKEN' })
    expect((await steal('admin')).status).toBe(400)
    await ok(owner, 'PATCH', '/organization', { slug: before.slug })
    expect((await get(slug)).json).toMatchObject({ slug: before.slug })
    expect((await call(librarian, 'PATCH', '/organization', { name: 'X' })).status).toBe(403)
  })

  test('is handed over: the heir owns it, the giver is an admin', async () => {
    await ok(owner, 'POST', '/organization/transfer', { userId: member.id })
    expect(await mine(member)).toContain('organization:delete')
    expect(await mine(owner)).toContain('role:assign')
    expect(await mine(owner)).not.toContain('organization:delete')
    expect((await call(owner, 'POST', '/organization/transfer', { userId: owner.id })).status).toBe(403)
    expect((await call(member, 'POST', '/organization/transfer', { userId: (await makePerson(server, 'Stranger')).id })).status).toBe(404)
  })

  test('is handed over by an owner only, whatever else a role of its own may do', async () => {
    const roleId = await makeRole(owner, 'Closer', ['organization:read', 'organization:delete', 'role:assign', 'member:read'])
    await setRoles(owner, member, ['member', roleId])
    expect((await call(member, 'POST', '/organization/transfer', { userId: guest.id })).status).toBe(403)
    expect(await mine(owner)).toContain('organization:delete')
    expect(await mine(guest)).not.toContain('organization:delete')
  })

  test('is deleted by its name, shuts at once, and its owner alone opens it again within seven days', async () => {
    expect((await call(admin, 'DELETE', '/organization', { name: 'People' })).status).toBe(403)
    expect((await call(owner, 'DELETE', '/organization', { name: 'people' })).json).toMatchObject({ code: 'OTHER_NAME' })
    await ok(owner, 'DELETE', '/organization', { name: 'People' })
    for (const who of [owner, admin, member]) expect((await call(who, 'GET', '/libraries')).status).toBe(404)
    const told = (await ok(owner, 'GET', '/account')) as { memberships: object[]; deleted: object[] }
    expect(told).toMatchObject({ memberships: [], deleted: [{ organizationId: organization, name: 'People' }] })
    expect((await ok(admin, 'GET', '/account')) as object).toMatchObject({ memberships: [], deleted: [] })
    const restore = (who: Person) => call(who, 'POST', '/organizations/restore', { organizationId: organization })
    for (const who of [admin, member, await makePerson(server, 'Stranger')]) expect((await restore(who)).status).toBe(404)
    await ok(owner, 'POST', '/organizations/restore', { organizationId: organization })
    expect((await call(member, 'GET', '/libraries')).status).toBe(200)
    await ok(owner, 'DELETE', '/organization', { name: 'People' })
    await server.db.superuser`update organization set deleted_at = now() - interval '8 days' where id = ${organization}`
    expect((await restore(owner)).status).toBe(404)
  })
})

describe('an account', () => {
  const signUp = async (email: string) => {
    await server.db.superuser`update instance set setup_at = now()`
    const made = await server.send('POST', '/api/auth/sign-up/email', { body: { name: 'Sam', email, password: 'first password' } })
    return String(made.headers['set-cookie']?.[0]?.split(';')[0])
  }
  const signIn = async (email: string, password: string) => {
    const answer = await server.send('POST', '/api/auth/sign-in/email', { body: { email, password } })
    return answer.status === 200 ? String(answer.headers['set-cookie']?.[0]?.split(';')[0]) : null
  }
  const ask = (cookie: string, method: string, path: string, body?: object) =>
    server.send(method, `/api/v1${path}`, { cookie, ...(body && { body }) })

  test('shows where it is signed in, without tokens, and signs out there at once', async () => {
    const email = `${newId()}@example.org`
    const here = await signUp(email)
    const there = (await signIn(email, 'first password')) ?? ''
    const answer = await ask(here, 'GET', '/account/sessions')
    const sessions = answer.json as { id: string; current: boolean }[]
    expect(sessions.map((session) => session.current)).toEqual([true, false])
    expect(answer.text).not.toContain(decodeURIComponent(there).split('=')[1]?.split('.')[0])
    expect((await ask(owner.cookie, 'DELETE', `/account/sessions/${sessions[1]?.id}`)).status).toBe(404)
    expect((await ask(here, 'DELETE', `/account/sessions/${sessions[1]?.id}`)).status).toBe(200)
    expect([(await ask(there, 'GET', '/account')).status, (await ask(here, 'GET', '/account')).status]).toEqual([401, 200])
  })

  test('changes its password with the old one, and is signed out elsewhere', async () => {
    const email = `${newId()}@example.org`
    const here = await signUp(email)
    const there = (await signIn(email, 'first password')) ?? ''
    const change = (cookie: string, current: string, next: string) => ask(cookie, 'POST', '/account/password', { current, next })
    expect((await change(here, 'wrong password', 'second password')).json).toMatchObject({ code: 'WRONG_PASSWORD' })
    expect((await change(here, 'first password', 'short')).status).toBe(400)
    const changed = await change(here, 'first password', 'second password')
    expect(changed.status).toBe(200)
    const fresh = String(changed.headers['set-cookie']?.[0]?.split(';')[0])
    expect([(await ask(there, 'GET', '/account')).status, (await ask(fresh, 'GET', '/account')).status]).toEqual([401, 200])
    expect([await signIn(email, 'first password'), (await signIn(email, 'second password')) !== null]).toEqual([null, true])
  })
})
