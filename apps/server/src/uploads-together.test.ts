import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTidy } from '@carrel/api'
import { newId } from '@carrel/db'
import { buildEpub, buildMp3, buildPdf } from '@carrel/formats/testing'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'
import { uploaderOf } from './testing/uploads.ts'

type Item = { id: string; name: string; state: string; bookId: string | null; problem: { code: string } | null }
type Detail = {
  title: string
  cover: { state: string }
  duration: number | null
  contributors: { name: string }[]
  tags: string[]
  files: { fileName: string; shortName: string; path: string; format: string }[]
}

let server: TestServer
let owner: Person
let organization: string
let cover: Buffer
let count = 0

beforeAll(async () => {
  server = await startTestServer({ worker: 2 })
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Together', { owner: [owner] })).id
  cover = await sharp({ create: { width: 60, height: 90, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()
})
afterAll(() => server[Symbol.asyncDispose]())

const call = async (method: string, at: string, body?: object, who = owner) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: who.cookie, organization, ...(body && { body }) })
  return { status: answer.status, json: answer.json as never }
}
const create = async (): Promise<string> =>
  ((await call('POST', '/libraries', { name: `Managed ${(count += 1)}`, kind: 'managed' })).json as { id: string }).id
const ended = async (libraryId: string, who = owner): Promise<Map<string, Item>> => {
  for (const end = Date.now() + 20_000; Date.now() < end; await wait(50)) {
    const { items } = (await call('GET', `/libraries/${libraryId}/uploads`, undefined, who)).json as { items: Item[] }
    if (items.every(({ state }) => state === 'done' || state === 'refused')) return new Map(items.map((item) => [item.id, item]))
  }
  throw new Error('Uploads did not end.')
}
const books = async (libraryId: string): Promise<Detail[]> => {
  const { items } = (await call('GET', `/books?limit=100&sort=title&libraryId=${libraryId}`)).json as { items: { id: string }[] }
  return Promise.all(items.map(async ({ id }) => (await call('GET', `/books/${id}`)).json as Detail))
}
const plan = async (libraryId: string, paths: readonly string[], drop = newId().replaceAll('-', '')) => {
  const answer = await call('POST', `/libraries/${libraryId}/uploads/plan`, { drop, paths })
  expect(answer.status).toBe(200)
  return (answer.json as { together: (string | null)[] }).together
}
/** Uploads these files in this order, as the page does with what is dropped onto it. */
const drop = async (libraryId: string, files: readonly (readonly [path: string, bytes: Uint8Array])[], who = owner) => {
  const together = await plan(
    libraryId,
    files.map(([path]) => path),
  )
  const up = uploaderOf(server, who, organization)
  const ids: string[] = []
  for (const [at, [path, bytes]] of files.entries())
    ids.push(await up.whole(libraryId, path, bytes, { together: together[at] ?? undefined }))
  return ids
}
const opf = (title: string) =>
  Buffer.from(`<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:title>${title}</dc:title><dc:creator opf:role="aut">Ann Author</dc:creator><dc:subject>Sea</dc:subject></metadata></package>`)
const track = (seconds: number, tags: Record<string, string> = {}) => buildMp3({ seconds, tags })
const epub = (title: string) => buildEpub({ title, identifier: `urn:x:${title}`, creators: ['A. Writer'] })

test('an audiobook of two discs is one book, its parts in order, whatever came first', { timeout: 60_000 }, async () => {
  const library = await create()
  const files = [
    ['The Sea/CD 2/10.mp3', track(5)],
    ['The Sea/CD 2/cover.jpg', cover],
    ['The Sea/CD 1/10.mp3', track(2)],
    ['The Sea/CD 2/metadata.opf', opf('The Sea, told')],
    ['The Sea/CD 1/2.mp3', track(1)],
    ['The Sea/CD 2/9.mp3', track(4)],
  ] as const
  const ids = await drop(library, files)
  const items = await ended(library)
  expect(new Set(ids.map((id) => items.get(id)?.state))).toEqual(new Set(['done']))
  const [bookId, ...more] = new Set(ids.map((id) => items.get(id)?.bookId))
  expect([bookId, more]).toEqual([expect.any(String), []])
  await scanned(server, owner, organization, library)
  const [book, ...others] = await books(library)
  expect(others).toEqual([])
  expect(book).toMatchObject({ title: 'The Sea, told', cover: { state: 'ready' }, tags: ['Sea'], contributors: [{ name: 'Ann Author' }] })
  expect(book?.files.map(({ shortName }) => shortName)).toEqual(['CD 1/2.mp3', 'CD 1/10.mp3', 'CD 2/9.mp3', 'CD 2/10.mp3'])
  expect(book?.files.map(({ path }) => path)).toEqual([
    'The Sea/CD 1/2.mp3',
    'The Sea/CD 1/10.mp3',
    'The Sea/CD 2/9.mp3',
    'The Sea/CD 2/10.mp3',
  ])
  const seconds = async () => {
    const [row] = await server.db.superuser<{ duration: number }[]>`select duration from book where library_id = ${library}`
    return Math.round(row?.duration ?? 0)
  }
  expect(await seconds()).toBe(12)
  // Dropped again it is the same book, and no longer.
  await drop(library, files)
  await ended(library)
  const same = async () => (await books(library)).map(({ title, files: held }) => [title, held.length])
  expect(await same()).toEqual([['The Sea, told', 4]])
  expect(await seconds()).toBe(12)
  // Also in part, without what tells of it; and what is new beside it is part of it.
  await drop(library, [...files.filter(([path]) => /\d\.mp3$/.test(path)).slice(0, 2), ['The Sea/CD 2/11.mp3', track(6)]])
  await ended(library)
  await scanned(server, owner, organization, library)
  expect(await same()).toEqual([['The Sea, told', 5]])
  expect((await books(library))[0]).toMatchObject({ cover: { state: 'ready' }, tags: ['Sea'] })
  expect(await seconds()).toBe(18)
})

