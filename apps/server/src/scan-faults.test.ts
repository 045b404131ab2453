import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
import {
  besides,
  endProcess,
  endProcesses,
  openAccount,
  postmasterOf,
  scanEnded,
  spawnProcess,
  startProcess,
  superuserOf,
} from './testing/process.ts'
import { assignRoot, makeOrganization, makePerson, startTestServer, tempDir } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

/** Kills of each kind; more of them by hand, with FAULT_TRIALS. */
const trials = Number(process.env['FAULT_TRIALS'] ?? 3)
const limit = Math.max(300_000, trials * 60_000)
const books = 120
const scratch = tempDir()
afterEach(endProcesses)
afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }))

async function makeShelf(folder: string): Promise<void> {
  const cover = await sharp({ create: { width: 200, height: 300, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()
  for (let i = 0; i < books; i += 1) {
    mkdirSync(path.join(folder, String(i % 7)), { recursive: true })
    writeFileSync(
      path.join(folder, String(i % 7), `${i}.epub`),
      buildEpub({ title: `Book ${i}`, identifier: `urn:x:${i}`, cover, padding: 50_000 }),
    )
  }
}

/** Each file is one book, once, with its cover. */
async function expectWhole(dataDir: string): Promise<void> {
  const sql = superuserOf(dataDir)
  const [rows] = await sql`select count(*)::int as files, count(distinct book_id)::int as books, count(distinct path)::int as paths,
    (select count(distinct title)::int from book) as titles, (select count(*)::int from book where cover_state = 'ready') as covered,
    (select count(*)::int from cover_task) as waiting from library_file`
  await sql.end()
  expect(rows).toEqual({ files: books, books, paths: books, titles: books, covered: books, waiting: 0 })
}

describe.each(['server', 'Postgres', 'reader'] as const)('kill -9 of the %s during a scan', (what) => {
  test('loses nothing, doubles nothing, and the scan ends by itself', { timeout: limit }, async () => {
    const dataDir = path.join(scratch, `data-${what}`)
    const shelf = path.join(scratch, `books-${what}`)
    await makeShelf(shelf)
    const starting = { dataDir, home: scratch, roots: [shelf] }
    let served = await startProcess(starting)
    const account = await openAccount(dataDir, () => served)
    const { call } = account
    const library = String((await call('POST', '/libraries', { name: 'Shelf', folders: [shelf] }))['id'])

    for (let trial = 0; trial < trials; trial += 1) {
      await wait(60 + ((trial * 397 + 131) % 900))
      if (what === 'reader') {
        const { pid: parent } = served.child
        const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number)
        for (const pid of children.filter((each) => each !== postmasterOf(dataDir) && each > 0)) {
          if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('pool/child')) process.kill(pid, 'SIGKILL')
        }
        continue
      }
      if (what === 'server') await endProcess(served, 'SIGKILL')
      else {
        const { child } = served
        process.kill(postmasterOf(dataDir), 'SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
      served = await startProcess(starting)
    }

    let found = await scanEnded(account, library)
    expect(found).toMatchObject({ scanning: false, scan: { status: 'done', error: null } })
    // A reader that was killed costs its file, or the cover that it drew, this scan only.
    if (what === 'reader') {
      await call('POST', `/libraries/${library}/scan`, {})
      found = await scanEnded(account, library)
    }
    expect(found).toMatchObject({ bookCount: books, problemCount: 0 })
    await expectWhole(dataDir)
    await endProcess(served)
  })
})

test('kill -9 of a worker that runs apart during a scan loses nothing, and the web process goes on', { timeout: limit }, async () => {
  const dataDir = path.join(scratch, 'data-worker')
  const shelf = path.join(scratch, 'books-worker')
  await makeShelf(shelf)
  const options = { dataDir, home: scratch, roots: [shelf] }
  const web = await startProcess({ ...options, env: { ROLE: 'web' } })
  const account = await openAccount(dataDir, () => web)
  const work = () => spawnProcess({ ...options, env: { ROLE: 'worker', ...besides(dataDir) } })
  const library = String((await account.call('POST', '/libraries', { name: 'Shelf', folders: [shelf] }))['id'])
  let worker = work()
  for (let trial = 0; trial < (process.env['FAULT_TRIALS'] ? trials : 1); trial += 1) {
    const listed = async () => ((await account.call('GET', `/libraries/${library}`)) as { scan: { listed: number } }).scan.listed
    // Amid the listing when it can be met, else amid the covers.
    for (let i = 0; i < 400 && (await listed()) === 0; i += 1) await wait(20)
    await wait((trial * 397) % 900)
    await endProcess(worker, 'SIGKILL')
    expect((await fetch(`${web.url}/readyz`)).status).toBe(200)
    worker = work()
  }
  expect(await scanEnded(account, library)).toMatchObject({ bookCount: books, problemCount: 0, scan: { status: 'done', error: null } })
  await expectWhole(dataDir)
  await endProcess(worker)
  await endProcess(web)
})

test(
  'two servers on one database that both scan do each file once, and one that was taken for dead writes no more',
  { timeout: 120_000 },
  async () => {
    await using first = await startTestServer({ worker: 1 })
    await using second = await startTestServer({ database: first.db, dataDir: first.dataDir, roots: [first.root], worker: 1 })
    await makeShelf(first.root)
    const owner = await makePerson(first, 'Owner')
    const organization = (await makeOrganization(first, 'Replicas', { owner: [owner] })).id
    await assignRoot(first, organization, first.root)
    const at = { cookie: owner.cookie, organization }
    const made = await first.send('POST', '/api/v1/libraries', { ...at, body: { name: 'Shared', folders: [first.root] } })
    const { id } = made.json as { id: string }
    await Promise.all([first, second, first, second].map((server) => server.send('POST', `/api/v1/libraries/${id}/scan`, at)))
    expect(await scanned(second, owner, organization, id, 60_000)).toMatchObject({ bookCount: books, problemCount: 0 })
    expect(await first.db.superuser`select from scan where library_id = ${id}`).toHaveLength(1)

    await first.db.superuser`update library_file set sha256 = 'other', koreader_md5 = null`
    await first.send('POST', `/api/v1/libraries/${id}/scan`, at)
    for (let i = 0; i < 200; i += 1) {
      const taken = await first.db
        .superuser`update scan set runner = ${crypto.randomUUID()} where library_id = ${id} and status = 'listing' returning id`
      if (taken.length > 0) break
      await wait(5)
    }
    const counted = async () =>
      (await first.db.superuser<{ n: number }[]>`select count(*)::int as n from library_file where sha256 = 'other'`)[0]?.n
    await wait(300)
    const before = await counted()
    expect(before).toBeGreaterThan(0)
    await wait(1000)
    expect(await counted()).toBe(before)
    await first.send('POST', `/api/v1/libraries/${id}/scan`, at)
    expect(await scanned(second, owner, organization, id, 60_000)).toMatchObject({ bookCount: books, scan: { status: 'done' } })
    expect(await counted()).toBe(0)
  },
)

test('a store that takes no covers costs no book, and the covers follow when it does', { timeout: 120_000 }, async () => {
  await using server = await startTestServer({ worker: 1 })
  await makeShelf(server.root)
  const owner = await makePerson(server, 'Owner')
  const organization = (await makeOrganization(server, 'Full', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
  // Nothing can be made below a file, as nothing can on a disk that is full.
  const blobs = path.join(server.dataDir, 'blobs')
  mkdirSync(blobs, { recursive: true })
  renameSync(blobs, `${blobs}-away`)
  writeFileSync(blobs, '')
  const at = { cookie: owner.cookie, organization }
  const { id } = (await server.send('POST', '/api/v1/libraries', { ...at, body: { name: 'Full', folders: [server.root] } })).json as {
    id: string
  }
  const read = async () =>
    (await server.send('GET', `/api/v1/libraries/${id}`, at)).json as { bookCount: number; scan: { error: string | null } }
  await expect.poll(read, { timeout: 30_000 }).toMatchObject({ bookCount: books, scan: { error: expect.stringContaining('tried again') } })
  rmSync(blobs)
  renameSync(`${blobs}-away`, blobs)
  expect(await scanned(server, owner, organization, id, 60_000)).toMatchObject({ bookCount: books, scan: { status: 'done' } })
  expect(await server.db.superuser`select from book where cover_state = 'ready'`).toHaveLength(books)
})

test('a run whose end is written while the line to the database breaks has ended', { timeout: 120_000 }, async () => {
  await using behind = await startTestServer()
  const { db } = behind
  const unanswered = new Set<Socket>()
  const line = createServer((socket) => {
    const other = createConnection(path.join(db.target.host, `.s.PGSQL.${db.target.port}`))
    socket.pipe(other).pipe(socket)
    socket.on('data', () => unanswered.add(socket))
    other.on('data', () => unanswered.delete(socket))
    for (const each of [socket, other]) each.on('error', () => {})
  })
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
  const { port } = line.address() as { port: number }
  const target = { ...db.target, host: '127.0.0.1', port }
  await using worker = await startTestServer({ database: { ...db, target }, dataDir: behind.dataDir, roots: [behind.root], worker: 1 })
  const owner = await makePerson(behind, 'Owner')
  const organization = (await makeOrganization(behind, 'Broken line', { owner: [owner] })).id
  await assignRoot(behind, organization, behind.root)
  writeFileSync(path.join(behind.root, 'one.epub'), buildEpub({ title: 'One' }))
  // The commit takes a while, in which nobody is left to hear of it.
  await db.superuser.unsafe(`create function slow_end() returns trigger language plpgsql as 'begin perform pg_sleep(1.5); return null; end';
    create constraint trigger slow_end after update on scan deferrable initially deferred
      for each row when (old.finished_at is null and new.finished_at is not null) execute function slow_end()`)
  const at = { cookie: owner.cookie, organization }
  const { id } = (await behind.send('POST', '/api/v1/libraries', { ...at, body: { name: 'x', folders: [behind.root] } })).json as {
    id: string
  }
  const sleeping = async () =>
    (await db.superuser`select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`).length
  await expect.poll(sleeping, { timeout: 30_000, interval: 20 }).toBe(1)
  for (const socket of unanswered) socket.destroy()
  await expect.poll(sleeping, { timeout: 10_000 }).toBe(0)
  await db.superuser`drop trigger slow_end on scan`
  // Whatever was written about the broken line came after the end.
  await expect.poll(() => worker.logs.some((text) => text.includes('scan failed')), { timeout: 20_000 }).toBe(true)
  await wait(500)
  expect(await scanned(behind, owner, organization, id, 10_000)).toMatchObject({ bookCount: 1, scan: { status: 'done', error: null } })
  line.close()
})
