import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOrganization, makePerson, setUp, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
let operator: Person
let owner: Person
let member: Person
let organization: string

const start = async (env: Record<string, string>) => {
  server = await startTestServer({ env })
  await setUp(server)
  ;[operator, owner, member] = await Promise.all([
    makePerson(server, 'Olga Operator', { operator: true }),
    makePerson(server, 'Otto Owner'),
    makePerson(server, 'Mina Member'),
  ])
  organization = (await makeOrganization(server, 'Shop', { owner: [owner], member: [member] })).id
}
beforeAll(() => start({ CATALOGUE_PERMISSION: 'instance:manage' }))
afterAll(() => server[Symbol.asyncDispose]())

const send = (who: Person, method: string, path: string, body?: unknown) =>
  server.send(method, `/api/v1${path}`, { cookie: who.cookie, organization, ...(body !== undefined && { body }) })
const holds = async (who: Person, permission: string) =>
  ((await send(who, 'GET', `/permissions/check?permission=${permission}`)).json as { allowed: boolean }).allowed
const add = (name: string, label = 'Sell books') => send(operator, 'POST', '/instance/permissions', { name, label })

test('what the operator adds is held by owners, given by them in roles, and asked for by other programs', async () => {
  expect((await add('shop:sell')).status).toBe(200)
  expect([await holds(owner, 'shop:sell'), await holds(member, 'shop:sell')]).toEqual([true, false])
  expect((await send(owner, 'GET', '/permissions/extra')).json).toEqual([{ name: 'shop:sell', label: 'Sell books' }])
  expect((await send(owner, 'GET', '/account')).json).toMatchObject({
    memberships: [{ permissions: expect.arrayContaining(['shop:sell']) }],
  })

  const made = await send(owner, 'POST', '/roles', { name: 'Seller', permissions: ['shop:sell'] })
  const { roleId } = made.json as { roleId: string }
  expect((await send(owner, 'PUT', `/members/${member.id}/roles`, { roles: ['member', roleId] })).status).toBe(200)
  expect(await holds(member, 'shop:sell')).toBe(true)
  expect((await send(owner, 'GET', '/roles')).json).toContainEqual(expect.objectContaining({ ref: roleId, permissions: ['shop:sell'] }))

  const removed = await send(operator, 'DELETE', '/instance/permissions/shop:sell')
  expect(removed.json).toEqual({ roles: 1 })
  expect([await holds(owner, 'shop:sell'), await holds(member, 'shop:sell')]).toEqual([false, false])
  expect((await send(owner, 'GET', '/roles')).json).toContainEqual(expect.objectContaining({ ref: roleId, permissions: [] }))
  expect((await send(owner, 'GET', '/audit?kind=role')).json).toMatchObject({
    items: [
      { action: 'role.updated', actorName: 'The operator', before: { permissions: ['shop:sell'] }, after: { permissions: [] } },
      { action: 'role.created' },
    ],
  })
  expect((await send(operator, 'GET', '/instance/audit?kind=permission')).json).toMatchObject({
    items: [{ action: 'permission.removed', targetId: 'shop:sell' }, { action: 'permission.added' }],
  })
})

test('names are new and well formed, and nobody but the operator gives them', async () => {
  for (const name of ['book:read', 'Shop:sell', 'shop', 'shop:sell:more', `${'a'.repeat(41)}:b`, '__proto__', 'shop:', 'instance:manage'])
    expect([name, (await add(name)).status]).toEqual([name, 400])
  expect((await add('shop:buy')).status).toBe(200)
  expect((await add('shop:buy')).json).toMatchObject({ code: 'NAME_TAKEN' })
  expect((await send(owner, 'POST', '/instance/permissions', { name: 'shop:own', label: 'Own' })).status).toBe(403)
  expect((await send(operator, 'DELETE', '/instance/permissions/shop:unknown')).status).toBe(404)
})

test('what was added outlives a restart', async () => {
  await add('shop:count')
  await using again = await startTestServer({ database: server.db, dataDir: server.dataDir })
  const answer = await again.send('GET', '/api/v1/permissions/check?permission=shop:count', { cookie: owner.cookie, organization })
  expect(answer.json).toEqual({ allowed: true })
  // Without the setting nobody adds or removes, but what is there counts.
  const closed = await again.send('POST', '/api/v1/instance/permissions', {
    cookie: operator.cookie,
    body: { name: 'shop:more', label: 'More' },
  })
  expect([closed.status, closed.json]).toEqual([403, expect.objectContaining({ code: 'CLOSED' })])
})
