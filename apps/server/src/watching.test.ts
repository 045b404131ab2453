import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, openSync, closeSync, renameSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
import type { WatchPace } from '@carrel/api'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

let server: TestServer
let owner: Person
let organization: string

beforeAll(async () => {
  server = await startTestServer({ worker: 2, settleMs: 300, watch: { quietMs: 300, mostMs: 2000, stormMostMs: 4000, lookMs: 1000 } })
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Watched', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
const folder = (): string => {
  const made = path.join(server.root, `shelf-${(count += 1)}`)
  mkdirSync(made)
  return made
}
const epub = (title: string, more: object = {}) => buildEpub({ title, ...more })
const call = (method: 'GET' | 'POST' | 'PATCH', at: string, body?: object) =>
  server.send(method, `/api/v1${at}`, { cookie: owner.cookie, organization, ...(body && { body }) })
const titles = async (libraryId: string): Promise<string[]> =>
  (
    await server.db.superuser<
      { title: string }[]
    >`select title from book where library_id = ${libraryId} and missing_at is null order by title`
  ).map(({ title }) => title)
const folderRow = async (libraryId: string) =>
  (
    await server.db.superuser<{ watchMode: string; fileSystem: string; trouble: string | null }[]>`
      select watch_mode as "watchMode", file_system as "fileSystem", trouble from library_folder where library_id = ${libraryId}`
  )[0]
const runs = (libraryId: string) =>
  server.db.superuser<{ reason: string; path: string | null; folderId: string | null; status: string }[]>`
    select reason, path, folder_id as "folderId", status from scan where library_id = ${libraryId} order by created_at`
/** A library that is scanned once and watched. */
async function watched(...shelves: string[]): Promise<string> {
  const made = await call('POST', '/libraries', { name: `Library ${(count += 1)}`, folders: shelves })
  const { id } = made.json as { id: string }
  await scanned(server, owner, organization, id)
  await expect.poll(() => folderRow(id), { timeout: 10_000 }).toMatchObject({ watchMode: 'watching' })
  return id
}
const idle = (libraryId: string) =>
  expect
    .poll(async () => (await runs(libraryId)).every(({ status }) => status === 'done' || status === 'failed'), { timeout: 15_000 })
    .toBe(true)
const becomes = (libraryId: string, wanted: string[]) => expect.poll(() => titles(libraryId), { timeout: 15_000 }).toEqual(wanted)

describe('a watched folder', () => {
  test('shows what is copied into it, also into new folders, and looks through no more than that', async () => {
    const shelf = folder()
    writeFileSync(path.join(shelf, 'a.epub'), epub('A'))
    const library = await watched(shelf)
    expect(await folderRow(library)).toMatchObject({ fileSystem: expect.stringMatching(/^(ext4|xfs|btrfs|tmpfs|zfs)$/) })
    mkdirSync(path.join(shelf, 'New/Deep'), { recursive: true })
    await wait(50)
    writeFileSync(path.join(shelf, 'New/Deep/b.epub'), epub('B'))
    await becomes(library, ['A', 'B'])
    await idle(library)
    const before = (await runs(library)).length
    writeFileSync(path.join(shelf, 'New/Deep/c.epub'), epub('C'))
    await becomes(library, ['A', 'B', 'C'])
    expect((await runs(library)).slice(before)).toMatchObject([{ reason: 'change', path: 'New/Deep' }])
  })

  test('is looked through though a run waits that describes books and looks for none', async () => {
    const shelf = folder()
    const library = await watched(shelf)
    await idle(library)
    await server.db
      .superuser`insert into scan (organization_id, id, library_id, describe) values (${organization}, ${randomUUID()}, ${library}, true)`
    writeFileSync(path.join(shelf, 'a.epub'), epub('A'))
    await becomes(library, ['A'])
  })

  test('lets be what is no book', async () => {
    const shelf = folder()
    const library = await watched(shelf)
    await idle(library)
    const before = (await runs(library)).length
    for (const name of ['notes.txt', 'book.epub.part', '.hidden.epub', 'Thumbs.db']) writeFileSync(path.join(shelf, name), 'x')
    rmSync(path.join(shelf, 'notes.txt'))
    await wait(1500)
    expect((await runs(library)).slice(before)).toEqual([])
  })

  test('follows a folder that is renamed: the book stays the same, and nobody is asked', async () => {
    const shelf = folder()
    mkdirSync(path.join(shelf, 'Before/Inner'), { recursive: true })
    writeFileSync(path.join(shelf, 'Before/Inner/a.epub'), epub('Moving'))
    const library = await watched(shelf)
    const id = async () => (await server.db.superuser`select id from book where library_id = ${library} and missing_at is null`)[0]?.['id']
    const was = await id()
    renameSync(path.join(shelf, 'Before'), path.join(shelf, 'After'))
    const at = () => server.db.superuser`select path from library_file where library_id = ${library} and missing_at is null`
    await expect.poll(at, { timeout: 10_000 }).toEqual([{ path: 'After/Inner/a.epub' }])
    expect(await id()).toBe(was)
    expect((await server.db.superuser`select held_count from library where id = ${library}`)[0]).toEqual({ held_count: 0 })
    writeFileSync(path.join(shelf, 'After/Inner/b.epub'), epub('Written after'))
    await becomes(library, ['Moving', 'Written after'])
  })

  test('that goes and comes back loses nothing', async () => {
    const shelf = folder()
    for (const name of ['a', 'b']) writeFileSync(path.join(shelf, `${name}.epub`), epub(name))
    const library = await watched(shelf)
    await idle(library)
    renameSync(shelf, `${shelf}-away`)
    await expect.poll(() => folderRow(library), { timeout: 10_000 }).toMatchObject({ trouble: 'missing' })
    expect(await titles(library)).toEqual(['a', 'b'])
    mkdirSync(shelf)
    await expect.poll(() => folderRow(library), { timeout: 10_000 }).toMatchObject({ trouble: 'empty' })
    expect(await titles(library)).toEqual(['a', 'b'])
    rmSync(shelf, { recursive: true })
    renameSync(`${shelf}-away`, shelf)
    await expect.poll(() => folderRow(library), { timeout: 10_000 }).toMatchObject({ trouble: null })
    writeFileSync(path.join(shelf, 'c.epub'), epub('c'))
    await becomes(library, ['a', 'b', 'c'])
  })

  test('is let go when it is taken from the workspace', async () => {
    const shelf = folder()
    const own = (await makeOrganization(server, 'Taken', { owner: [owner] })).id
    await assignRoot(server, own, shelf)
    const made = await server.send('POST', '/api/v1/libraries', {
      cookie: owner.cookie,
      organization: own,
      body: { name: 'x', folders: [shelf] },
    })
    const { id } = made.json as { id: string }
    await scanned(server, owner, own, id)
    await server.db.superuser`delete from root_assignment where organization_id = ${own}`
    await expect.poll(() => folderRow(id), { timeout: 10_000 }).toMatchObject({ trouble: 'closed' })
    await idle(id)
    const before = (await runs(id)).length
    writeFileSync(path.join(shelf, 'late.epub'), epub('Late'))
    await wait(1500)
    expect((await runs(id)).length).toBe(before)
    expect(await titles(id)).toEqual([])
  })

  test('whose storm of changes nobody can follow is looked through once', { timeout: 60_000 }, async () => {
    const shelf = folder()
    const library = await watched(shelf)
    await idle(library)
    const before = (await runs(library)).length
    for (let at = 0; at < 20; at += 1) mkdirSync(path.join(shelf, String(at)))
    await wait(100)
    for (let at = 0; at < 25_000; at += 1) {
      const file = path.join(shelf, String(at % 20), `${at}.epub`)
      writeFileSync(file, '')
      if (at % 500 !== 0) rmSync(file)
      else writeFileSync(file, epub(`Storm ${at}`))
      if (at % 1000 === 0) await wait(1)
    }
    await expect.poll(async () => (await titles(library)).length, { timeout: 30_000 }).toBe(50)
    await idle(library)
    const made = (await runs(library)).slice(before)
    expect(made.length).toBeLessThanOrEqual(4)
    writeFileSync(path.join(shelf, '7/calm.epub'), epub('Calm'))
    await expect.poll(() => titles(library), { timeout: 15_000 }).toContain('Calm')
  })
})

describe('a file that is being written', () => {
  test('is read when its slow writer is done', { timeout: 30_000 }, async () => {
    const shelf = folder()
    const library = await watched(shelf)
    const bytes = epub('Slow', { padding: 200_000 })
    const file = openSync(path.join(shelf, 'slow.epub'), 'w')
    const step = Math.ceil(bytes.length / 12)
    for (let at = 0; at < bytes.length; at += step) {
      writeSync(file, bytes.subarray(at, at + step))
      await wait(400)
    }
    closeSync(file)
    await becomes(library, ['Slow'])
    expect(await server.db.superuser`select problem from library_file where library_id = ${library}`).toEqual([{ problem: null }])
  })

  test('keeps the old time of its source, or comes by a temporary name', async () => {
    const shelf = folder()
    const source = path.join(server.root, `source-${(count += 1)}`)
    mkdirSync(source)
    const old = new Date('2001-02-03T04:05:06Z')
    for (const name of ['kept', 'temporary']) {
      writeFileSync(path.join(source, `${name}.epub`), epub(name))
      utimesSync(path.join(source, `${name}.epub`), old, old)
    }
    const library = await watched(shelf)
    // As cp -p.
    cpSync(path.join(source, 'kept.epub'), path.join(shelf, 'kept.epub'), { preserveTimestamps: true })
    // As rsync -t.
    cpSync(path.join(source, 'temporary.epub'), path.join(shelf, '.temporary.epub.x7Ya2'), { preserveTimestamps: true })
    await wait(800)
    renameSync(path.join(shelf, '.temporary.epub.x7Ya2'), path.join(shelf, 'temporary.epub'))
    await becomes(library, ['kept', 'temporary'])
  })

  test('which got its full length first, and its content and an old time later', async () => {
    const shelf = folder()
    const library = await watched(shelf)
    const bytes = epub('Allotted')
    const at = path.join(shelf, 'allotted.epub')
    writeFileSync(at, Buffer.alloc(bytes.length))
    await expect
      .poll(() => server.db.superuser`select problem is not null as broken from library_file where library_id = ${library}`, {
        timeout: 10_000,
      })
      .toEqual([{ broken: true }])
    writeFileSync(at, bytes, { flag: 'r+' })
    utimesSync(at, new Date('2001-02-03'), new Date('2001-02-03'))
    await becomes(library, ['Allotted'])
  })
})

describe('how a library is kept up to date', () => {
  const upkeep = async (id: string) =>
    (await call('GET', `/libraries/${id}`)).json as {
      upkeep: { watch: boolean; schedule: string | null; nextRunAt: string | null; timeZone: string }
      folders: { noticing: { mode: string; reason: string | null; fileSystem: string; pollMinutes: number; checkedAt: string | null } }[]
    }

  test('is shown, and can be turned off and on', async () => {
    const shelf = folder()
    const library = await watched(shelf)
    await idle(library)
    const shown = await upkeep(library)
    expect(shown.upkeep).toMatchObject({ watch: true, schedule: null, nextRunAt: null })
    expect(shown.folders).toMatchObject([{ noticing: { mode: 'watching', reason: null, pollMinutes: 15, checkedAt: expect.any(String) } }])
    const listed = (await call('GET', `/folders?path=${encodeURIComponent(shelf)}`)).json
    expect(listed).toMatchObject({ noticing: { mode: 'watching', reason: null } })

    expect((await call('PATCH', `/libraries/${library}`, { watch: false })).status).toBe(200)
    await expect.poll(() => folderRow(library), { timeout: 10_000 }).toMatchObject({ watchMode: 'off' })
    const before = (await runs(library)).length
    writeFileSync(path.join(shelf, 'a.epub'), epub('Unseen at first'))
    await wait(1500)
    expect((await runs(library)).length).toBe(before)
    await call('PATCH', `/libraries/${library}`, { watch: true })
    await becomes(library, ['Unseen at first'])
    expect(
      await server.db
        .superuser`select before, after from audit_event where target_id = ${library} and before is not null order by at limit 1`,
    ).toMatchObject([{ before: { watch: true }, after: { watch: false } }])
  })

  test('may be a schedule, which has to be one', async () => {
    const library = await watched(folder())
    for (const wrong of ['daily', '61 3 * * *', '0 3 31 2 *', '* * * * * *', `0 3 * * *${' '.repeat(200)}`, "0 3 * * '"]) {
      const { status } = await call('PATCH', `/libraries/${library}`, { schedule: wrong })
      expect([wrong, [400, 422].includes(status) || wrong.trim() === '0 3 * * *']).toEqual([wrong, true])
    }
    expect((await call('PATCH', `/libraries/${library}`, { schedule: '* * * * *' })).json).toMatchObject({ code: 'SCHEDULE_TOO_OFTEN' })
    expect((await call('PATCH', `/libraries/${library}`, { schedule: '30 3 * * 1' })).status).toBe(200)
    const { upkeep: kept } = await upkeep(library)
    expect(kept).toMatchObject({ schedule: '30 3 * * 1' })
    expect(new Date(kept.nextRunAt ?? 0).getDay()).toBe(1)
    await call('PATCH', `/libraries/${library}`, { schedule: null })
    expect((await upkeep(library)).upkeep).toMatchObject({ schedule: null, nextRunAt: null })
  })

  test('runs once for all times that were missed', async () => {
    const library = await watched(folder())
    await idle(library)
    await call('PATCH', `/libraries/${library}`, { watch: false, schedule: '0 3 * * *' })
    await server.db.superuser`update library set scheduled_at = now() - interval '5 days' where id = ${library}`
    const scheduled = async () => (await runs(library)).filter(({ reason }) => reason === 'schedule').length
    await expect.poll(scheduled, { timeout: 10_000 }).toBe(1)
    await wait(2500)
    expect(await scheduled()).toBe(1)
  })
})

/** On a server of its own. */
async function onAnother(watch: Partial<WatchPace>, run: () => Promise<void>): Promise<void> {
  const before = { server, owner, organization }
  server = await startTestServer({ worker: 2, watch })
  try {
    owner = await makePerson(server, 'Owner')
    organization = (await makeOrganization(server, 'Watched', { owner: [owner] })).id
    await assignRoot(server, organization, server.root)
    await run()
  } finally {
    await server[Symbol.asyncDispose]()
    ;({ server, owner, organization } = before)
  }
}
const pace = { quietMs: 300, mostMs: 2000, lookMs: 1000 }

const mount = (at: string): boolean => {
  for (const name of ['lower', 'upper', 'work']) mkdirSync(`${at}-${name}`)
  return remount(at)
}
const remount = (at: string): boolean => {
  const of = (name: string) => `${at}-${name}`
  const options = `lowerdir=${of('lower')},upperdir=${of('upper')},workdir=${of('work')}`
  return spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', options, at]).status === 0
}

test('a folder on a file system that tells nothing is looked through from time to time', { timeout: 60_000 }, (context) =>
  onAnother({ ...pace, pollMs: 3000 }, async () => {
    const shelf = folder()
    if (!mount(shelf)) return context.skip()
    try {
      const made = await call('POST', '/libraries', { name: 'Polled', folders: [shelf] })
      const { id } = made.json as { id: string }
      await expect.poll(() => folderRow(id), { timeout: 15_000 }).toMatchObject({ watchMode: 'polling', fileSystem: 'overlay' })
      await idle(id)
      writeFileSync(path.join(shelf, 'a.epub'), epub('Found by looking'))
      await becomes(id, ['Found by looking'])
      const shown = (await call('GET', `/libraries/${id}`)).json
      expect(shown).toMatchObject({ folders: [{ noticing: { mode: 'polling', reason: 'file-system', fileSystem: 'overlay' } }] })
      // The disk is taken off: what it held is not there, and is not lost.
      spawnSync('umount', [shelf])
      await expect.poll(() => folderRow(id), { timeout: 15_000 }).toMatchObject({ trouble: 'empty' })
      expect(await titles(id)).toEqual(['Found by looking'])
      // It is put on again, at another time and with another identity.
      expect(remount(shelf)).toBe(true)
      await expect.poll(() => folderRow(id), { timeout: 15_000 }).toMatchObject({ trouble: null, watchMode: 'polling' })
      await idle(id)
      expect(await titles(id)).toEqual(['Found by looking'])
      expect((await call('GET', `/libraries/${id}`)).json).toMatchObject({ bookCount: 1, missingCount: 0 })
    } finally {
      spawnSync('umount', ['-l', shelf])
    }
  }),
)

/** A worker in a user namespace of its own, where the system allows `most` watches, and more once the file `enough` is there. */
async function limitedWorker(most: number, enough: string) {
  const { target: inside, owner: login, secret, migrationsFolder } = server.db
  // Root of a user namespace may not open the socket of another user.
  const proxy = createServer((socket) => {
    const line = connect(`${inside.host}/.s.PGSQL.${inside.port}`)
    for (const end of [socket, line]) end.on('error', () => {})
    socket.pipe(line).pipe(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const target = { ...inside, host: '127.0.0.1', port: (proxy.address() as AddressInfo).port }
  const at = (file: string) => JSON.stringify(path.join(import.meta.dirname, file))
  const parts = { target, owner: login, secret, roots: [server.root], dataDir: server.dataDir, migrationsDir: migrationsFolder }
  const program = `
    import { existsSync, writeFileSync } from 'node:fs'
    import { pino } from 'pino'
    import { watchPace } from '@carrel/api'
    import { createDeps } from ${at('deps.ts')}
    import { createWorker } from ${at('worker.ts')}
    import { readEnv } from ${at('env.ts')}
    const limit = '/proc/sys/user/max_inotify_watches'
    writeFileSync(limit, '${most}')
    const deps = await createDeps({ ...${JSON.stringify(parts)}, env: readEnv({}), webDir: '/', version: '0', log: pino({ level: 'silent' }) })
    await createWorker(deps, { processes: 1, settleMs: 0, watch: { ...watchPace, quietMs: 300, lookMs: 500, pollMs: 3000 } })
    setInterval(() => existsSync(${JSON.stringify(enough)}) && writeFileSync(limit, '1000'), 200)`
  const child = spawn('unshare', ['-Ur', process.execPath, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: import.meta.dirname,
  })
  return () => {
    child.kill('SIGKILL')
    proxy.close()
  }
}

test('a folder that found no watches left is watched once there are some', { timeout: 150_000 }, async (context) => {
  // Where no user namespace can be made, nothing but the whole machine could be limited.
  if (spawnSync('unshare', ['-Ur', 'sh', '-c', 'echo 20 > /proc/sys/user/max_inotify_watches']).status !== 0) return context.skip()
  const before = { server, owner, organization }
  server = await startTestServer()
  const enough = path.join(server.dataDir, 'enough')
  let endWorker: (() => void) | undefined
  try {
    owner = await makePerson(server, 'Owner')
    organization = (await makeOrganization(server, 'Limited', { owner: [owner] })).id
    await assignRoot(server, organization, server.root)
    const shelf = folder()
    for (let at = 0; at < 30; at += 1) mkdirSync(path.join(shelf, String(at)))
    const made = await call('POST', '/libraries', { name: 'Limited', folders: [shelf] })
    const { id } = made.json as { id: string }
    endWorker = await limitedWorker(20, enough)
    await expect.poll(() => folderRow(id), { timeout: 60_000 }).toMatchObject({ watchMode: 'polling' })
    writeFileSync(enough, '')
    await expect.poll(() => folderRow(id), { timeout: 60_000 }).toMatchObject({ watchMode: 'watching' })
  } finally {
    endWorker?.()
    await server[Symbol.asyncDispose]()
    ;({ server, owner, organization } = before)
  }
})

test('of two workers one watches; when it stops the other takes over, and catches up', { timeout: 90_000 }, () =>
  onAnother(pace, async () => {
    const shelf = folder()
    const library = await watched(shelf)
    await idle(library)
    await using other = await startTestServer({
      database: server.db,
      dataDir: server.dataDir,
      roots: [server.root],
      worker: 1,
      watch: pace,
    })
    await wait(2000)
    const jobs = await server.db.superuser`select state from pgboss.job where name = 'watch' and state in ('created', 'retry', 'active')`
    expect(jobs).toEqual([{ state: 'active' }])
    const before = (await runs(library)).length
    writeFileSync(path.join(shelf, 'a.epub'), epub('Once'))
    await becomes(library, ['Once'])
    await idle(library)
    expect((await runs(library)).length - before).toBe(1)
    // Beyond the time in which a run counts as just begun.
    await server.db.superuser`update scan set created_at = created_at - interval '2 minutes' where library_id = ${library}`
    await server.stopWorker()
    writeFileSync(path.join(shelf, 'b.epub'), epub('While nobody watched'))
    await expect.poll(() => titles(library), { timeout: 30_000 }).toEqual(['Once', 'While nobody watched'])
    writeFileSync(path.join(shelf, 'c.epub'), epub('Yet another'))
    await expect.poll(() => titles(library), { timeout: 15_000 }).toContain('Yet another')
    expect(other.logs.filter((line) => line.includes('"level":50'))).toEqual([])
  }),
)

test('when the watching worker is killed, another watches within a minute', { timeout: 120_000 }, () =>
  onAnother(pace, async () => {
    const shelf = folder()
    const library = await watched(shelf)
    await idle(library)
    const { target, owner: login, secret } = server.db
    const { PATH, HOME } = process.env
    const database = { DATABASE_URL: `postgres:///${target.database}`, PGHOST: target.host, PGPORT: String(target.port) }
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), server.root], {
      env: {
        PATH,
        HOME,
        NODE_ENV: 'production',
        ROLE: 'worker',
        PORT: '0',
        HOST: '127.0.0.1',
        BETTER_AUTH_SECRET: secret,
        ...database,
        PGUSER: login.user,
        PGPASSWORD: login.password,
        DATA_DIR: path.join(server.root, '..', 'other-data'),
      },
      stdio: 'ignore',
    })
    try {
      const watching = async () =>
        (
          await server.db.superuser<
            { state: string; at: string }[]
          >`select state, started_on::text as at from pgboss.job where name = 'watch' and state = 'active'`
        )[0]?.at
      const first = await watching()
      await server.stopWorker()
      await expect.poll(watching, { timeout: 30_000 }).not.toSatisfy((at: string | undefined) => at === undefined || at === first)
      await server.db.superuser`update scan set created_at = created_at - interval '2 minutes' where library_id = ${library}`
      child.kill('SIGKILL')
      const killed = Date.now()
      writeFileSync(path.join(shelf, 'a.epub'), epub('Nobody saw it come'))
      await using third = await startTestServer({
        database: server.db,
        dataDir: server.dataDir,
        roots: [server.root],
        worker: 1,
        watch: pace,
      })
      await expect.poll(() => titles(library), { timeout: 60_000 }).toEqual(['Nobody saw it come'])
      expect(Date.now() - killed).toBeLessThan(60_000)
      expect(third.logs.filter((line) => line.includes('"level":50'))).toEqual([])
    } finally {
      child.kill('SIGKILL')
    }
  }),
)

test('one workspace with many libraries keeps no other waiting', { timeout: 120_000 }, async () => {
  await using own = await startTestServer({ turnMs: 1000 })
  const [busy, calm] = [await makePerson(own, 'Busy'), await makePerson(own, 'Calm')]
  const many = (await makeOrganization(own, 'Many', { owner: [busy] })).id
  const one = (await makeOrganization(own, 'One', { owner: [calm] })).id
  for (const each of [many, one]) await assignRoot(own, each, own.root)
  const add = async (person: Person, to: string, name: string, books: number) => {
    const shelf = path.join(own.root, name)
    mkdirSync(shelf)
    for (let at = 0; at < books; at += 1) writeFileSync(path.join(shelf, `${at}.epub`), epub(`${name} ${at}`, { padding: 30_000 }))
    const made = await own.send('POST', '/api/v1/libraries', { cookie: person.cookie, organization: to, body: { name, folders: [shelf] } })
    return (made.json as { id: string }).id
  }
  const ids: string[] = []
  for (let at = 0; at < 50; at += 1) ids.push(await add(busy, many, `many-${at}`, 10))
  const mine = await add(calm, one, 'mine', 10)
  const again = await add(calm, one, 'mine too', 10)
  await own.startWorker(1)
  for (const id of [mine, again]) await scanned(own, calm, one, id, 30_000)
  const done = await own.db.superuser`select from scan where status = 'done' and organization_id = ${many}`
  expect(done.length).toBeLessThan(25)
  expect(ids).toHaveLength(50)
})

test('a long scan makes way for one that waits, and goes on where it was', { timeout: 120_000 }, async () => {
  await using own = await startTestServer({ worker: 1, turnMs: 1500 })
  const person = await makePerson(own, 'Owner')
  const spaces: string[] = []
  for (const name of ['A', 'B', 'C', 'D']) {
    const { id } = await makeOrganization(own, name, { owner: [person] })
    await assignRoot(own, id, own.root)
    spaces.push(id)
  }
  const fill = (name: string, books: number) => {
    const shelf = path.join(own.root, name)
    mkdirSync(shelf)
    for (let at = 0; at < books; at += 1) writeFileSync(path.join(shelf, `${at}.epub`), epub(`${name} ${at}`, { padding: 30_000 }))
  }
  // Before the first request, since a connection that rests for seconds is closed.
  for (const name of ['long-0', 'long-1', 'long-2']) fill(name, 2500)
  fill('short', 5)
  const add = async (to: string, name: string) => {
    const shelf = path.join(own.root, name)
    const made = await own.send('POST', '/api/v1/libraries', { cookie: person.cookie, organization: to, body: { name, folders: [shelf] } })
    return { organization: to, id: (made.json as { id: string }).id }
  }
  const long = []
  for (const [at, to] of spaces.slice(0, 3).entries()) long.push(await add(to, `long-${at}`))
  const short = await add(spaces[3] ?? '', 'short')
  await scanned(own, person, short.organization, short.id, 60_000)
  expect(await own.db.superuser`select from scan where finished_at is null`).toHaveLength(3)
  for (const { organization: of, id } of long)
    expect(await scanned(own, person, of, id, 90_000)).toMatchObject({ bookCount: 2500, scan: { status: 'done' } })
  expect(own.logs.filter((line) => line.includes('"level":50'))).toEqual([])
})

test('what the watching worker reads is for nobody who is somebody', async () => {
  const app = server.db.login('carrel_app')
  const library = await watched(folder())
  for (const read of ['app.watched_folders()', 'app.scheduled_libraries()']) {
    const enters = [
      app`select app.enter(${owner.token}, 'user', null)`,
      app`select app.enter(${owner.token}, 'organization', ${organization})`,
      app`select app.enter_job(${library})`,
    ]
    for (const enter of enters)
      await expect(
        app.begin(async (tx) => {
          await tx`${enter}`
          await tx.unsafe(`select from ${read}`)
        }),
      ).rejects.toMatchObject({ code: '42501' })
    expect((await app.unsafe(`select * from ${read}`)).every((row) => !('name' in row))).toBe(true)
  }
  const [other] = [await makeOrganization(server, 'Elsewhere')]
  await server.db
    .superuser`insert into scan (organization_id, id, library_id) select organization_id, gen_random_uuid(), id from library where id = ${library}`
  const count = (of: string | null) =>
    app.begin(async (tx) => {
      await tx`select set_config('app.organization_id', ${of ?? ''}, true)`
      return (await tx`select app.waiting_scans(${other.id}) as waiting`)[0]?.['waiting'] as number
    })
  expect([await count(organization), await count(other.id), await count(null)]).toEqual([1, 0, 0])
})

test('a managed library is neither watched nor looked through', { timeout: 60_000 }, () =>
  onAnother({ ...pace, pollMs: 1000 }, async () => {
    const made = await call('POST', '/libraries', { name: 'Managed', kind: 'managed', folders: [] })
    const { id } = made.json as { id: string }
    const beside = await watched(folder())
    await wait(2500)
    expect(await runs(id)).toEqual([])
    expect((await call('GET', `/libraries/${id}`)).json).toMatchObject({ upkeep: null })
    expect(await folderRow(beside)).toMatchObject({ watchMode: 'watching' })
  }),
)
