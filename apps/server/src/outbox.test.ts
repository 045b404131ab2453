import { afterAll, beforeAll, expect, test } from 'vitest'
import { on, relayDue, type DeliveredEvent, type Listener } from '@carrel/api'
import { newId } from '@carrel/db'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
let owner: Person
let organization: string
beforeAll(async () => {
  server = await startTestServer()
  owner = await makePerson(server, 'Olga Owner')
  organization = (await makeOrganization(server, 'Events', { owner: [owner] })).id
})
afterAll(() => server[Symbol.asyncDispose]())

const send = (method: string, path: string, body: unknown) =>
  server.send(method, `/api/v1${path}`, { cookie: owner.cookie, organization, body })
const makeTeam = async (name: string) => ((await send('POST', '/teams', { name })).json as { id: string }).id
const due = () => server.db.superuser`update outbox set due_at = now() - interval '1 second'`
const waiting = async () => [
  ...(await server.db.superuser<{ heardBy: string[]; attempts: number }[]>`select heard_by as "heardBy", attempts from outbox`),
]
const relayAll = async (listeners: readonly Listener[]) => {
  while ((await relayDue(server.deps, listeners)) > 0);
}
/** A listener that keeps what it hears. */
const ear = (name = 'ear') => {
  const heard: DeliveredEvent[] = []
  return { name, heard, hear: (event: DeliveredEvent) => void heard.push(event) }
}

test('what was done is told once, with the record as it was and as it is, by whom and when', async () => {
  await relayAll([])
  const before = new Date()
  const teamId = await makeTeam('Readers')
  await send('PATCH', `/teams/${teamId}`, { name: 'Night readers' })
  await send('DELETE', `/teams/${teamId}`, {})
  const listener = ear()
  await relayAll([listener])
  expect(listener.heard).toMatchObject([
    { kind: 'team', change: 'created', organizationId: organization, target: { id: teamId }, after: { name: 'Readers' } },
    { kind: 'team', change: 'updated', before: { name: 'Readers' }, after: { name: 'Night readers' } },
    {
      kind: 'team',
      change: 'deleted',
      before: { name: 'Night readers' },
      actor: { id: owner.id, name: 'Olga Owner' },
      impersonatorId: null,
    },
  ])
  expect(listener.heard.every((event) => event.at >= new Date(before.getTime() - 1000) && event.at <= new Date())).toBe(true)
  await due()
  await relayAll([listener])
  expect(listener.heard).toHaveLength(3)
  expect(await waiting()).toEqual([])
})

test('what is rolled back is told to nobody', async () => {
  const made = server.db.superuser.begin(async (tx) => {
    const row = { organization_id: organization, id: newId(), actor_name: 'Nobody', action: 'team.created', target_type: 'team' }
    await tx`insert into audit_event ${tx(row)}`
    expect([...(await tx`select from outbox`)]).toHaveLength(1)
    throw new Error('changed my mind')
  })
  await expect(made).rejects.toThrow('changed my mind')
  const listener = ear()
  await relayAll([listener])
  expect(listener.heard).toEqual([])
})

test('a listener to one kind of change hears that alone', async () => {
  const names: string[] = []
  const teamId = await makeTeam('Choir')
  await send('PATCH', `/teams/${teamId}`, { name: 'Large choir' })
  await relayAll([on('choirs', 'team', 'updated', (event) => void names.push(`${event.before.name} → ${event.after.name}`))])
  expect(names).toEqual(['Choir → Large choir'])
})

test('a listener that fails hears of it again later; the others do not', async () => {
  await makeTeam('Stubborn')
  const calm = ear('calm')
  const stubborn = ear('stubborn')
  let fails = true
  const listeners: Listener[] = [
    {
      name: 'stubborn',
      hear: (event) => {
        if (fails) throw new Error('not now')
        stubborn.hear(event)
      },
    },
    calm,
  ]
  await relayAll(listeners)
  expect([calm.heard.length, stubborn.heard.length]).toEqual([1, 0])
  expect(await waiting()).toEqual([{ heardBy: ['calm'], attempts: 1 }])
  fails = false
  await relayAll(listeners)
  expect(stubborn.heard, 'not before it is due').toHaveLength(0)
  await due()
  await relayAll(listeners)
  expect([calm.heard.length, stubborn.heard.length]).toEqual([1, 1])
  expect(await waiting()).toEqual([])
  expect(server.logs.some((line) => line.includes('event not heard') && line.includes('stubborn'))).toBe(true)
})

test('an event is given up after thirty tries, and told in the log', async () => {
  await makeTeam('Hopeless')
  await server.db.superuser`update outbox set attempts = 29`
  await relayAll([{ name: 'deaf', hear: () => Promise.reject(new Error('never')) }])
  expect(await waiting()).toEqual([])
  expect(server.logs.some((line) => line.includes('event given up') && line.includes('deaf'))).toBe(true)
})

test('two servers share what is to be told; who died while telling leaves it to the next', async () => {
  for (let n = 0; n < 30; n++) await makeTeam(`Twin ${n}`)
  const ears = [ear(), ear()]
  await Promise.all(ears.map((listener) => relayAll([listener])))
  const told = ears.flatMap(({ heard }) => heard.map((event) => event.target.name)).toSorted()
  expect(told).toEqual(Array.from({ length: 30 }, (_, n) => `Twin ${n}`).toSorted())

  await makeTeam('Orphan')
  // Claimed, and never heard of again.
  const claimed = await server.db.superuser.begin(async (tx) => [...(await tx`select * from app.claim_events(10)`)])
  expect(claimed).toHaveLength(1)
  const heir = ear()
  await relayAll([heir])
  expect(heir.heard, 'still claimed').toEqual([])
  await server.db.superuser`update outbox set due_at = due_at - interval '5 minutes'`
  await relayAll([heir])
  expect(heir.heard).toMatchObject([{ target: { name: 'Orphan' } }])
})

test('the worker writes each event into the log, as soon as it is done', async () => {
  await server.startWorker()
  const teamId = await makeTeam('Logged')
  await expect
    .poll(() => server.logs.find((line) => line.includes('team.created') && line.includes(teamId)), { timeout: 5000 })
    .toContain(organization)
  await server.stopWorker()
})

test('nobody who is signed in gets at it', async () => {
  const app = server.db.login('carrel_app', 1)
  for (const statement of ['select from app.claim_events(1)', `select app.note_heard('${newId()}', '${newId()}', '{}', true)`]) {
    const tried = app.begin(async (tx) => {
      await tx`select app.enter(${owner.token}, 'organization', ${organization})`
      await tx.unsafe(statement)
    })
    await expect(tried).rejects.toMatchObject({ code: '42501' })
  }
  await expect(app`select from outbox`).rejects.toMatchObject({ code: '42501' })
})