test('what has no title is called after its folder, and loose tracks after the first', { timeout: 60_000 }, async () => {
  const library = await create()
  const numbered = (number: number) => track(1, { TRCK: String(number), TIT2: '' })
  await drop(library, [
    ['Voyage/CD 1/2.mp3', numbered(2)],
    ['Voyage/CD 1/1.mp3', numbered(1)],
  ])
  await drop(library, [
    ['Loose 02.mp3', track(2)],
    ['Loose 01.mp3', track(3)],
    ['Other.mp3', track(4)],
  ])
  await ended(library)
  expect((await books(library)).map(({ title, files }) => [title, files.map(({ fileName }) => fileName)])).toEqual([
    ['Loose 01', ['Loose 01.mp3', 'Loose 02.mp3']],
    ['Other', ['Other.mp3']],
    ['Voyage', ['1.mp3', '2.mp3']],
  ])
})

test('formats of one name are one book, others and what is dropped again are not', { timeout: 60_000 }, async () => {
  const library = await create()
  await drop(library, [
    ['Shelf/One.pdf', buildPdf({ info: { Title: 'One in pages' } })],
    ['Shelf/One.epub', epub('One')],
    ['Shelf/Two.epub', epub('Two')],
  ])
  await drop(library, [['Shelf/One.epub', epub('One, revised')]])
  await ended(library)
  const found = await books(library)
  expect(found.map(({ title, files }) => [title, files.map(({ format }) => format).toSorted()])).toEqual([
    ['One', ['epub', 'pdf']],
    ['One, revised', ['epub']],
    ['Two', ['epub']],
  ])
})

test('a file begun twice is one upload, which goes on', { timeout: 60_000 }, async () => {
  const library = await create()
  const up = uploaderOf(server, owner, organization)
  const bytes = buildEpub({ title: 'Twice', identifier: 'urn:x:twice', padding: 200_000 })
  const together = '1'.repeat(32)
  const id = up.idOf(await up.begin(library, 'Shelf/Twice.epub', bytes.length, together))
  await up.part(id, 0, bytes.subarray(0, 100_000))
  const again = await up.begin(library, 'Shelf/Twice.epub', bytes.length, together)
  expect([up.idOf(again), again.headers['upload-offset']]).toEqual([id, '100000'])
  for (const [name, size] of [
    ['Shelf/Other.epub', bytes.length],
    ['Else/Twice.epub', bytes.length],
    ['Shelf/Twice.epub', 9],
  ] as const)
    expect(up.idOf(await up.begin(library, name, size, together))).not.toBe(id)
  await up.part(id, 100_000, bytes.subarray(100_000))
  await server.db.superuser`delete from upload where state = 'open'`
  expect((await ended(library)).get(id)).toMatchObject({ state: 'done', name: 'Twice.epub' })
  expect((await up.begin(library, 'Shelf/Twice.epub', bytes.length, together)).headers['upload-offset']).toBe(String(bytes.length))
  expect(await books(library)).toHaveLength(1)
})

