import { chmodSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildEpub, deepXmlEpub, entityBombEpub, truncatedEpub, zipBombEpub, zipSlipEpub } from '@carrel/formats/testing'
import { openEvents } from './testing/send.ts'
import {
  addMember,
  assignRoot,
  makeOrganization,
  makePerson,
  startTestServer,
  tempDir,
  type Person,
  type TestServer,
} from './testing/server.ts'
import { scanned } from './testing/twins.ts'

let server: TestServer
let owner: Person
let organization: string
let picture: Buffer
const isRoot = process.getuid?.() === 0

beforeAll(async () => {
  server = await startTestServer({ worker: 2 })
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Scans', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
  picture = await sharp({ create: { width: 60, height: 90, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
const folder = (): string => {
  const made = path.join(server.root, `shelf-${(count += 1)}`)
  mkdirSync(made)
  return made
}
const write = (at: string, title: string, more: object = {}) =>
  writeFileSync(at, buildEpub({ title, identifier: `urn:x:${title}`, creators: ['A. Writer'], ...more }))
const call = (method: string, at: string, body?: object) =>
  server.send(method, `/api/v1${at}`, { cookie: owner.cookie, organization, ...(body && { body }) })
const create = async (...folders: string[]): Promise<string> => {
  const answer = await call('POST', '/libraries', { name: `Library ${(count += 1)}`, folders })
  expect(answer.status, answer.text).toBe(200)
  return (answer.json as { id: string }).id
}
const finished = (libraryId: string) => scanned(server, owner, organization, libraryId)
const scanAgain = async (libraryId: string) => {
  const answer = await call('POST', `/libraries/${libraryId}/scan`)
  expect(answer.status, answer.text).toBe(200)
  return finished(libraryId)
}
type Card = { id: string; title: string; cover: { state: string; version: string | null } }
const books = async (libraryId: string) =>
  ((await call('GET', `/books?limit=100&sort=title&libraryId=${libraryId}`)).json as { items: Card[] }).items
const titles = async (libraryId: string) => (await books(libraryId)).map((book) => book.title)
type Problem = { path: string; code: string; detail: string }
const problems = async (libraryId: string) =>
  ((await call('GET', `/libraries/${libraryId}/problems?limit=100`)).json as { items: Problem[]; total: number }).items

/** Counts the files that scans load from the database; before the worker starts. */
function countLoaded({ deps }: TestServer): () => number {
  let loaded = 0
  const { transact } = deps
  deps.transact = (entry, fn, options) =>
    transact(
      entry,
      (tx, entered) => {
        const execute = tx.execute.bind(tx)
        Object.assign(tx, {
          execute: (query: Parameters<typeof execute>[0]) =>
            execute(query).then((rows) => {
              if (rows[0] && 'koreaderMd5' in rows[0]) loaded += rows.length
              return rows
            }),
        })
        return fn(tx, entered)
      },
      options,
    )
  return () => loaded
}

test('of thousands of files of one content loads each a few times at most', { timeout: 180_000 }, async () => {
  await using other = await startTestServer()
  const loaded = countLoaded(other)
  await other.startWorker(2)
  const person = await makePerson(other, 'Owner')
  const { id } = await makeOrganization(other, 'Copies', { owner: [person] })
  await assignRoot(other, id, other.root)
  const bytes = buildEpub({ title: 'The same' })
  for (let at = 0; at < 3000; at += 1) writeFileSync(path.join(other.root, `${at}.epub`), bytes)
  const at = { cookie: person.cookie, organization: id }
  const made = await other.send('POST', '/api/v1/libraries', { ...at, body: { name: 'Copies', folders: [other.root] } })
  const library = await scanned(other, person, id, (made.json as { id: string }).id, 120_000)
  expect(library).toMatchObject({ bookCount: 1, scan: { status: 'done', listed: 3000 } })
  expect(await other.db.superuser`select from library_file where missing_at is null`).toHaveLength(3000)
  expect(loaded()).toBeGreaterThan(0)
  expect(loaded()).toBeLessThan(3000)
})

describe('a scan', () => {
  test('puts every readable book on the shelf, with a cover where there is one', async () => {
    const shelf = folder()
    mkdirSync(path.join(shelf, 'sub/deeper'), { recursive: true })
    write(path.join(shelf, 'one.epub'), 'One', { cover: picture })
    write(path.join(shelf, 'sub/deeper/two.epub'), '吾輩は猫である', { language: 'ja', cover: picture })
    write(path.join(shelf, 'sub/three.EPUB'), 'Three')
    writeFileSync(path.join(shelf, 'notes.txt'), 'no book')
    const library = await create(shelf)
    expect(await finished(library)).toMatchObject({
      bookCount: 3,
      problemCount: 0,
      scan: { status: 'done', found: 3, listed: 3, walked: true },
    })
    expect((await titles(library)).toSorted()).toEqual(['One', 'Three', '吾輩は猫である'])
    const [one, three] = (await books(library)).toSorted((a, b) => a.title.localeCompare(b.title))
    expect([one?.cover.state, three?.cover.state]).toEqual(['ready', 'none'])
    const cover = await server.send('GET', `/files/${organization}/books/${one?.id}/cover/320.webp`, { cookie: owner.cookie })
    expect([cover.status, (await sharp(cover.body).metadata()).format]).toEqual([200, 'webp'])
  })

  test('tries each cover once where the files cannot be read, those looked at too, and makes them all when they can', async () => {
    const shelf = folder()
    for (let at = 0; at < 60; at += 1) write(path.join(shelf, `${at}.epub`), `Picture ${at}`, { cover: picture })
    const library = await create(shelf)
    await finished(library)
    const { superuser } = server.db
    await superuser`insert into cover_task (organization_id, book_id, library_id, wanted_at)
      select organization_id, id, library_id, case when substr(title, 9)::int % 2 = 0 then now() - (substr(title, 9)::int / 9) * interval '1 second' end
      from book where library_id = ${library}`
    await superuser`update library_file set path = 'away ' || path where library_id = ${library}`
    const [first] = await books(library)
    const covers = async () => {
      expect((await call('POST', `/libraries/${library}/scan`, { bookId: first?.id })).status).toBe(200)
      return finished(library)
    }
    expect(await covers()).toMatchObject({ scan: { status: 'done', covered: 60 } })
    expect(await superuser`select from cover_task where library_id = ${library}`).toHaveLength(60)
    await superuser`update library_file set path = substr(path, 6) where library_id = ${library}`
    expect(await covers()).toMatchObject({ scan: { status: 'done' } })
    expect(await superuser`select from cover_task where library_id = ${library}`).toHaveLength(0)
  })

  test('makes the covers of one folder past those of another that cannot be read now', async () => {
    const [away, shelf] = [folder(), folder()]
    for (let at = 0; at < 60; at += 1) write(path.join(away, `${at}.epub`), `Away ${at}`, { cover: picture })
    const library = await create(away)
    await finished(library)
    for (let at = 0; at < 30; at += 1) write(path.join(shelf, `${at}.epub`), `Here ${at}`, { cover: picture })
    expect((await call('POST', `/libraries/${library}/folders`, { path: shelf })).status).toBe(200)
    await scanAgain(library)
    const { superuser } = server.db
    await superuser`insert into cover_task (organization_id, book_id, library_id) select organization_id, id, library_id from book where library_id = ${library}`
    renameSync(away, `${away}-gone`)
    await scanAgain(library)
    const waiting = () => superuser<{ title: string }[]>`
      select distinct substr(title, 1, 4) as title from cover_task t join book b on b.id = t.book_id where t.library_id = ${library}`
    expect(Array.from(await waiting())).toEqual([{ title: 'Away' }])
    renameSync(`${away}-gone`, away)
    await scanAgain(library)
    expect(await waiting()).toHaveLength(0)
  })

  test('of an empty folder ends at once with nothing', async () => {
    const library = await create(folder())
    expect(await finished(library)).toMatchObject({ bookCount: 0, problemCount: 0, scan: { status: 'done', found: 0 } })
  })

  test('lists every file that is no book with its reason, and imports all others', { timeout: 120_000 }, async () => {
    const shelf = folder()
    const secret = tempDir()
    write(path.join(secret, 'secret.epub'), 'Outside')
    write(path.join(shelf, 'good.epub'), 'Good')
    write(path.join(shelf, 'zz-good.epub'), 'Good too')
    const bad: Record<string, Uint8Array | string> = {
      'zero.epub': '',
      'text.epub': 'This is no book.',
      'truncated.epub': truncatedEpub(0.5),
      'almost.epub': truncatedEpub(0.99),
      'bomb.epub': zipBombEpub(),
    }
    for (const [name, bytes] of Object.entries(bad)) writeFileSync(path.join(shelf, name), bytes)
    // These are odd, and whether they are books is for the formats to say; none may stop the scan.
    const odd = { 'entities.epub': entityBombEpub(), 'deep.epub': deepXmlEpub(20_000), 'slip.epub': zipSlipEpub() }
    for (const [name, bytes] of Object.entries(odd)) writeFileSync(path.join(shelf, name), bytes)
    symlinkSync(path.join(secret, 'secret.epub'), path.join(shelf, 'link.epub'))
    symlinkSync(secret, path.join(shelf, 'link-folder'))
    mkdirSync(path.join(shelf, 'folder.epub'))
    linkSync(path.join(shelf, 'good.epub'), path.join(shelf, 'hard-link.epub'))
    const before = readdirSync(server.root)
    const library = await create(shelf)
    const { scan, problemCount } = await scanned(server, owner, organization, library, 90_000)
    expect(scan.status).toBe('done')
    const listed = await problems(library)
    expect(listed).toHaveLength(problemCount)
    const paths = listed.map((problem) => problem.path)
    for (const name of [...Object.keys(bad), 'link.epub']) expect(paths).toContain(name)
    for (const { path: at, code, detail } of listed) {
      expect([at, code.length > 3, detail.length > 10], detail).toEqual([at, true, true])
      expect(detail).not.toMatch(/node_modules|at \w+ \(|\/tmp\//)
    }
    const shown = await titles(library)
    expect(shown).toEqual(expect.arrayContaining(['Good', 'Good too']))
    expect(shown).not.toContain('Outside')
    expect(readdirSync(server.root)).toEqual(before)
    expect(server.logs.filter((line) => line.includes('scan failed'))).toEqual([])
    rmSync(secret, { recursive: true })
  })

  test.skipIf(isRoot)('of a folder with one that it may not read says so and goes on', async () => {
    const shelf = folder()
    mkdirSync(path.join(shelf, 'closed'))
    write(path.join(shelf, 'closed/hidden.epub'), 'Hidden')
    write(path.join(shelf, 'open.epub'), 'Open')
    write(path.join(shelf, 'shut.epub'), 'Shut')
    chmodSync(path.join(shelf, 'closed'), 0)
    chmodSync(path.join(shelf, 'shut.epub'), 0)
    const library = await create(shelf)
    expect(await finished(library)).toMatchObject({ bookCount: 1, problemCount: 2, scan: { status: 'done' } })
    expect((await problems(library)).map((problem) => `${problem.path} ${problem.code}`).toSorted()).toEqual([
      'closed unreadable',
      'shut.epub unreadable',
    ])
    chmodSync(path.join(shelf, 'closed'), 0o755)
  })

  test('once more reads nothing that has not changed', async () => {
    const shelf = folder()
    for (let i = 0; i < 5; i++) write(path.join(shelf, `${i}.epub`), `Book ${i}`)
    writeFileSync(path.join(shelf, 'bad.epub'), 'bad')
    const library = await create(shelf)
    await finished(library)
    const before = await books(library)
    const stored = () =>
      server.db
        .superuser`select sha256, seen_at > now() - interval '1 hour' as seen, modified_ms from library_file where library_id = ${library} order by path`
    const files = [...(await stored())]
    expect(await scanAgain(library)).toMatchObject({
      bookCount: 5,
      problemCount: 1,
      scan: { status: 'done', unchanged: 6, listed: 0, covered: 0 },
    })
    expect(await books(library)).toEqual(before)
    expect([...(await stored())]).toEqual(files)
  })

  test('of some thousand files sees each change among them, wherever it stands', { timeout: 120_000 }, async () => {
    const shelf = folder()
    const name = (number: number) => `${String(number % 7)}/${String(number).padStart(4, '0')}.epub`
    for (let part = 0; part < 7; part += 1) mkdirSync(path.join(shelf, String(part)))
    for (let number = 0; number < 4300; number += 1) writeFileSync(path.join(shelf, name(number)), `No book ${number}.`)
    const library = await create(shelf)
    expect(await finished(library)).toMatchObject({ problemCount: 4300, scan: { found: 4300, problems: 4300, unchanged: 0 } })
    expect((await scanAgain(library)).scan).toMatchObject({ found: 4300, problems: 0, unchanged: 4300 })
    const inOrder = Array.from({ length: 4300 }, (_, number) => name(number)).toSorted()
    const at = (place: number) => path.join(shelf, inOrder[place] ?? '')
    // About where pages of the database and parts of the walk end.
    for (const place of [0, 499, 1999, 2000, 2501, 4299]) writeFileSync(at(place), 'Not yet a book.')
    for (const place of [500, 3999, 4000]) rmSync(at(place))
    write(path.join(shelf, '3/0000.epub'), 'Between')
    expect(await scanAgain(library)).toMatchObject({
      bookCount: 1,
      problemCount: 4297,
      scan: { found: 4298, problems: 6, unchanged: 4291, listed: 1 },
    })
    expect((await scanAgain(library)).scan).toMatchObject({ found: 4298, problems: 0, unchanged: 4298, listed: 0 })
  })

  test('of a changed file keeps the book and what hangs on it', async () => {
    const shelf = folder()
    write(path.join(shelf, 'a.epub'), 'Before')
    const library = await create(shelf)
    await finished(library)
    const [book] = await books(library)
    await call('POST', '/reading/mark', { bookId: book?.id ?? '', status: 'finished' })
    write(path.join(shelf, 'a.epub'), 'After', { creators: ['B. Writer'] })
    expect(await scanAgain(library)).toMatchObject({ bookCount: 1, scan: { listed: 1, unchanged: 0 } })
    const detail = (await call('GET', `/books/${book?.id}`)).json
    expect(detail).toMatchObject({
      id: book?.id,
      title: 'After',
      authors: ['B. Writer'],
      readingStatus: 'finished',
      contributors: [{ name: 'B. Writer' }],
    })
  })

  test('of a file that was mended makes a book of the problem, and the other way loses no book', async () => {
    const shelf = folder()
    const file = path.join(shelf, 'a.epub')
    writeFileSync(file, 'broken')
    const library = await create(shelf)
    expect(await finished(library)).toMatchObject({ bookCount: 0, problemCount: 1 })
    write(file, 'Mended')
    expect(await scanAgain(library)).toMatchObject({ bookCount: 1, problemCount: 0 })
    const [book] = await books(library)
    writeFileSync(file, 'broken again')
    expect(await scanAgain(library)).toMatchObject({ bookCount: 1, problemCount: 1 })
    expect((await books(library))[0]?.id).toBe(book?.id)
  })

  test('of two files of the same content is one book with two files', async () => {
    const shelf = folder()
    write(path.join(shelf, 'a.epub'), 'Same')
    linkSync(path.join(shelf, 'a.epub'), path.join(shelf, 'b.epub'))
    const library = await create(shelf)
    expect(await finished(library)).toMatchObject({ bookCount: 1, problemCount: 0 })
    const [book] = await books(library)
    expect((await call('GET', `/books/${book?.id}`)).json).toMatchObject({ files: [{ fileName: 'a.epub' }, { fileName: 'b.epub' }] })
  })

  test('of a folder that is gone fails with a sentence, and loses nothing', async () => {
    const shelf = folder()
    write(path.join(shelf, 'a.epub'), 'Kept')
    const library = await create(shelf)
    await finished(library)
    rmSync(shelf, { recursive: true })
    const { scan, bookCount } = await scanAgain(library)
    expect([scan.status, bookCount]).toEqual(['failed', 1])
    expect(String(scan.error)).toMatch(/is not there.*Nothing was removed/)
    expect(await titles(library)).toEqual(['Kept'])
  })

  test('of a folder that was taken from the workspace reads nothing', async () => {
    const shelf = folder()
    write(path.join(shelf, 'a.epub'), 'Unread')
    const guestOrganization = (await makeOrganization(server, 'Taken', { owner: [owner] })).id
    await assignRoot(server, guestOrganization, shelf)
    const at = { cookie: owner.cookie, organization: guestOrganization }
    const made = (await server.send('POST', '/api/v1/libraries', { ...at, body: { name: 'x', folders: [shelf] } })).json as { id: string }
    await scanned(server, owner, guestOrganization, made.id)
    write(path.join(shelf, 'b.epub'), 'Later')
    await server.db.superuser`delete from root_assignment where organization_id = ${guestOrganization}`
    await server.send('POST', `/api/v1/libraries/${made.id}/scan`, at)
    expect(await scanned(server, owner, guestOrganization, made.id)).toMatchObject({ bookCount: 1, scan: { status: 'failed', listed: 0 } })
  })

  test('takes names and words of every kind', async () => {
    const shelf = folder()
    const odd: Record<string, object> = {
      '1984.epub': { title: '1984' },
      'long.epub': { title: 'x'.repeat(20_000) },
      'marks.epub': { title: `<b>"&' \u202e \ud83d\udcda` },
      'none.epub': { title: null, language: null, identifier: null },
      'empty.epub': { title: '' },
      'date.epub': { title: 'Date', date: 'sometime in MMXX' },
      'series.epub': { title: 'Series', series: { name: 'S', position: '1e999' } },
      'many.epub': {
        title: 'Many',
        creators: Array.from({ length: 500 }, (_, i) => `Writer ${i}`),
        subjects: Array.from({ length: 500 }, (_, i) => `Tag ${i}`),
      },
      'prototype.epub': { title: '__proto__', creators: ['constructor'], subjects: ['toString', '__proto__'] },
      [`${'名'.repeat(80)}.epub`]: { title: 'Long name' },
      "it's 100% [new] #1?.epub": { title: 'Signs' },
    }
    for (const [name, input] of Object.entries(odd))
      writeFileSync(path.join(shelf, name), buildEpub({ ...input, extra: [{ name: 'x', data: name }] }))
    writeFileSync(Buffer.concat([Buffer.from(`${shelf}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.epub')]), buildEpub({ title: 'Bytes' }))
    const library = await create(shelf)
    const { bookCount, problemCount, scan } = await finished(library)
    expect([scan.status, bookCount, problemCount]).toEqual(['done', Object.keys(odd).length, 1])
    expect((await problems(library))[0]?.code).toBe('bad-name')
    expect(await titles(library)).toEqual(expect.arrayContaining(['1984', 'none', 'Long name', '__proto__']))
    for (const { id } of await books(library)) expect((await call('GET', `/books/${id}`)).status).toBe(200)
  })

  test('ends whatever size a file says that it has', async () => {
    const shelf = folder()
    write(path.join(shelf, 'good.epub'), 'Good')
    writeFileSync(path.join(shelf, 'sparse.epub'), '')
    truncateSync(path.join(shelf, 'sparse.epub'), 8 * 2 ** 40)
    const library = await create(shelf)
    const { bookCount, scan } = await finished(library)
    expect([scan.status, bookCount]).toEqual(['done', 1])
    expect((await problems(library)).map(({ code }) => code)).toEqual(['too-large'])
  })

  test('lists names that are not UTF-8 and read alike once', async () => {
    const shelf = folder()
    write(path.join(shelf, 'good.epub'), 'Good')
    for (const byte of [0xe8, 0xe9]) {
      writeFileSync(
        Buffer.concat([Buffer.from(`${shelf}/caf`), Buffer.from([byte]), Buffer.from('.epub')]),
        buildEpub({ title: `Bytes ${byte}` }),
      )
    }
    const library = await create(shelf)
    expect(await finished(library)).toMatchObject({ bookCount: 1, problemCount: 1, scan: { status: 'done' } })
  })

  test('parts two files of one book when one of them becomes another book', async () => {
    const shelf = folder()
    const same = buildEpub({ title: 'Shared' })
    for (const name of ['a.epub', 'b.epub']) writeFileSync(path.join(shelf, name), same)
    const library = await create(shelf)
    await finished(library)
    const [shared] = await books(library)
    write(path.join(shelf, 'b.epub'), 'Another book')
    await call('POST', `/libraries/${library}/scan`)
    await expect.poll(async () => (await titles(library)).toSorted()).toEqual(['Another book', 'Shared'])
    await finished(library)
    expect((await books(library)).find((book) => book.title === 'Shared')?.id).toBe(shared?.id)
  })
})

describe('while a scan runs', () => {
  const many = (shelf: string, howMany: number) => {
    for (let i = 0; i < howMany; i++) {
      mkdirSync(path.join(shelf, String(i % 10)), { recursive: true })
      write(path.join(shelf, String(i % 10), `${String(i).padStart(4, '0')}.epub`), `Book ${i}`, { cover: picture })
    }
  }
  const begun = async (libraryId: string) => {
    for (let i = 0; i < 500; i++) {
      const { scan } = (await call('GET', `/libraries/${libraryId}`)).json as { scan: { listed: number } }
      if (scan.listed > 0) return
      await wait(10)
    }
  }

  test('its progress reaches the page, and ends with done', async () => {
    const shelf = folder()
    many(shelf, 60)
    await using stream = await openEvents(server.port, owner.cookie)
    await stream.until((event) => (event as { type: string }).type === 'hello')
    const library = await create(shelf)
    type Heard = {
      type: string
      scan?: { libraryId: string; status: string; processed: number; found: number; covered: number; coversTotal: number }
    }
    await stream.until((event) => (event as Heard).scan?.libraryId === library && (event as Heard).scan?.status === 'done', 60_000)
    const heard = (stream.events as Heard[]).flatMap((event) => (event.scan?.libraryId === library ? [event.scan] : []))
    for (const [i, scan] of heard.entries()) expect(scan.processed).toBeGreaterThanOrEqual(heard[i - 1]?.processed ?? 0)
    expect(heard.at(-1)).toMatchObject({ status: 'done', processed: 60, found: 60, covered: 60, coversTotal: 60 })
    await stream.until((event) => (event as { type: string; what?: string }).what === 'books')
  })

  test('a second one asked for joins it', async () => {
    const shelf = folder()
    many(shelf, 80)
    const library = await create(shelf)
    const asked = await Promise.all([1, 2, 3].map(() => call('POST', `/libraries/${library}/scan`)))
    expect(new Set(asked.map((answer) => (answer.json as { id: string }).id)).size).toBe(1)
    expect(await finished(library)).toMatchObject({ bookCount: 80, problemCount: 0 })
    const scans = await server.db.superuser`select from scan where library_id = ${library}`
    expect(scans).toHaveLength(1)
  })

  test('the library can be deleted, and nothing of it comes back', async () => {
    const shelf = folder()
    many(shelf, 150)
    const library = await create(shelf)
    await begun(library)
    expect((await call('DELETE', `/libraries/${library}`)).status).toBe(200)
    await wait(1500)
    for (const table of ['book', 'library_file', 'scan', 'cover_task'])
      expect([table, await server.db.superuser`select from ${server.db.superuser(table)} where library_id = ${library}`]).toEqual([
        table,
        [],
      ])
    expect((await call('GET', `/libraries/${library}`)).status).toBe(404)
    const next = await create(folder())
    expect(await finished(next)).toMatchObject({ scan: { status: 'done' } })
    expect(server.logs.filter((line) => line.includes('scan failed'))).toEqual([])
  })

  test('files that vanish or change under it stop nothing', async () => {
    const shelf = folder()
    many(shelf, 120)
    const library = await create(shelf)
    for (let i = 0; i < 120; i += 3) {
      const file = path.join(shelf, String(i % 10), `${String(i).padStart(4, '0')}.epub`)
      if (i % 2) rmSync(file, { force: true })
      else write(file, `Changed ${i}`, { padding: 10_000 })
      if (i % 30 === 0) await wait(5)
    }
    const { scan } = await finished(library)
    expect(scan.status).toBe('done')
    const again = await scanAgain(library)
    expect(again.scan.status).toBe('done')
    // What stayed is there whatever happened to the rest.
    const shown = new Set(
      await server.db.superuser<{ title: string }[]>`select title from book where library_id = ${library}`.then((rows) =>
        rows.map((row) => row.title),
      ),
    )
    for (let i = 1; i < 120; i += 3) expect([i, shown.has(`Book ${i}`)]).toEqual([i, true])
    for (let i = 0; i < 120; i += 6) expect([i, shown.has(`Changed ${i}`)]).toEqual([i, true])
  })

  test('the server may stop, and goes on where it was', { timeout: 90_000 }, async () => {
    const shelf = folder()
    many(shelf, 200)
    const library = await create(shelf)
    await begun(library)
    const started = performance.now()
    await server.stopWorker()
    expect(performance.now() - started).toBeLessThan(9000)
    const [half] = await server.db.superuser<{ n: number }[]>`select count(*)::int as n from book where library_id = ${library}`
    expect(half?.n).toBeGreaterThan(0)
    await using resumed = await startTestServer({ database: server.db, dataDir: server.dataDir, roots: [server.root], worker: 2 })
    const { scan, bookCount } = await scanned(resumed, owner, organization, library, 60_000)
    expect([scan.status, bookCount]).toEqual(['done', 200])
    expect(Number(scan.unchanged) + Number(scan.listed)).toBe(200)
    expect(Number(scan.unchanged)).toBeGreaterThanOrEqual(half?.n ?? 0)
    expect((await resumed.db.superuser`select from book where library_id = ${library} and cover_state = 'ready'`).length).toBe(200)
  })
})

describe('the event stream', () => {
  test('ends for who was signed out or banned, and tells who was removed, once', async () => {
    await using own = await startTestServer()
    const [ann, ben, cat] = [await makePerson(own, 'Ann'), await makePerson(own, 'Ben'), await makePerson(own, 'Cat')]
    const shelf = (await makeOrganization(own, 'Streams', { owner: [ann, ben, cat] })).id
    const streams = await Promise.all([ann, ben, cat].map((person) => openEvents(own.port, person.cookie)))
    await Promise.all(streams.map((stream) => stream.until((event) => (event as { type: string }).type === 'hello')))
    await own.db.superuser`delete from session where user_id = ${ann.id}`
    await own.db.superuser`update "user" set banned = true where id = ${ben.id}`
    await own.db.superuser`delete from member where user_id = ${cat.id}`
    await own.db.superuser`select pg_notify('carrel_events', ${JSON.stringify({ type: 'changed', organizationId: shelf, what: 'books' })})`
    await Promise.all([streams[0]?.ended, streams[1]?.ended])
    const ended = { type: 'changed', organizationId: shelf, what: 'members' }
    await streams[2]?.until((event) => (event as { what?: string }).what === 'members')
    await own.db
      .superuser`select pg_notify('carrel_events', ${JSON.stringify({ type: 'changed', organizationId: shelf, what: 'libraries' })})`
    await wait(200)
    expect(streams.map((stream) => stream.events)).toEqual([[{ type: 'hello' }], [{ type: 'hello' }], [{ type: 'hello' }, ended]])
    // Who was only removed from this workspace goes on with the others.
    const other = (await makeOrganization(own, 'Other')).id
    await addMember(own, other, cat, 'guest')
    await own.db.superuser`select pg_notify('carrel_events', ${JSON.stringify({ type: 'changed', organizationId: other, what: 'books' })})`
    await streams[2]?.until((event) => (event as { organizationId?: string }).organizationId === other)
    for (const stream of streams) await stream[Symbol.asyncDispose]()
  })

  test('holds no connection: fifty open ones leave the others served', async () => {
    await using own = await startTestServer({ env: { DATABASE_POOL: '2' } })
    const person = await makePerson(own, 'Watcher')
    const streams = await Promise.all(Array.from({ length: 50 }, () => openEvents(own.port, person.cookie)))
    expect((await own.send('GET', '/api/v1/account', { cookie: person.cookie })).status).toBe(200)
    for (const stream of streams) await stream[Symbol.asyncDispose]()
  })

  test('is not broken by a notice that is none of ours', async () => {
    await using own = await startTestServer()
    const person = await makePerson(own, 'Watcher')
    const shelf = (await makeOrganization(own, 'Notices', { owner: [person] })).id
    await using stream = await openEvents(own.port, person.cookie)
    for (const payload of ['', 'x', 'null', '[]', '{"type":"scan"}']) await own.db.superuser`select pg_notify('carrel_events', ${payload})`
    await own.db.superuser`select pg_notify('carrel_events', ${JSON.stringify({ type: 'changed', organizationId: shelf, what: 'books' })})`
    await stream.until((event) => (event as { type: string }).type === 'changed')
  })
})
