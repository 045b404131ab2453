import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEpub, buildMobi, buildMp3, buildPdf, buildRar, buildZip, fb2Xml } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

let server: TestServer
let owner: Person
let organization: string
let count = 0
const picture = (color: string) =>
  sharp({ create: { width: 60, height: 90, channels: 3, background: color } })
    .jpeg()
    .toBuffer()

beforeAll(async () => {
  server = await startTestServer({ worker: 2 })
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Formats', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
})
afterAll(() => server[Symbol.asyncDispose]())

const call = async (method: string, at: string, body?: object) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: owner.cookie, organization, ...(body && { body }) })
  expect(answer.status, answer.text).toBe(200)
  return answer.json as Record<string, unknown>
}
const shelf = (files: Record<string, Uint8Array | string>): string => {
  const root = path.join(server.root, `shelf-${(count += 1)}`)
  mkdirSync(root)
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(root, name), bytes)
  }
  return root
}
const scanShelf = async (root: string) => {
  const { id } = await call('POST', '/libraries', { name: `Library ${count}`, folders: [root] })
  return { id: String(id), ...(await scanned(server, owner, organization, String(id))) }
}
const again = async (id: string) => {
  await call('POST', `/libraries/${id}/scan`, {})
  const { scan } = await scanned(server, owner, organization, id)
  if (Number(scan['held']) > 0) await call('POST', `/libraries/${id}/scan`, { confirm: true })
  return scanned(server, owner, organization, id)
}
type Detail = {
  title: string
  authors: string[]
  formats: string[]
  files: { fileName: string; format: string }[]
  cover: { state: string; version: string }
} & Record<string, unknown>
const details = async (libraryId: string): Promise<Detail[]> => {
  const { items } = (await call('GET', `/books?limit=100&sort=title&libraryId=${libraryId}`)) as { items: { id: string }[] }
  return Promise.all(items.map(async ({ id }) => (await call('GET', `/books/${id}`)) as Detail))
}

test('every format becomes a book with what its file tells of it', async () => {
  const cover = await picture('#336699')
  const comicInfo =
    '<ComicInfo><Title>The Comic</Title><Series>Saga</Series><Number>3</Number><Writer>W. Riter</Writer><Manga>YesAndRightToLeft</Manga></ComicInfo>'
  const pages = ['p1.jpg', 'p2.jpg', 'p10.jpg'].map((name) => ({ name, data: cover }))
  const library = await scanShelf(
    shelf({
      'a.epub': buildEpub({ title: 'The EPUB', creators: ['E. Writer'], cover }),
      'b.pdf': buildPdf({ pages: 7, info: { Title: 'The PDF', Author: 'P. Writer' } }),
      'c.cbz': buildZip([...pages, { name: 'ComicInfo.xml', data: comicInfo }]),
      'd really a rar.cbz': buildRar(pages),
      'e.fb2': fb2Xml({
        title: 'The FB2',
        titleInfo: '<author><first-name>F</first-name><last-name>Writer</last-name></author><lang>ru</lang>',
      }),
      'f.mobi': buildMobi({
        images: [cover],
        exth: [
          [503, 'The MOBI'],
          [100, 'Writer, M.'],
          [201, 0],
        ],
      }),
      'g.zip': buildZip([{ name: 'notes.txt', data: 'no book' }]),
    }),
  )
  expect(library).toMatchObject({ bookCount: 6, problemCount: 1, scan: { status: 'done' } })
  const found = new Map((await details(library.id)).map((book) => [book.formats[0], book]))
  expect([...found.keys()].map(String).toSorted()).toEqual(['cbr', 'cbz', 'epub', 'fb2', 'mobi', 'pdf'])
  expect(found.get('pdf')).toMatchObject({ title: 'The PDF', authors: ['P. Writer'], cover: { state: 'ready' } })
  expect(found.get('cbz')).toMatchObject({
    title: 'The Comic',
    direction: 'rtl',
    authors: ['W. Riter'],
    series: { name: 'Saga', position: '3' },
    cover: { state: 'ready' },
  })
  expect(found.get('cbr')).toMatchObject({ title: 'd really a rar', cover: { state: 'ready' } })
  expect(found.get('fb2')).toMatchObject({ title: 'The FB2', language: 'ru' })
  expect(found.get('mobi')).toMatchObject({ title: 'The MOBI', cover: { state: 'ready' } })
  const rows = await server.db
    .superuser`select title, page_count from book where library_id = ${library.id} and page_count is not null order by title`
  expect(rows.map((row) => [row['title'], row['page_count']])).toEqual([
    ['The Comic', 3],
    ['The PDF', 7],
    ['d really a rar', 3],
  ])
})

