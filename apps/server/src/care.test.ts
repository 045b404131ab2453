import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runTidy } from '@carrel/api'
import { buildEpub, buildPdf } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

let server: TestServer
let owner: Person
let organization: string

beforeAll(async () => {
  server = await startTestServer({ worker: 2 })
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Care', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
const folder = (): string => {
  const made = path.join(server.root, `shelf-${(count += 1)}`)
  mkdirSync(made)
  return made
}
const write = (at: string, title: string, more: object = {}) => {
  mkdirSync(path.dirname(at), { recursive: true })
  writeFileSync(at, buildEpub({ title, identifier: `urn:x:${title}`, creators: ['A. Writer'], ...more }))
}
const call = (method: string, at: string, body?: object) =>
  server.send(method, `/api/v1${at}`, { cookie: owner.cookie, organization, ...(body && { body }) })
const done = async (method: string, at: string, body?: object) => {
  const answer = await call(method, at, body)
  expect(answer.status, answer.text).toBe(200)
  return answer.json
}
type Detail = {
  id: string
  bookCount: number
  problemCount: number
  missingCount: number
  held: { files: number; of: number } | null
  keepMissingNights: number | null
  folders: { id: string; path: string; trouble: string | null; troubleSince: string | null }[]
  scan: (Record<'moved' | 'listed' | 'unchanged' | 'restored' | 'missing' | 'held' | 'processed', number> & { status: string }) | null
}
const create = async (...folders: string[]): Promise<string> => {
  const { id } = (await done('POST', '/libraries', { name: `Library ${(count += 1)}`, folders })) as { id: string }
  await finished(id)
  return id
}
const finished = (libraryId: string) => scanned(server, owner, organization, libraryId)
const scan = async (libraryId: string, body = {}): Promise<Detail> => {
  await done('POST', `/libraries/${libraryId}/scan`, body)
  await finished(libraryId)
  return detail(libraryId)
}
const detail = async (libraryId: string) => (await done('GET', `/libraries/${libraryId}`)) as Detail
type Card = { id: string; title: string; missing: boolean; keptNights: number | null; files: { missing: boolean; path: string }[] }
const books = async (libraryId: string) =>
  ((await done('GET', `/books?limit=100&sort=title&libraryId=${libraryId}`)) as { items: Card[] }).items
const titles = (cards: readonly Card[]) => cards.map(({ title, missing }) => `${title}${missing ? ' (missing)' : ''}`)
const missing = async (libraryId: string) =>
  ((await done('GET', `/libraries/${libraryId}/missing`)) as { items: (Card & { missingSince: string })[] }).items
const markFinished = (bookId: string) => done('POST', '/reading/mark', { bookId, status: 'finished' })
const readers = async (bookId: string) => (await server.db.superuser`select from reading_state where book_id = ${bookId}`).length
const tidy = async () => runTidy(server.deps, new AbortController().signal)
/** Some nights go by for the server. */
const nights = async (some: number) => {
  for (let night = 0; night < some; night += 1) {
    await server.db.superuser`update instance set night_counted_at = now() - interval '21 hours'`
    await tidy()
  }
}
const shelf = (titles: readonly string[]): string => {
  const made = folder()
  for (const title of titles) write(path.join(made, `${title}.epub`), title)
  return made
}
const ten = Array.from({ length: 10 }, (_, at) => `Book ${at}`)

describe('what is not found', () => {
  test('is asked about when it is much, kept when that is confirmed, and found again', async () => {
    const at = shelf(ten)
    const away = folder()
    const library = await create(at)
    const [first] = await books(library)
    await markFinished(first?.id ?? '')
    for (const title of ten.slice(0, 4)) renameSync(path.join(at, `${title}.epub`), path.join(away, `${title}.epub`))
    expect(await scan(library)).toMatchObject({ held: { files: 4, of: 10 }, missingCount: 0, bookCount: 10 })
    expect((await books(library)).some((book) => book.missing)).toBe(false)

    expect(await scan(library, { confirm: true })).toMatchObject({ held: null, missingCount: 4, bookCount: 10 })
    expect(titles(await books(library)).slice(0, 5)).toEqual([...ten.slice(0, 4).map((title) => `${title} (missing)`), 'Book 4'])
    expect(await missing(library)).toHaveLength(4)
    expect((await missing(library))[0]).toMatchObject({ keptNights: 30, missing: true })
    const page = (await done('GET', `/books/${first?.id}`)) as Card
    expect(page).toMatchObject({ missing: true, keptNights: 30, files: [{ missing: true }] })

    for (const title of ten.slice(0, 4)) renameSync(path.join(away, `${title}.epub`), path.join(at, `${title}.epub`))
    expect(await scan(library)).toMatchObject({
      held: null,
      missingCount: 0,
      bookCount: 10,
      scan: { unchanged: 6, restored: 4, listed: 0, missing: 0, processed: 10 },
    })
    expect((await books(library))[0]).toMatchObject({ id: first?.id, missing: false })
    expect(await readers(first?.id ?? '')).toBe(1)
  })

  test('and not yet told when somebody confirmed is asked about, also by a run that needs a second try', { timeout: 60_000 }, async () => {
    const at = shelf(ten)
    const library = await create(at)
    const take = (titles: readonly string[]) => titles.forEach((title) => rmSync(path.join(at, `${title}.epub`)))
    take(ten.slice(0, 4))
    await scan(library)
    take(ten.slice(4, 8))
    const cover = await sharp({ create: { width: 20, height: 30, channels: 3, background: '#336699' } }).jpeg().toBuffer() // prettier-ignore
    write(path.join(at, 'New.epub'), 'New', { cover })
    const blobs = path.join(server.dataDir, 'blobs')
    mkdirSync(blobs, { recursive: true })
    renameSync(blobs, `${blobs}-away`)
    writeFileSync(blobs, '')
    await done('POST', `/libraries/${library}/scan`, { confirm: true })
    await expect
      .poll(() => detail(library), { timeout: 30_000 })
      .toMatchObject({ scan: { error: expect.stringContaining('tried again') as unknown } })
    rmSync(blobs)
    renameSync(`${blobs}-away`, blobs)
    await finished(library)
    expect(await detail(library)).toMatchObject({ missingCount: 4, held: { files: 4 }, scan: { status: 'done' } })
  })

  test('is counted by files of books, not by what lies beside them, and then by books', async () => {
    const at = folder()
    const cover = await sharp({ create: { width: 20, height: 30, channels: 3, background: '#336699' } }).jpeg().toBuffer() // prettier-ignore
    for (const title of ten) {
      write(path.join(at, title, `${title}.epub`), title)
      writeFileSync(path.join(at, title, 'cover.jpg'), cover)
    }
    writeFileSync(path.join(at, 'Book 0', 'Book 0.pdf'), buildPdf())
    const library = await create(at)
    for (const title of ten.slice(0, 4)) rmSync(path.join(at, title), { recursive: true })
    expect(await scan(library)).toMatchObject({ held: { files: 5, of: 11 }, scan: { held: 5, missing: 0 } })
    for (const title of ten.slice(4, 6)) rmSync(path.join(at, title, 'cover.jpg'))
    expect(await scan(library, { confirm: true })).toMatchObject({ held: null, missingCount: 4, scan: { missing: 4, unchanged: 6 } })
  })

  test('of a book that is there without it is forgotten after the nights, whatever the clock says', async () => {
    const at = shelf(ten)
    writeFileSync(path.join(at, 'Book 0.pdf'), buildPdf())
    const library = await create(at)
    await done('PATCH', `/libraries/${library}`, { keepMissingNights: 2 })
    rmSync(path.join(at, 'Book 0.pdf'))
    await scan(library)
    const { superuser } = server.db
    const files = async () => (await superuser`select from library_file where library_id = ${library}`).length
    await superuser`update library_file set missing_at = missing_at - interval '40 days' where library_id = ${library} and missing_at is not null`
    await scan(library)
    expect(await files()).toBe(11)
    await nights(2)
    await scan(library)
    expect(await files()).toBe(10)
  })

  test('leaves no book as it was, when the run breaks off as that is written', { timeout: 60_000 }, async () => {
    const at = shelf(ten)
    writeFileSync(path.join(at, 'Book 0.pdf'), buildPdf({ info: { Title: 'Book 0 in print' } }))
    const library = await create(at)
    const { superuser } = server.db
    await superuser.unsafe(`create function fail() returns trigger language plpgsql as $$ begin
      if new.missing_at is null and new.formats = array['pdf'] then raise exception 'broken off'; end if; return new; end $$;
      create trigger fail before update on book for each row execute function fail()`)
    rmSync(path.join(at, 'Book 0.epub'))
    await done('POST', `/libraries/${library}/scan`, {})
    const failed = { scan: { error: expect.stringContaining('tried again') as unknown } }
    await expect.poll(() => detail(library), { timeout: 30_000 }).toMatchObject(failed)
    await superuser.unsafe('drop trigger fail on book; drop function fail()')
    await finished(library)
    expect(await detail(library)).toMatchObject({ missingCount: 0, scan: { status: 'done', missing: 0 } })
    const [book] = await superuser`select title, formats from book where library_id = ${library} and 'pdf' = any (formats)`
    expect(book).toEqual({ title: 'Book 0 in print', formats: ['pdf'] })
  })

  test('with a whole folder is trouble of that folder, until somebody says that it is empty on purpose', async () => {
    const at = shelf(ten.slice(0, 3))
    const library = await create(at)
    for (const title of ten.slice(0, 3)) rmSync(path.join(at, `${title}.epub`))
    const troubled = await scan(library)
    expect(troubled).toMatchObject({ missingCount: 0, folders: [{ trouble: 'empty', troubleSince: expect.any(String) }] })
    expect(await scan(library, { folderId: troubled.folders[0]?.id, confirm: true })).toMatchObject({
      missingCount: 3,
      held: null,
      folders: [{ trouble: null, troubleSince: null }],
    })
  })

  test('goes after the nights for which the library keeps it, and the counts follow', async () => {
    const at = shelf(ten)
    const library = await create(at)
    await done('PATCH', `/libraries/${library}`, { keepMissingNights: 2 })
    const [first] = await books(library)
    await markFinished(first?.id ?? '')
    rmSync(path.join(at, 'Book 0.epub'))
    await scan(library)
    const size = async () =>
      (await server.db.superuser<{ n: number }[]>`select file_bytes::float8 as n from library where id = ${library}`)[0]?.n ?? 0
    const before = await size()
    await nights(1)
    expect(await missing(library)).toMatchObject([{ title: 'Book 0', keptNights: 1 }])
    // More runs on the same day count no night.
    await tidy()
    await tidy()
    expect(await missing(library)).toMatchObject([{ keptNights: 1 }])
    // Nor does a clock that was set back.
    await server.db.superuser`update instance set night_counted_at = now() + interval '300 days'`
    await tidy()
    await tidy()
    expect(await missing(library)).toMatchObject([{ keptNights: 1 }])
    expect(await readers(first?.id ?? '')).toBe(1)
    await nights(1)
    expect(await missing(library)).toEqual([])
    expect(await detail(library)).toMatchObject({ bookCount: 9, missingCount: 0 })
    expect(await size()).toBeLessThan(before)
    expect(await readers(first?.id ?? '')).toBe(0)
    const after = await size()
    await scan(library)
    expect(await size()).toBe(after)
  })

  test('goes from the trash without being counted twice', async () => {
    const at = shelf(ten)
    const library = await create(at)
    rmSync(path.join(at, 'Book 0.epub'))
    await scan(library)
    await server.db.superuser`update book set deleted_at = now() where library_id = ${library} and missing_at is not null`
    await server.db.superuser`update library set book_count = 9, missing_count = 0, keep_missing_nights = 0 where id = ${library}`
    await tidy()
    expect(await server.db.superuser`select from book where library_id = ${library}`).toHaveLength(9)
    expect(await detail(library)).toMatchObject({ bookCount: 9, missingCount: 0 })
  })

  test('is kept while its folder cannot be read, and for ever where that is wished', async () => {
    const at = shelf(ten)
    const library = await create(at)
    rmSync(path.join(at, 'Book 0.epub'))
    await scan(library)
    await done('PATCH', `/libraries/${library}`, { keepMissingNights: null })
    await nights(3)
    expect(await missing(library)).toMatchObject([{ title: 'Book 0', keptNights: null }])
    await done('PATCH', `/libraries/${library}`, { keepMissingNights: 3 })
    renameSync(at, `${at}-away`)
    expect(await scan(library)).toMatchObject({ folders: [{ trouble: 'missing' }], missingCount: 1, held: null })
    await server.db.superuser`update book set missing_nights = 2 where library_id = ${library} and missing_at is not null`
    await nights(2)
    expect(await missing(library)).toMatchObject([{ keptNights: 1 }])
    // Nor when fewer nights are wished meanwhile than it was missing for.
    await done('PATCH', `/libraries/${library}`, { keepMissingNights: 1 })
    await nights(1)
    expect(await missing(library)).toHaveLength(1)
    await done('PATCH', `/libraries/${library}`, { keepMissingNights: 3 })
    renameSync(`${at}-away`, at)
    expect(await scan(library)).toMatchObject({ folders: [{ trouble: null }], missingCount: 1 })
    await nights(1)
    expect(await missing(library)).toEqual([])
  })

  test('can be removed at once, and nothing that is there', async () => {
    const at = shelf(ten)
    const library = await create(at)
    const [first, second] = await books(library)
    rmSync(path.join(at, 'Book 0.epub'))
    await scan(library)
    await markFinished(first?.id ?? '')
    expect(await done('POST', `/libraries/${library}/missing/remove`, { bookIds: [first?.id, second?.id] })).toEqual({
      removed: 1,
      left: 0,
    })
    expect(await detail(library)).toMatchObject({ bookCount: 9, missingCount: 0 })
    expect((await call('GET', `/books/${second?.id}`)).status).toBe(200)
    expect(await readers(first?.id ?? '')).toBe(0)
    expect(await done('POST', `/libraries/${library}/missing/remove`, {})).toEqual({ removed: 0, left: 0 })
    const log = await server.db.superuser`select before from audit_event where action = 'missing-books.deleted' and target_id = ${library}`
    expect(log).toEqual([{ before: { books: 1 } }])
  })
})

describe('a folder of a library', () => {
  test('is not well, nor looked through, because a part of it was', async () => {
    const at = folder()
    for (const title of ['sub/One', 'other/Two']) write(path.join(at, `${title}.epub`), title)
    const library = await create(at)
    const { superuser } = server.db
    await superuser`update library_folder set trouble = 'empty', trouble_since = now(), checked_at = '2026-01-01Z' where library_id = ${library}`
    const { id: folderId } = (await detail(library)).folders[0] ?? {}
    const row = async () => (await superuser`select trouble, checked_at < '2026-02-01Z' as unchecked from library_folder where library_id = ${library}`)[0] // prettier-ignore
    renameSync(path.join(at, 'sub/One.epub'), path.join(at, 'sub/One.txt'))
    await scan(library, { folderId, path: 'sub' })
    expect(await row()).toEqual({ trouble: 'empty', unchecked: true })
    await scan(library, { folderId, path: 'other' })
    expect(await row()).toEqual({ trouble: null, unchecked: true })
    await scan(library, { folderId })
    expect(await row()).toEqual({ trouble: null, unchecked: false })
  })

  test('moves with everything that is known of its files', async () => {
    const at = shelf(ten)
    const library = await create(at)
    const before = await books(library)
    await markFinished(before[3]?.id ?? '')
    const folderId = (await detail(library)).folders[0]?.id
    renameSync(at, `${at}-new`)
    await done('PATCH', `/libraries/${library}/folders/${folderId}`, { path: `${at}-new` })
    await finished(library)
    expect(await detail(library)).toMatchObject({
      folders: [{ id: folderId, path: `${at}-new`, trouble: null }],
      held: null,
      missingCount: 0,
      scan: { status: 'done', listed: 0 },
    })
    expect((await books(library)).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    expect(await readers(before[3]?.id ?? '')).toBe(1)
    const log = await server.db
      .superuser`select before, after from audit_event where action = 'library-folder.updated' and target_id = ${library}`
    expect(log).toEqual([{ before: { path: at }, after: { path: `${at}-new` } }])
  })

  test('does not move where it may not be, and loses nothing where nothing of it is', async () => {
    const at = shelf(ten)
    const other = shelf(['Elsewhere'])
    const library = await create(at, other)
    const { folders } = await detail(library)
    const folderId = folders.find((each) => each.path === at)?.id
    const move = async (to: string) => (await call('PATCH', `/libraries/${library}/folders/${folderId}`, { path: to })).json
    expect(await move('/')).toMatchObject({ code: 'FOLDER_NOT_ALLOWED' })
    expect(await move(`${at}-none`)).toMatchObject({ code: 'FOLDER_UNREADABLE' })
    expect(await move(other)).toMatchObject({ code: 'FOLDER_OVERLAPS' })
    const empty = folder()
    expect(await move(empty)).toMatchObject({ code: 'NOTHING_OF_IT_THERE' })
    expect((await detail(library)).folders.map((each) => each.path)).toContain(at)
    await done('PATCH', `/libraries/${library}/folders/${folderId}`, { path: empty, anyway: true })
    await finished(library)
    expect(await detail(library)).toMatchObject({
      bookCount: 11,
      missingCount: 0,
      folders: expect.arrayContaining([expect.objectContaining({ trouble: 'empty' })]),
    })
  })

  test.each(['comes', 'moves', 'leaves'])('%s while a run writes, and neither waits for the other for ever', async (what) => {
    const at = shelf(['One'])
    const library = await create(at, shelf(['Two']))
    const folderId = (await detail(library)).folders.find((each) => each.path === at)?.id
    await server.db.superuser`insert into scan (organization_id, id, library_id, status, runner)
      values (${organization}, ${randomUUID()}, ${library}, 'listing', ${randomUUID()})`
    const held = Promise.withResolvers<void>()
    // What a batch locks at its beginning and at its end.
    const batch = server.db.superuser.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock_shared(hashtextextended('app.library ' || ${library}::uuid, 0))`
      await sql`select from scan where library_id = ${library} and finished_at is null for share`
      held.resolve()
      await wait(500)
      await sql`update library set book_count = book_count where id = ${library}`
    })
    await held.promise
    const folders = `/libraries/${library}/folders`
    const change = {
      comes: () => done('POST', folders, { path: shelf(['Three']) }),
      moves: () => done('PATCH', `${folders}/${folderId}`, { path: shelf(['One']) }),
      leaves: () => done('DELETE', `${folders}/${folderId}`),
    }[what]
    await Promise.all([batch, change?.()])
    await finished(library)
  })

  test('changes, or its books do, while no run begins that would go by what was', { timeout: 60_000 }, async () => {
    await using other = await startTestServer()
    const person = await makePerson(other, 'Owner')
    const { id } = await makeOrganization(other, 'Begun', { owner: [person] })
    await assignRoot(other, id, other.root)
    const at = { cookie: person.cookie, organization: id }
    const made = await other.send('POST', '/api/v1/libraries', { ...at, body: { name: 'Begun', folders: [other.root] } })
    const library = (made.json as { id: string }).id
    const { superuser } = other.db
    await superuser.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('app.library ' || ${library}::uuid, 0))`
      await other.startWorker(1)
      await wait(3000)
      expect(await superuser`select from scan where finished_at is null and runner is null`).toHaveLength(1)
    })
    await scanned(other, person, id, library)
  })

  test('leaves amid a run, which ends and is no fault', { timeout: 60_000 }, async () => {
    const library = await create(shelf(ten))
    const at = shelf(Array.from({ length: 400 }, (_, index) => `More ${index}`))
    const { superuser } = server.db
    const leave = await superuser.begin(async (sql) => {
      // Its batches wait meanwhile, the first with what it holds.
      await sql`lock table library_file in share row exclusive mode`
      await done('POST', `/libraries/${library}/folders`, { path: at })
      const leaving = (await detail(library)).folders.find((each) => each.path === at)
      await wait(2000)
      const left = done('DELETE', `/libraries/${library}/folders/${leaving?.id}`)
      await wait(300)
      return { left }
    })
    await leave.left
    await finished(library)
    expect(await detail(library)).toMatchObject({ folders: [{ trouble: null }], scan: { status: 'done' } })
    expect(server.logs.filter((line) => line.includes(library) && line.includes('scan failed'))).toEqual([])
  })

  test('leaves with its books missing, which are known again when it comes back', async () => {
    const at = shelf(ten)
    const other = shelf(['Elsewhere', 'Book 9'])
    writeFileSync(path.join(at, 'broken.epub'), 'no book')
    const library = await create(at, other)
    const before = await books(library)
    expect(before).toHaveLength(11)
    await markFinished(before[0]?.id ?? '')
    const folderId = (await detail(library)).folders.find((each) => each.path === at)?.id
    await done('DELETE', `/libraries/${library}/folders/${folderId}`)
    expect(await detail(library)).toMatchObject({ bookCount: 11, missingCount: 9, problemCount: 0 })
    await finished(library)
    expect(await detail(library)).toMatchObject({ bookCount: 11, missingCount: 9, problemCount: 0, folders: [{ path: other }] })
    expect(titles(await books(library))).toEqual([...ten.slice(0, 9).map((title) => `${title} (missing)`), 'Book 9', 'Elsewhere'])
    const last = (await detail(library)).folders[0]?.id
    expect((await call('DELETE', `/libraries/${library}/folders/${last}`)).json).toMatchObject({ code: 'LAST_FOLDER' })

    await done('POST', `/libraries/${library}/folders`, { path: at })
    await finished(library)
    expect(await detail(library)).toMatchObject({ bookCount: 11, missingCount: 0, problemCount: 1 })
    expect((await books(library)).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    expect(await readers(before[0]?.id ?? '')).toBe(1)
  })
})

describe('a problem', () => {
  type Page = {
    items: { id: string; path: string; code: string }[]
    total: number
    ignored: number
    reasons: { code: string; count: number }[]
  }
  const problems = async (library: string, query = '') => (await done('GET', `/libraries/${library}/problems?${query}`)) as Page

  test('is put aside and taken up again, listed by its reason, and read again when somebody asks', async () => {
    const at = shelf(ten.slice(0, 2))
    for (const name of ['deep/a', 'deep/b', 'c']) {
      mkdirSync(path.join(at, 'deep'), { recursive: true })
      writeFileSync(path.join(at, `${name}.epub`), name === 'c' ? '' : 'no book')
    }
    const library = await create(at)
    const all = await problems(library)
    expect(all).toMatchObject({
      total: 3,
      ignored: 0,
      reasons: [
        { code: 'not-a-book', count: 2 },
        { code: 'empty', count: 1 },
      ],
    })
    expect(await problems(library, 'codes[]=empty')).toMatchObject({ total: 1, items: [{ path: 'c.epub' }] })
    const [a, b] = ['deep/a.epub', 'deep/b.epub'].map((name) => all.items.find((item) => item.path === name)?.id ?? '')
    await done('POST', `/libraries/${library}/problems/${a}/ignore`, { ignored: true })
    expect((await detail(library)).problemCount).toBe(2)
    expect(await problems(library)).toMatchObject({ total: 2, ignored: 1 })
    expect(await problems(library, 'ignored=true')).toMatchObject({ total: 1, items: [{ id: a, ignored: true }] })
    expect((await scan(library)).problemCount).toBe(2)
    await done('POST', `/libraries/${library}/problems/${a}/ignore`, { ignored: false })
    expect((await detail(library)).problemCount).toBe(3)
    expect((await call('POST', `/libraries/${library}/problems/${library}/ignore`, { ignored: true })).status).toBe(404)

    // It looks unchanged, and is a book now: as after an update of the reader.
    const set = (name: string) => server.db.superuser`update library_file set sha256 = 'x' where library_id = ${library} and path = ${name}`
    await set('deep/b.epub')
    await scan(library)
    const digest = async (name: string) =>
      (await server.db.superuser<{ sha256: string }[]>`select sha256 from library_file where library_id = ${library} and path = ${name}`)[0]
        ?.sha256
    expect(await digest('deep/b.epub')).toBe('x')
    expect(await done('POST', `/libraries/${library}/problems/retry`, { fileId: b })).toEqual({ files: 1 })
    await finished(library)
    expect(await digest('deep/b.epub')).not.toBe('x')
    expect(await done('GET', `/libraries/${library}/scans`)).toMatchObject({
      items: [{ part: { path: 'deep' }, askedBy: 'Owner', status: 'done' }, { part: null }, { part: null }, { part: null }],
    })
    await set('c.epub')
    expect(await done('POST', `/libraries/${library}/problems/retry`, {})).toEqual({ files: 3 })
    await finished(library)
    expect(await digest('c.epub')).not.toBe('x')
    expect(await problems(library)).toMatchObject({ total: 3 })
  })
})

describe('duplicates', () => {
  type Group = { key: string; size: number; books: Card[]; files: { path: string; bookId: string }[] }
  const groups = async (library: string, kind: string, query = '') =>
    (await done('GET', `/libraries/${library}/duplicates?kind=${kind}${query}`)) as { items: Group[]; nextCursor: string | null }

  test('are books of one title and author, however these are written, and not volumes of a series', async () => {
    const at = folder()
    write(path.join(at, 'a.epub'), 'The Hobbit', { creators: ['J.R.R. Tolkien'] })
    write(path.join(at, 'b.epub'), 'THE HOBBIT!', { creators: ['Tolkien, J. R. R.'], identifier: 'urn:x:b' })
    write(path.join(at, 'c.epub'), 'The Hobbit', { creators: ['Somebody Else'] })
    for (const position of ['1', '2'])
      write(path.join(at, `saga ${position}.epub`), 'Saga', { identifier: `urn:x:${position}`, series: { name: 'Saga', position } })
    const library = await create(at)
    const found = await groups(library, 'title')
    expect(found.items.map((group) => group.books.map(({ title }) => title).toSorted())).toEqual([['THE HOBBIT!', 'The Hobbit']])
    expect(found.items[0]?.files.map((file) => file.path)).toEqual(['a.epub', 'b.epub'])

    const bookIds = found.items[0]?.books.map(({ id }) => id) ?? []
    await done('POST', `/libraries/${library}/duplicates/tell-apart`, { bookIds })
    expect((await groups(library, 'title')).items).toEqual([])
    write(path.join(at, 'd.epub'), 'The Hobbit', { creators: ['J. R. R. Tolkien'], identifier: 'urn:x:d' })
    await scan(library)
    expect((await groups(library, 'title')).items).toMatchObject([{ size: 3 }])
    await done('POST', `/libraries/${library}/duplicates/compare-again`, { bookIds })
    rmSync(path.join(at, 'd.epub'))
    expect((await groups(library, 'title')).items).toHaveLength(1)
  })

  test('are books of one ISBN, and files of one content', async () => {
    const at = folder()
    for (const isbn of ['9783161484100', '9780306406157'])
      for (const [copy, title] of ['One', 'Another'].entries())
        write(path.join(at, `${isbn} ${copy}.epub`), `${title} ${isbn}`, { identifier: `urn:isbn:${isbn}` })
    write(path.join(at, 'first.epub'), 'Twice')
    write(path.join(at, 'again/second.epub'), 'Twice')
    const library = await create(at)
    const found = await groups(library, 'isbn')
    expect(found.items.map(({ key, books }) => [key, books.length])).toEqual([
      ['9780306406157', 2],
      ['9783161484100', 2],
    ])
    const first = await groups(library, 'isbn', '&limit=1')
    expect(first.items.map(({ key }) => key)).toEqual(['9780306406157'])
    expect((await groups(library, 'isbn', `&limit=1&cursor=${first.nextCursor}`)).items.map(({ key }) => key)).toEqual(['9783161484100'])
    expect((await call('GET', `/libraries/${library}/duplicates?kind=title&cursor=${first.nextCursor}`)).status).toBe(400)
    const same = await groups(library, 'content')
    expect(same.items).toMatchObject([
      { size: 2, books: [{ title: 'Twice' }], files: [{ path: 'again/second.epub' }, { path: 'first.epub' }] },
    ])
  })

  test('of another library cannot be told apart in this one', async () => {
    const [one, other] = [await create(shelf(['Here'])), await create(shelf(['There']))]
    const bookIds = [...(await books(one)), ...(await books(other))].map(({ id }) => id)
    expect((await call('POST', `/libraries/${one}/duplicates/tell-apart`, { bookIds })).status).toBe(404)
  })
})
