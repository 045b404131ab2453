import { cpSync, mkdirSync, openSync, closeSync, renameSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
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
