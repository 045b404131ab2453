import { hash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '@carrel/db'
import { buildCalibre, buildEpub, buildMp3, buildPdf, type CalibreBookInput } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, tempDir, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'
import { uploaderOf } from './testing/uploads.ts'

type Copied = {
  books: number
  files: number
  bytes: number
  skipped: number
  failed: { title: string; reason: string }[]
  next: number | null
  within: number
}
type Found = {
  folders: {
    path: string | null
    folderId: string | null
    name: string
    found: { ok: boolean; books?: number; problem?: string; columns?: { key: string; proposed: object }[] }
  }[]
}
type Card = { id: string; title: string; formats: string[]; cover: { state: string }; series: { name: string; position: string } | null }
type Detail = Card & { tags: string[]; readingStatus: string; files: { path: string }[] }

let server: TestServer
let owner: Person
let librarian: Person
let organization: string
let picture: Buffer
let count = 0
const outside = tempDir()

beforeAll(async () => {
  server = await startTestServer({ worker: 2, env: { UPLOAD_MAX_BYTES: '200000000' } })
  ;[owner, librarian] = (await Promise.all(['Owner', 'Librarian'].map((name) => makePerson(server, name)))) as [Person, Person]
  organization = (await makeOrganization(server, 'Copies', { owner: [owner], librarian: [librarian] })).id
  await assignRoot(server, organization, server.root)
  picture = await sharp({ create: { width: 60, height: 90, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(outside, { recursive: true })
})

const call = async (method: string, at: string, body?: object, who: Person = owner) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: who.cookie, organization, ...(body && { body }) })
  return { status: answer.status, json: answer.json as Record<string, unknown>, text: answer.text }
}
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the answer is
const ok = async <T>(method: string, at: string, body?: object, who?: Person): Promise<T> => {
  const { status, json, text } = await call(method, at, body, who)
  expect(status, text).toBe(200)
  return json as T
}
const create = async (): Promise<string> =>
  (await ok<{ id: string }>('POST', '/libraries', { name: `Managed ${(count += 1)}`, kind: 'managed' })).id
const copy = (library: string, folder: string, { after = 0, within = 0, who = owner } = {}) =>
  call('POST', `/libraries/${library}/calibre/copy`, { path: folder, after, within }, who)
const copied = (library: string, folder: string, from: { after?: number; within?: number } = {}) =>
  ok<Copied>('POST', `/libraries/${library}/calibre/copy`, { path: folder, ...from })
/** As the page asks, one after the other. */
const copyAll = async (library: string, folder: string) => {
  const total: Omit<Copied, 'next' | 'within'> = { books: 0, files: 0, bytes: 0, skipped: 0, failed: [] }
  for (let after: number | null = 0, within = 0; after !== null;) {
    const page = await copied(library, folder, { after, within })
    for (const key of ['books', 'files', 'bytes', 'skipped'] as const) total[key] += page[key]
    total.failed.push(...page.failed)
    after = page.next
    within = page.within
  }
  return total
}
const taken = async (library: string) => {
  for (const end = Date.now() + 30_000; Date.now() < end; await wait(50))
    if ((await ok<{ waiting: number }>('GET', `/libraries/${library}/uploads`)).waiting === 0) {
      await scanned(server, owner, organization, library)
      return
    }
  throw new Error('Uploads were not taken.')
}
const importAll = (library: string, folder: string, mapping: object = {}) =>
  ok<{ matched: number; changed: number; notFound: number; readStates: number; next: number | null }>(
    'POST',
    `/libraries/${library}/calibre/import`,
    { path: folder, mapping },
  )
const books = async (library: string): Promise<Detail[]> => {
  const { items } = await ok<{ items: Card[] }>('GET', `/books?limit=100&sort=title&libraryId=${library}`)
  return Promise.all(items.map(({ id }) => ok<Detail>('GET', `/books/${id}`)))
}
const quota = async (bytes: number | null) => {
  await server.db.superuser`delete from organization_quota where organization_id = ${organization}`
  if (bytes !== null)
    await server.db.superuser`insert into organization_quota (organization_id, max_bytes) values (${organization}, ${bytes})`
}
const held = async (library: string) => (await ok<{ store: { held: number } }>('GET', `/libraries/${library}/uploads`)).store.held

const opf = (title: string) =>
  `<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title></metadata></package>`
const shelved = (i: number, more: Partial<CalibreBookInput> = {}): CalibreBookInput => ({
  title: `The Book ${i}`,
  path: `Ann Author/The Book ${i} (${i})`,
  files: [{ name: `The Book ${i} - Ann Author`, format: 'EPUB' }],
  authors: [{ name: 'Ann Author', sort: 'Author, Ann' }],
  series: { name: 'Things', index: i },
  tags: ['Novel'],
  columns: { read: i % 2 },
  ...more,
})
/** A folder as calibre keeps it, with an OPF and a cover beside each book. */
function calibre(input: readonly CalibreBookInput[], { padding = 0 } = {}): string {
  const at = path.join(server.root, `calibre-${(count += 1)}`)
  mkdirSync(at)
  buildCalibre(path.join(at, 'metadata.db'), { books: input, columns: [{ label: 'read', name: 'Read', datatype: 'bool' }] })
  for (const { title, path: below, files } of input) {
    const folder = path.join(at, below)
    mkdirSync(folder, { recursive: true })
    const bytes: Record<string, () => Uint8Array> = {
      EPUB: () => buildEpub({ title: `File of ${title}`, identifier: `urn:x:${count}-${title}`, padding }),
      PDF: () => buildPdf({ info: { Title: `Pages of ${title} ${count}` } }),
      MP3: () => buildMp3({ seconds: 3, tags: { TIT2: `${title} ${count}` } }),
    }
    for (const { name, format } of files) writeFileSync(path.join(folder, `${name}.${format.toLowerCase()}`), bytes[format]?.() ?? 'other')
    writeFileSync(path.join(folder, 'metadata.opf'), opf(title))
    writeFileSync(path.join(folder, 'cover.jpg'), picture)
  }
  return at
}
const snapshot = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => [
      file,
      readdirSync(path.dirname(file), { withFileTypes: true })
        .find(({ name }) => name === path.basename(file))
        ?.isFile()
        ? hash('sha256', readFileSync(file), 'hex')
        : '',
    ])

