import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

const hour = 3_600_000
let server: TestServer
let owner: Person
let organization: string

beforeAll(async () => {
  server = await startTestServer({ worker: 1, settleMs: 300 })
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Clocks', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
})
afterEach(() => vi.useRealTimers())
afterAll(() => server[Symbol.asyncDispose]())

const call = async (method: string, at: string, body?: object) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: owner.cookie, organization, ...(body && { body }) })
  expect(answer.status, answer.text).toBe(200)
  return answer.json as Record<string, unknown>
}
const write = (shelf: string, name: string, at?: Date) => {
  writeFileSync(path.join(shelf, `${name}.epub`), buildEpub({ title: name, identifier: `urn:x:${shelf}:${name}` }))
  if (at) utimesSync(path.join(shelf, `${name}.epub`), at, at)
}
const create = async (shelf: string): Promise<string> => {
  const { id } = await call('POST', '/libraries', { name: path.basename(shelf), folders: [shelf] })
  return String(id)
}
/** The library, once its scan has ended; the time of this process is not asked. */
const ended = async (id: string) => {
  await expect.poll(async () => (await call('GET', `/libraries/${id}`))['scanning'], { timeout: 30_000 }).toBe(false)
  return scanned(server, owner, organization, id)
}

test('a file of any time becomes a book, and is known again', async () => {
  const shelf = path.join(server.root, 'times')
  mkdirSync(shelf)
  const times = {
    ahead: new Date(Date.now() + 960 * hour),
    soon: new Date(Date.now() + hour),
    old: new Date(0),
    older: new Date(-hour),
    last: new Date('2105-01-01'),
  }
  for (const [name, at] of Object.entries(times)) write(shelf, name, at)
  write(shelf, 'now')
  const library = await create(shelf)
  expect(await ended(library)).toMatchObject({ bookCount: 6, problemCount: 0, scan: { status: 'done', listed: 6 } })
  await call('POST', `/libraries/${library}/scan`, {})
  expect(await ended(library)).toMatchObject({ bookCount: 6, scan: { status: 'done', listed: 0, unchanged: 6 } })
})

test('a clock that jumps before and during scans makes no book missing, nor ends one that is', { timeout: 120_000 }, async () => {
  const shelf = path.join(server.root, 'jumps')
  mkdirSync(shelf)
  for (let i = 0; i < 40; i += 1) write(shelf, `Book ${i}`)
  const library = await create(shelf)
  expect(await ended(library)).toMatchObject({ bookCount: 40 })
  rmSync(path.join(shelf, 'Book 0.epub'))
  await call('POST', `/libraries/${library}/scan`, {})
  expect(await ended(library)).toMatchObject({ bookCount: 40, missingCount: 1 })
  const books = () =>
    server.db
      .superuser`select id, missing_at is not null as missing, missing_nights as nights from book where library_id = ${library} order by id`
  const before = [...(await books())]
  const warnings: string[] = []
  const hear = ({ message }: Error) => warnings.push(message)
  process.on('warning', hear)
  const real = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: real, shouldAdvanceTime: true })
  for (const [first, second] of [
    [-hour, 960 * hour],
    [960 * hour, -hour],
  ] as const) {
    vi.setSystemTime(real + first)
    for (const name of readdirSync(shelf)) utimesSync(path.join(shelf, name), new Date(), new Date())
    await call('POST', `/libraries/${library}/scan`, {})
    await wait(400)
    vi.setSystemTime(real + second)
    expect(await ended(library)).toMatchObject({
      bookCount: 40,
      missingCount: 1,
      problemCount: 0,
      scan: { status: 'done', held: 0, listed: 39 },
    })
    expect([...(await books())]).toEqual(before)
  }
  process.off('warning', hear)
  // Nor does any timer wait for the days that the clock went back.
  expect(warnings).toEqual([])
})

test('what the queue noted by a clock that went ahead keeps no library waiting', { timeout: 120_000 }, async () => {
  await server.stopWorker()
  const notes = {
    active: "heartbeat_on = now() + interval '40 days', started_on = now() + interval '40 days'",
    retry: "start_after = now() + interval '40 days'",
    created: "start_after = now() + interval '40 days'",
  }
  const libraries: string[] = []
  for (const [state, times] of Object.entries(notes)) {
    const shelf = path.join(server.root, `job-${state}`)
    mkdirSync(shelf)
    write(shelf, 'Waiting')
    const library = await create(shelf)
    libraries.push(library)
    const noted = await server.db.superuser.unsafe(
      `update pgboss.job set state = '${state}', ${times} where name = 'scan' and state = 'created' and data ->> 'libraryId' = '${library}' returning id`,
    )
    expect(noted).toHaveLength(1)
  }
  await using other = await startTestServer({ database: server.db, dataDir: server.dataDir, roots: [server.root], worker: 1 })
  for (const library of libraries)
    expect(await scanned(other, owner, organization, library, 60_000)).toMatchObject({ bookCount: 1, scan: { status: 'done' } })
})