test('a folder as calibre writes it is one book, described and pictured by what lies beside it', async () => {
  const opf = (
    title: string,
  ) => `<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:title>${title}</dc:title><dc:creator>Ann Other</dc:creator><meta name="calibre:series" content="Row"/><meta name="calibre:series_index" content="2.5"/></metadata></package>`
  const folder = 'Ann Other/Title (12)'
  const root = shelf({
    [`${folder}/Title - Ann Other.epub`]: buildEpub({
      title: 'title - from the file',
      creators: ['A. Other'],
      cover: await picture('#ff0000'),
    }),
    [`${folder}/Title - Ann Other.mobi`]: buildMobi({ exth: [[503, 'Title']] }),
    [`${folder}/metadata.opf`]: opf('The Title'),
    [`${folder}/cover.jpg`]: await picture('#00ff00'),
  })
  const library = await scanShelf(root)
  const [book, ...more] = await details(library.id)
  expect(more).toEqual([])
  expect(book).toMatchObject({
    title: 'The Title',
    authors: ['Ann Other'],
    formats: ['epub', 'mobi'],
    series: { name: 'Row', position: '2.5' },
  })
  expect(book?.files.map(({ fileName }) => fileName)).toEqual(['Title - Ann Other.epub', 'Title - Ann Other.mobi'])
  const color = async () =>
    (await server.db.superuser<{ color: string }[]>`select cover_color as color from book where library_id = ${library.id}`)[0]?.color
  expect(await color()).toMatch(/^#0.f.0.$/)

  writeFileSync(path.join(root, folder, 'metadata.opf'), opf('Another Title'))
  await again(library.id)
  expect(await details(library.id)).toMatchObject([{ id: book?.['id'], title: 'Another Title' }])
  for (const name of ['metadata.opf', 'cover.jpg']) rmSync(path.join(root, folder, name))
  await again(library.id)
  expect(await details(library.id)).toMatchObject([{ id: book?.['id'], title: 'title - from the file', authors: ['A. Other'] }])
  expect(await color()).toMatch(/^#f.0.0.$/)
  rmSync(path.join(root, folder, 'Title - Ann Other.mobi'))
  await again(library.id)
  expect(await details(library.id)).toMatchObject([{ id: book?.['id'], formats: ['epub'] }])
})

test('characters that no database holds keep no library from being scanned', async () => {
  const identifier = (scheme: string, value: string) =>
    `<dc:identifier xmlns:opf="http://www.idpf.org/2007/opf" opf:scheme="${scheme}">${value}</dc:identifier>`
  const library = await scanShelf(
    shelf({
      'zero.epub': buildEpub({ title: 'Zero', metadata: identifier('a\0b', 'x') }),
      'half.epub': buildEpub({ title: 'Half', metadata: identifier('ab', `${'v'.repeat(496)}📚`) }),
    }),
  )
  expect(library).toMatchObject({ bookCount: 2, problemCount: 0, scan: { status: 'done' } })
})

test('what lies beside a book tells of it again when it comes back as it was', async () => {
  const opf =
    '<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Beside</dc:title></metadata></package>'
  const root = shelf({ 'one.epub': buildEpub({ title: 'Inside' }), 'one.opf': opf })
  const library = await scanShelf(root)
  const titles = async () => (await details(library.id)).map(({ title }) => title)
  expect(await titles()).toEqual(['Beside'])
  renameSync(path.join(root, 'one.opf'), path.join(root, 'one.away'))
  await again(library.id)
  expect(await titles()).toEqual(['Inside'])
  renameSync(path.join(root, 'one.away'), path.join(root, 'one.opf'))
  await again(library.id)
  expect(await titles()).toEqual(['Beside'])
})

test('the files of a recording are one book, in the order in which they are heard, wherever they move together', async () => {
  const track = (disc: number, number: number) =>
    buildMp3({ tags: { TALB: 'The Recording', TPE1: 'S. Peaker', TIT2: `Chapter ${number}`, TRCK: String(number), TPOS: String(disc) } })
  const root = shelf({
    'S. Peaker/The Recording/CD 1/b.mp3': track(1, 1),
    'S. Peaker/The Recording/CD 1/a.mp3': track(1, 2),
    'S. Peaker/The Recording/CD 2/a.mp3': track(2, 1),
    'S. Peaker/The Recording/cover.jpg': await picture('#0000ff'),
  })
  const library = await scanShelf(root)
  const [book, ...more] = await details(library.id)
  expect(more).toEqual([])
  expect(book).toMatchObject({ title: 'The Recording', formats: ['mp3'] })
  expect(book?.files).toHaveLength(3)
  renameSync(path.join(root, 'S. Peaker/The Recording'), path.join(root, 'Renamed'))
  const { scan } = await again(library.id)
  expect(scan).toMatchObject({ moved: 3, missing: 0, status: 'done' })
  expect((await details(library.id)).map(({ id }) => id)).toEqual([book?.['id']])
})

test('what is damaged is looked at once, and not again at each scan', async () => {
  const html = Buffer.from('\xff\xd8\xff<html>no picture</html>', 'latin1')
  const root = shelf({
    'cover.epub': buildEpub({ title: 'Cover', cover: html }),
    'page.cbz': buildZip([{ name: '1.png', data: '<html>no picture</html>' }]),
    'loop.pdf': buildPdf({ objects: { 2: '<< /Type /Pages /Kids [2 0 R] /Count 3 >>' } }),
  })
  const { id, scan, bookCount, problemCount } = await scanShelf(root)
  expect({ bookCount, problemCount, status: scan.status }).toEqual({ bookCount: 2, problemCount: 1, status: 'done' })
  expect((await details(id)).map(({ cover }) => cover.state)).toEqual(['none', 'none'])
  expect(await server.db.superuser`select from cover_task where library_id = ${id}`).toEqual([])
  expect((await again(id)).scan).toMatchObject({ status: 'done', listed: 0, problems: 0, unchanged: 3, covered: 0 })
})