test('a calibre library is copied, described and not copied again', { timeout: 120_000 }, async () => {
  const library = await create()
  const both = {
    files: [
      { name: 'Both', format: 'EPUB' },
      { name: 'Both', format: 'PDF' },
      { name: 'Both', format: 'ORIGINAL_EPUB' },
    ],
  }
  const folder = calibre([
    ...Array.from({ length: 24 }, (_, i) => shelved(i + 1)),
    shelved(25, both),
    shelved(26, { files: [{ name: 'Heard', format: 'MP3' }] }),
  ])
  const before = snapshot(folder)

  const found = await ok<Found>('GET', `/libraries/${library}/calibre?path=${encodeURIComponent(folder)}`)
  expect(found.folders).toMatchObject([{ path: folder, folderId: null, name: path.basename(folder), found: { ok: true, books: 26 } }])
  // Also from the folder above.
  const above = await ok<Found>('GET', `/libraries/${library}/calibre?path=${encodeURIComponent(server.root)}`)
  expect(above.folders.map((each) => each.path)).toContain(folder)

  const first = await copied(library, folder)
  expect(first).toMatchObject({ books: 20, files: 60, skipped: 0, failed: [], next: 20 })
  const total = await copyAll(library, folder)
  expect(total).toMatchObject({ books: 26, files: 27 + 52 - 60, skipped: 60, failed: [] })
  await taken(library)
  expect(await copyAll(library, folder)).toMatchObject({ books: 26, files: 0, bytes: 0, skipped: 79, failed: [] })

  const columns = found.folders[0]?.found.columns?.map(({ key, proposed }) => ({ key, target: proposed }))
  expect(await importAll(library, folder, { columns })).toMatchObject({ matched: 26, notFound: 0, readStates: 13, next: null })
  const shelf = await books(library)
  expect(shelf).toHaveLength(26)
  for (const book of shelf) expect(book).toMatchObject({ tags: ['Novel'], series: { name: 'Things' }, cover: { state: 'ready' } })
  expect(shelf.find(({ title }) => title === 'The Book 25')).toMatchObject({ formats: ['epub', 'pdf'], readingStatus: 'finished' })
  expect(shelf.find(({ title }) => title === 'The Book 26')).toMatchObject({ formats: ['mp3'], readingStatus: 'unread' })
  expect(await importAll(library, folder, { columns })).toMatchObject({ matched: 26, changed: 0, readStates: 0 })

  // It is the same library of calibre's wherever it lies; what is in the trash was brought.
  const [gone] = shelf
  expect((await call('DELETE', `/books/${gone?.id}`)).status).toBe(200)
  await server.db.superuser`delete from upload where organization_id = ${organization}`
  const moved = `${folder}-moved`
  renameSync(folder, moved)
  expect(await copyAll(library, moved)).toMatchObject({ files: 0, skipped: 79 })
  expect(await importAll(library, moved)).toMatchObject({ matched: 25, notFound: 1 })
  renameSync(moved, folder)
  expect(snapshot(folder)).toEqual(before)
})