test('two people who say the same belong to nothing of each other', { timeout: 60_000 }, async () => {
  const library = await create()
  const second = await makePerson(server, 'Second')
  for (const [table, column] of [
    ['member', 'role'],
    ['member_role', 'builtin'],
  ] as const)
    await server.db
      .superuser`insert into ${server.db.superuser(table)} ${server.db.superuser({ ...(table === 'member' && { id: newId() }), organization_id: organization, user_id: second.id, [column]: 'admin' })}`
  const together = '2'.repeat(32)
  const files = [
    [owner, 'Title/01.mp3', track(1)],
    [second, 'Title/02.mp3', track(2)],
    [second, 'Title/cover.jpg', cover],
    [owner, 'Title/03.mp3', track(3)],
  ] as const
  for (const [who, path, bytes] of files) await uploaderOf(server, who, organization).whole(library, path, bytes, { together })
  await ended(library)
  await ended(library, second)
  await scanned(server, owner, organization, library)
  const found = (await books(library)).map(({ files, cover }) => `${files.map(({ fileName }) => fileName).join(' ')}: ${cover.state}`)
  expect(new Set(found)).toEqual(new Set(['01.mp3 03.mp3: none', '02.mp3: ready']))
  // Nor does it help to send what is kept of it.
  const [{ unit }] = (await server.db.superuser`select encode(unit_hash, 'hex') as unit from library_file where library_id = ${library}
    and path like '%01.mp3'`) as [{ unit: string }]
  const id = await uploaderOf(server, second, organization).whole(library, 'Title/04.mp3', track(4), { together: unit })
  expect((await ended(library, second)).get(id)?.state).toBe('done')
  expect(await books(library)).toHaveLength(3)
})

test('what a file belongs to is 32 hexadecimal digits; a plan has bounds', async () => {
  const library = await create()
  const up = uploaderOf(server, owner, organization)
  for (const together of ['', 'x'.repeat(32), 'A'.repeat(32), '1'.repeat(31), '1'.repeat(33), `${'1'.repeat(32)}\n`, "' or 1=1"])
    expect((await up.begin(library, 'a.epub', 10, together)).status).toBe(400)
  const paths = Array.from({ length: 1001 }, (_, at) => `${at}.epub`)
  const ask = async (body: object) => (await call('POST', `/libraries/${library}/uploads/plan`, body)).status
  const drop = '0'.repeat(32)
  expect(await ask({ drop, paths })).toBe(400)
  expect(await ask({ drop, paths: ['x'.repeat(1025)] })).toBe(400)
  expect(await ask({ drop, paths: Array.from({ length: 900 }, () => 'x'.repeat(100)) })).toBe(400)
  expect(await ask({ drop: 'x', paths: [] })).toBe(400)
  expect(await ask({ drop, paths: ['..', '/', '../../a.epub', '\0.epub', 'a//b.epub'] })).toBe(200)
  expect(await ask({ drop, paths: paths.slice(1) })).toBe(200)
})

test('what lies beside a book that never comes is no book, says so, and goes after a day', { timeout: 60_000 }, async () => {
  const library = await create()
  const up = uploaderOf(server, owner, organization)
  const stray = await up.whole(library, 'Title/cover.jpg', cover, { together: '3'.repeat(32) })
  const kept = await up.whole(library, 'Other/cover.jpg', cover, { together: '4'.repeat(32) })
  expect((await ended(library)).get(stray)).toMatchObject({ state: 'done', bookId: null, problem: null })
  expect(await books(library)).toEqual([])
  const book = await up.whole(library, 'Other/a.epub', epub('Late'), { together: '4'.repeat(32) })
  const items = await ended(library)
  expect(items.get(kept)?.bookId).toBe(items.get(book)?.bookId)
  const files = async () =>
    (await server.db.superuser<{ path: string }[]>`select path from library_file where library_id = ${library} order by path`).length
  await runTidy(server.deps, new AbortController().signal)
  expect(await files()).toBe(3)
  await server.db.superuser`update library_file set seen_at = seen_at - interval '25 hours' where library_id = ${library}`
  await runTidy(server.deps, new AbortController().signal)
  expect(await files()).toBe(2)
  const without = await up.whole(library, 'cover.jpg', cover)
  expect((await ended(library)).get(without)).toMatchObject({ state: 'refused', problem: { code: 'not-a-book' } })
})

test('a book takes twenty files beside it, and no more', { timeout: 60_000 }, async () => {
  const library = await create()
  const up = uploaderOf(server, owner, organization)
  const together = 'c'.repeat(32)
  const ids: string[] = []
  for (let at = 0; at < 25; at += 1) ids.push(await up.whole(library, `Flood/${at}.opf`, opf(`Title ${at}`), { together }))
  ids.push(await up.whole(library, 'Flood/book.epub', epub('Flooded'), { together }))
  const items = await ended(library)
  const states = Map.groupBy(ids, (id) => items.get(id)?.state)
  // Two are read at a time, so that one more may slip in.
  expect(states.get('refused')?.length).toBeGreaterThanOrEqual(4)
  expect(items.get(states.get('refused')?.[0] ?? '')?.problem).toMatchObject({ code: 'not-a-book' })
  expect(items.get(ids.at(-1) ?? '')).toMatchObject({ state: 'done' })
  expect(await books(library)).toHaveLength(1)
})