test('a full workspace says so; when it has room the copy goes on where it was', { timeout: 60_000 }, async () => {
  const library = await create()
  const folder = calibre(
    Array.from({ length: 5 }, (_, i) => shelved(i + 1)),
    { padding: 300_000 },
  )
  await quota((await held(library)) + 800_000)
  try {
    const refused = await copy(library, folder)
    expect(refused).toMatchObject({ status: 413, json: { code: 'QUOTA_EXCEEDED' } })
    await taken(library)
    expect(await books(library)).toHaveLength(2)
    expect((await copy(library, folder)).status).toBe(413)
  } finally {
    await quota(null)
  }
  expect(await copyAll(library, folder)).toMatchObject({ books: 5, skipped: 6, files: 9, failed: [] })
  await taken(library)
  expect(await books(library)).toHaveLength(5)
})

test('a folder that is not open is as one that is not there', { timeout: 60_000 }, async () => {
  const library = await create()
  const folder = calibre([shelved(1)])
  buildCalibre(path.join(outside, 'metadata.db'), { books: [shelved(1)] })
  symlinkSync(outside, path.join(server.root, 'way-out'))
  const places = [outside, path.join(outside, 'nothing'), path.join(server.root, 'way-out'), `${folder}/../../..`, 'relative', '/']
  for (const place of places) {
    const refused = await copy(library, place)
    expect(refused).toMatchObject({ status: 422, json: { code: 'CALIBRE_UNREADABLE', data: { problem: 'closed' } } })
    expect((await call('POST', `/libraries/${library}/calibre/import`, { path: place, mapping: {} })).text).toBe(refused.text)
    expect((await ok<Found>('GET', `/libraries/${library}/calibre?path=${encodeURIComponent(place)}`)).folders).toMatchObject([
      { found: { ok: false, problem: 'closed' } },
    ])
  }
  const plain = path.join(server.root, `plain-${count}`)
  mkdirSync(plain)
  expect((await ok<Found>('GET', `/libraries/${library}/calibre?path=${encodeURIComponent(plain)}`)).folders).toEqual([])
  expect((await copy(library, plain)).status).toBe(422)
  expect((await call('POST', `/libraries/${library}/calibre/import`, { path: folder, folderId: newId(), mapping: {} })).status).toBe(400)
  expect((await call('POST', `/libraries/${library}/calibre/import`, { mapping: {} })).status).toBe(400)
})

test('who may make no library of folders reads none of them', { timeout: 60_000 }, async () => {
  const library = await create()
  const folder = calibre([shelved(1)])
  const contributor = await makePerson(server, 'Contributor')
  await server.db
    .superuser`insert into member ${server.db.superuser({ id: newId(), organization_id: organization, user_id: contributor.id, role: 'guest' })}`
  await server.db
    .superuser`insert into member_role ${server.db.superuser({ organization_id: organization, user_id: contributor.id, builtin: 'guest' })}`
  await server.db
    .superuser`insert into library_grant ${server.db.superuser({ organization_id: organization, library_id: library, user_id: contributor.id, level: 'manager' })}`
  const up = uploaderOf(server, contributor, organization)
  expect((await up.begin(library, 'a.epub', 10)).status).toBe(201)
  expect((await copy(library, folder, { who: contributor })).status).toBe(403)
  expect((await copy(library, '/nowhere', { who: contributor })).status).toBe(403)
  expect((await call('GET', `/libraries/${library}/calibre?path=${encodeURIComponent(folder)}`, undefined, contributor)).status).toBe(403)
  expect((await call('POST', `/libraries/${library}/calibre/import`, { path: folder, mapping: {} }, contributor)).status).toBe(403)
  const inFolders = await ok<{ id: string }>('POST', '/libraries', { name: `Folders ${count}`, folders: [folder] })
  expect(await copy(inFolders.id, folder)).toMatchObject({ status: 409, json: { code: 'NOT_MANAGED' } })
})

test('links are not followed, and what cannot be copied is told', { timeout: 60_000 }, async () => {
  const library = await create()
  const folder = calibre([1, 2, 3, 4, 5].map((i) => shelved(i)))
  const beside = calibre([shelved(6)])
  rmSync(path.join(beside, 'Ann Author/The Book 6 (6)/cover.jpg'))
  symlinkSync('/etc/passwd', path.join(beside, 'Ann Author/The Book 6 (6)/cover.jpg'))
  expect(await copyAll(await create(), beside)).toMatchObject({ files: 2, failed: [{ title: 'The Book 6', reason: 'outside-root' }] })
  const file = (i: number) => path.join(folder, `Ann Author/The Book ${i} (${i})/The Book ${i} - Ann Author.epub`)
  writeFileSync(path.join(outside, 'secret.epub'), buildEpub({ title: 'Secret', identifier: 'urn:x:secret' }))
  for (const [i, target] of [
    [1, path.join(outside, 'secret.epub')],
    [2, '/nowhere'],
  ] as const) {
    rmSync(file(i))
    symlinkSync(target, file(i))
  }
  // A folder on the way that leads elsewhere.
  renameSync(path.dirname(file(3)), path.join(outside, 'three'))
  symlinkSync(path.join(outside, 'three'), path.dirname(file(3)))
  writeFileSync(file(4), 'no book')
  rmSync(file(5))
  const { failed, files } = await copyAll(library, folder)
  expect(files).toBe(3)
  expect(failed.map(({ title, reason }) => `${title}: ${reason}`)).toEqual([
    'The Book 1: outside-root',
    'The Book 2: outside-root',
    'The Book 3: outside-root',
    'The Book 5: vanished',
  ])
  await taken(library)
  expect(await books(library)).toEqual([])
  // What was refused is not brought again and again.
  const again = await copyAll(library, folder)
  expect(again.files).toBe(0)
  expect(again.failed).toContainEqual({ title: 'The Book 4', reason: 'not-a-book' })
})

test('a request ends after some seconds, also in the middle of a book, and the next goes on there', { timeout: 60_000 }, async () => {
  const library = await create()
  const folder = calibre([shelved(1), shelved(2)])
  const large = path.join(folder, 'Ann Author/The Book 1 (1)/The Book 1 - Ann Author.epub')
  writeFileSync(large, buildEpub({ title: 'Large', identifier: 'urn:x:slow', padding: 70_000_000 }))
  const { blobs } = server.deps
  const putStream = blobs.putStream.bind(blobs)
  blobs.putStream = async (key, stream, size) => {
    await putStream(key, stream, size)
    if (size > 10_000_000) await wait(5100)
  }
  try {
    expect((await copy(library, folder)).json).toMatchObject({ books: 0, files: 0, next: 0 })
  } finally {
    blobs.putStream = putStream
  }
  const [half] = await server.db.superuser<{ received: number; size: number }[]>`
    select received::int as received, size::int as size from upload where library_id = ${library}`
  expect(half).toMatchObject({ received: 64 * 1024 * 1024, size: statSync(large).size })
  // Written anew in between: what came of it is given up, and a further request brings it whole.
  const bytes = buildEpub({ title: 'Other', identifier: 'urn:x:slow', padding: 70_000_000 })
  writeFileSync(large, Buffer.concat([bytes, Buffer.alloc(Math.max(0, (half?.size ?? 0) - bytes.length))]).subarray(0, half?.size))
  utimesSync(large, new Date(), new Date(Date.now() + 60_000))
  expect(await copied(library, folder)).toMatchObject({ books: 2, skipped: 0, failed: [{ reason: 'changed' }], next: null })
  expect(await copied(library, folder)).toMatchObject({ books: 2, files: 3, failed: [], next: null })
  await taken(library)
  expect(await books(library)).toHaveLength(2)
})

test('what is larger than a part comes in parts; two who copy at once bring it once', { timeout: 60_000 }, async () => {
  const library = await create()
  const folder = calibre([shelved(1), shelved(2)])
  writeFileSync(
    path.join(folder, 'Ann Author/The Book 1 (1)/The Book 1 - Ann Author.epub'),
    buildEpub({ title: 'Large', identifier: 'urn:x:large', padding: 70_000_000 }),
  )
  const [one, other] = await Promise.all([copy(library, folder), copy(library, folder)])
  expect([one.status, other.status], `${one.text} ${other.text}`).toEqual([200, 200])
  await taken(library)
  const shelf = await books(library)
  expect(shelf.map(({ files }) => files.length)).toEqual([1, 1])
  const names = await server.db.superuser<{ n: number }[]>`select count(*)::int as n from library_file where library_id = ${library}`
  expect(names[0]?.n).toBe(6)
})
