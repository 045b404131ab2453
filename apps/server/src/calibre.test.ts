import { hash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { buildCalibre, buildEpub, type CalibreBookInput, type CalibreColumnInput } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

let server: TestServer
let owner: Person
let librarian: Person
let member: Person
let outsider: Person
let organization: string
let elsewhere: string
let count = 0

beforeAll(async () => {
  server = await startTestServer({ worker: 2 })
  ;[owner, librarian, member, outsider] = (await Promise.all(
    ['Owner', 'Librarian', 'Member', 'Outsider'].map((name) => makePerson(server, name)),
  )) as [Person, Person, Person, Person]
  organization = (await makeOrganization(server, 'Calibre', { owner: [owner], librarian: [librarian], member: [member] })).id
  elsewhere = (await makeOrganization(server, 'Elsewhere', { owner: [outsider] })).id
  await assignRoot(server, organization, server.root)
})
afterAll(() => server[Symbol.asyncDispose]())

type Target = { to: string; [more: string]: unknown }
type Column = { key: string; name: string; datatype: string; values: string[]; books: number; proposed: Target }
type Found = {
  folders: { folderId: string; below: string; name: string; found: { ok: boolean; books?: number; columns?: Column[]; problem?: string } }[]
  keepsPlaces: boolean
}
type Imported = Record<'books' | 'matched' | 'changed' | 'unchanged' | 'kept' | 'notFound' | 'readStates' | 'values', number> & {
  missing: string[]
  changeId: string | null
  next: number | null
}
type Detail = Record<string, unknown> & { id: string; title: string; readingStatus: string; metadata: { name: string; value: unknown }[] }

const call = async (method: string, at: string, body?: object, who: Person = librarian, where = organization) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: who.cookie, organization: where, ...(body && { body }) })
  return { status: answer.status, json: answer.json as Record<string, unknown> & { code?: string; data?: unknown }, text: answer.text }
}
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the answer is
const ok = async <T>(method: string, at: string, body?: object, who?: Person): Promise<T> => {
  const { status, json, text } = await call(method, at, body, who)
  expect(status, text).toBe(200)
  return json as T
}
const find = (libraryId: string, who?: Person) => ok<Found>('GET', `/libraries/${libraryId}/calibre`, undefined, who)
const page = (libraryId: string, body: object, who?: Person) => ok<Imported>('POST', `/libraries/${libraryId}/calibre/import`, body, who)
const importAll = async (libraryId: string, folderId: string, mapping: object, who?: Person) => {
  const pages: Imported[] = []
  let after: number | null = 0
  while (after !== null) {
    const done = await page(libraryId, { folderId, mapping, after }, who)
    pages.push(done)
    after = done.next
  }
  const sum = (key: keyof Omit<Imported, 'missing' | 'changeId' | 'next'>) => pages.reduce((total, each) => total + each[key], 0)
  return {
    pages,
    total: Object.fromEntries(
      (['books', 'matched', 'changed', 'unchanged', 'kept', 'notFound', 'readStates', 'values'] as const).map((key) => [key, sum(key)]),
    ),
  }
}

const columns: CalibreColumnInput[] = [
  { label: 'read', name: 'Gelesen', datatype: 'bool' },
  { label: 'status', name: 'Status', datatype: 'enumeration', choices: ['to-read', 'reading', 'finished'] },
  { label: 'genres', name: 'Genres', datatype: 'text', multiple: true },
  { label: 'owner', name: 'Lent to', datatype: 'text' },
  { label: 'dateread', name: 'Date read', datatype: 'datetime' },
  { label: 'pages', name: 'Pages', datatype: 'int' },
  { label: 'weight', name: 'Weight', datatype: 'float' },
  { label: 'mine', name: 'My rating', datatype: 'rating' },
  { label: 'notes', name: 'Notes', datatype: 'comments' },
  { label: 'cycle', name: 'Cycle', datatype: 'series' },
  { label: 'computed', name: 'Computed', datatype: 'composite' },
]
const statuses = ['to-read', 'reading', 'finished']
const shelved = (i: number, more: Partial<CalibreBookInput> = {}): CalibreBookInput => ({
  title: `The Book ${i}`,
  path: `Ann Author/The Book ${i} (${i})`,
  files: [{ name: `The Book ${i} - Ann Author`, format: 'EPUB' }],
  authors: [{ name: 'Ann Author', sort: 'Author, Ann' }],
  series: { name: 'Things', index: i / 2 },
  tags: ['Novel', `Tag ${i % 3}`],
  publisher: 'Press',
  pubdate: '1999-05-04 00:00:00+00:00',
  languages: ['deu'],
  identifiers: { isbn: '9780306406157', goodreads: String(i) },
  comments: `<p>About <i>book ${i}</i>.</p><p>More.</p>`,
  rating: 1 + (i % 10),
  columns: {
    read: i % 2,
    status: statuses[i % 3] ?? '',
    genres: ['Fantasy', `Genre ${i % 4}`],
    owner: 'Bob',
    dateread: '2021-06-30 22:00:00+00:00',
    pages: 100 + i,
    weight: i / 4,
    mine: 1 + (i % 10),
    notes: `<p>Note ${i}</p>`,
    cycle: { name: 'Cycle', index: i },
  },
  ...more,
})

/** A library of one folder as calibre keeps it, scanned; `files`: also those of the books. */
async function shelf(
  books: readonly CalibreBookInput[],
  { make = (at: string) => buildCalibre(at, { books, columns }), files = true } = {},
) {
  const at = path.join(server.root, `calibre-${(count += 1)}`)
  mkdirSync(at)
  make(path.join(at, 'metadata.db'))
  for (const { path: folder, title, files: held } of files ? books : []) {
    mkdirSync(path.join(at, folder), { recursive: true })
    for (const { name, format } of held)
      writeFileSync(path.join(at, folder, `${name}.${format.toLowerCase()}`), buildEpub({ title: `File of ${title}`, creators: ['Somebody'], identifier: `urn:x:${count}-${title}` })) // prettier-ignore
  }
  const { id } = await ok<{ id: string }>('POST', '/libraries', { name: `Library ${count}`, folders: [at] }, owner)
  await scanned(server, owner, organization, id)
  const { folders } = await find(id)
  return { at, id, folderId: folders[0]?.folderId ?? '', folders }
}
const listed = async (libraryId: string, who?: Person) =>
  (await ok<{ items: Detail[] }>('GET', `/books?limit=100&sort=title&libraryId=${libraryId}`, undefined, who)).items
const get = (id: string, who?: Person) => ok<Detail>('GET', `/books/${id}`, undefined, who)
const named = async (libraryId: string, title: string) => {
  const found = (await listed(libraryId)).find((book) => book.title === title)
  expect(found, title).toBeDefined()
  return found?.id ?? ''
}
const bytesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        path.join(entry.parentPath, entry.name),
        hash('sha256', readFileSync(path.join(entry.parentPath, entry.name)), 'hex'),
      ]),
  )
const toField = async (name: string, kind: string, choices: string[] = []) => {
  const body = { name: `${name} ${(count += 1)}`, kind, choices: choices.map((choice) => ({ name: choice })) }
  const field = await ok<{ id: string; name: string }>('POST', '/metadata/fields', body, owner)
  return { name: field.name, target: { to: 'field', fieldId: field.id } }
}
const proposed = ({ folders }: { folders: Found['folders'] }) =>
  (folders[0]?.found.columns ?? []).map(({ key, proposed: target }) => ({ key, target }))

const thirty = Array.from({ length: 30 }, (_, i) => shelved(i + 1))

describe('a calibre library of thirty books', () => {
  test('is found, taken over, taken over again without a change, and left as it was', { timeout: 60_000 }, async () => {
    const library = await shelf(thirty)
    const before = bytesOf(library.at)
    expect(Object.keys(before).length).toBe(31)
    expect(library.folders).toMatchObject([{ name: path.basename(library.at), found: { ok: true, books: 30 } }])
    expect(library.folders[0]?.found.columns?.map(({ key, datatype, books, proposed: { to } }) => [key, datatype, books, to])).toEqual([
      ['rating', 'rating', 30, 'ignore'],
      ['#read', 'bool', 30, 'status'],
      ['#status', 'enumeration', 30, 'status'],
      ['#genres', 'text', 30, 'tags'],
      ['#owner', 'text', 30, 'ignore'],
      ['#dateread', 'datetime', 30, 'finishedAt'],
      ['#pages', 'int', 30, 'ignore'],
      ['#weight', 'float', 30, 'ignore'],
      ['#mine', 'rating', 30, 'ignore'],
      ['#notes', 'comments', 30, 'ignore'],
      ['#cycle', 'series', 30, 'ignore'],
    ])

    const fields = {
      rating: await toField('Stars', 'number'),
      '#owner': await toField('Lent', 'text'),
      '#dateread': await toField('Read on', 'date'),
      '#pages': await toField('Pages', 'number'),
      '#weight': await toField('Weight', 'number'),
      '#read': await toField('Is read', 'flag'),
      '#status': await toField('State', 'choice', ['to-read', 'finished']),
      '#notes': await toField('Notes', 'text'),
      '#cycle': await toField('Cycle', 'text'),
    }
    const mapping = {
      columns: [...proposed(library), ...Object.entries(fields).map(([key, { target }]) => ({ key, target }))],
    }
    const first = await importAll(library.id, library.folderId, mapping)
    const counts = { books: 30, matched: 30, changed: 30, unchanged: 0, kept: 0, notFound: 0 }
    // Finished are those whose `read` or `status` says so, reading the others whose `status` does.
    const states = thirty.filter((_, i) => (i + 1) % 2 === 1 || (i + 1) % 3 > 0).length
    expect(first.total).toEqual({ ...counts, readStates: states, values: 9 * 30 - 10 })
    const book = await get(await named(library.id, 'The Book 5'))
    expect(book).toMatchObject({
      authors: ['Ann Author'],
      series: { name: 'Things', position: '2.5' },
      tags: ['Fantasy', 'Genre 1', 'Novel', 'Tag 2'],
      publisher: 'Press',
      published: '1999-05-04',
      languages: ['de'],
      description: 'About book 5.\n\nMore.',
      readingStatus: 'finished',
    })
    expect(book['identifiers']).toEqual(
      expect.arrayContaining([
        { scheme: 'isbn', value: '9780306406157' },
        { scheme: 'other', value: 'goodreads:5' },
      ]),
    )
    const held = Object.fromEntries(book.metadata.map(({ name, value }) => [name, value]))
    const own = Object.fromEntries(Object.entries(fields).map(([key, { name }]) => [key, held[name]]))
    const expected = { rating: 3, '#owner': 'Bob', '#dateread': '2021-07-01', '#pages': 105, '#weight': 1.25, '#read': true, '#notes': 'Note 5', '#cycle': 'Cycle [5]' } // prettier-ignore
    expect(own).toEqual({ ...expected, '#status': expect.any(String) })

    const places = await server.db.superuser<{ status: string; at: Date | null; userId: string }[]>`
      select status, finished_at as at, user_id as "userId" from reading_state where organization_id = ${organization}`
    expect(places.length).toBe(states)
    expect(new Set(places.map(({ userId }) => userId))).toEqual(new Set([librarian.id]))
    const finished = places.filter(({ status }) => status === 'finished')
    expect(finished.length).toBe(20)
    expect(new Set(finished.map(({ at }) => at?.toISOString()))).toEqual(new Set(['2021-06-30T22:00:00.000Z']))

    const second = await importAll(library.id, library.folderId, mapping)
    expect(second.total).toEqual({ ...counts, changed: 0, unchanged: 30, readStates: 0, values: 0 })
    expect(second.pages[0]?.changeId).toBeNull()
    const third = await importAll(library.id, library.folderId, { ...mapping, overwrite: true })
    expect(third.total).toEqual({ ...counts, changed: 0, unchanged: 30, readStates: 0, values: 0 })

    const history = await ok<{ id: string; fields: { field: string }[]; books: number }[]>('GET', `/books/${book.id}/changes`)
    expect(history).toMatchObject([{ id: first.pages[0]?.changeId, books: 30 }])
    expect(await ok('POST', `/books/changes/${first.pages[0]?.changeId}/undo`)).toEqual({ undone: 30, kept: 0 })
    expect((await get(book.id)).title).toBe('File of The Book 5')
    expect(bytesOf(library.at)).toEqual(before)
  })

  test('with an OPF beside each book writes nothing that the OPF says, and locks nothing', async () => {
    const [one] = [shelved(1, { columns: {}, comments: '<p>Told.</p>' })]
    const at = path.join(server.root, 'with-opf')
    mkdirSync(path.join(at, one.path), { recursive: true })
    buildCalibre(path.join(at, 'metadata.db'), { books: [one], columns })
    writeFileSync(path.join(at, one.path, `${one.files[0]?.name}.epub`), buildEpub({ title: 'File', identifier: 'urn:x:opf' }))
    writeFileSync(
      path.join(at, one.path, 'metadata.opf'),
      `<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
      <dc:identifier opf:scheme="calibre">1</dc:identifier><dc:identifier opf:scheme="ISBN">9780306406157</dc:identifier>
      <dc:identifier opf:scheme="GOODREADS">1</dc:identifier><dc:title>The Book 1</dc:title>
      <dc:creator opf:file-as="Author, Ann" opf:role="aut">Ann Author</dc:creator><dc:publisher>Press</dc:publisher>
      <dc:date>1999-05-04T00:00:00+00:00</dc:date><dc:language>deu</dc:language><dc:description>&lt;p&gt;Told.&lt;/p&gt;</dc:description>
      <dc:subject>Novel</dc:subject><dc:subject>Tag 1</dc:subject><meta name="calibre:series" content="Things"/>
      <meta name="calibre:series_index" content="0.5"/><meta name="calibre:title_sort" content="Book 1, The"/></metadata></package>`,
    )
    const { id } = await ok<{ id: string }>('POST', '/libraries', { name: 'With OPF', folders: [at] }, owner)
    await scanned(server, owner, organization, id)
    const { folders } = await find(id)
    const done = await page(id, { folderId: folders[0]?.folderId, mapping: {} })
    expect(done).toMatchObject({ matched: 1, changed: 0, unchanged: 1, changeId: null })
    const { locked } = await ok<{ locked: string[] }>('GET', `/books/${await named(id, 'The Book 1')}/sources`)
    expect(locked).toEqual([])
  })

  test('larger than a page is taken over page by page, with the names of what is not on the shelf', { timeout: 60_000 }, async () => {
    const absent = Array.from({ length: 400 }, (_, i) => shelved(i + 100, { title: `Absent ${i}` }))
    const here = thirty.slice(0, 3)
    const library = await shelf(here, { make: (at) => buildCalibre(at, { books: [...absent, ...here], columns }) })
    const { pages, total } = await importAll(library.id, library.folderId, {})
    expect(pages.map(({ books, matched, missing }) => [books, matched, missing.length])).toEqual([
      [200, 0, 20],
      [200, 0, 20],
      [3, 3, 0],
    ])
    expect(total).toMatchObject({ books: 403, changed: 3, notFound: 400 })
    expect(pages[0]?.missing[0]).toBe('Absent 0')
  })

  test('directly below a folder of the library is found as well, and nothing else is', async () => {
    const at = path.join(server.root, 'shelf of libraries')
    for (const name of ['Mine', 'Yours', '.hidden', 'Plain']) mkdirSync(path.join(at, name), { recursive: true })
    for (const name of ['Mine', 'Yours', '.hidden']) buildCalibre(path.join(at, name, 'metadata.db'), { books: [shelved(1)], columns })
    const outside = path.join(server.dataDir, 'outside library')
    mkdirSync(outside)
    buildCalibre(path.join(outside, 'metadata.db'), { books: [shelved(1)], columns })
    symlinkSync(outside, path.join(at, 'Linked'))
    const { path: folder, files } = shelved(1)
    mkdirSync(path.join(at, 'Mine', folder), { recursive: true })
    writeFileSync(path.join(at, 'Mine', folder, `${files[0]?.name}.epub`), buildEpub({ title: 'Below', identifier: 'urn:x:below' }))
    const { id } = await ok<{ id: string }>('POST', '/libraries', { name: 'Shelf of libraries', folders: [at] }, owner)
    await scanned(server, owner, organization, id)
    const { folders } = await find(id)
    expect(folders.map(({ name, below }) => [name, below])).toEqual([
      ['Mine', 'Mine'],
      ['Yours', 'Yours'],
    ])
    const folderId = folders[0]?.folderId
    expect(await page(id, { folderId, below: 'Yours', mapping: {} })).toMatchObject({ matched: 0, notFound: 1 })
    expect(await page(id, { folderId, below: 'Mine', mapping: {} })).toMatchObject({ matched: 1, changed: 1 })
    for (const [below, status] of [
      ['Linked', 422],
      ['Plain', 422],
      ['', 422],
      ['..', 400],
      ['Mine/..', 400],
      ['.hidden', 400],
      ['a\0b', 422],
    ] as const)
      // prettier-ignore
      expect([below, (await call('POST', `/libraries/${id}/calibre/import`, { folderId, below, mapping: {} })).status]).toEqual([below, status])
  })

  test('of two hundred books on the shelf takes over a page within two seconds', { timeout: 120_000 }, async () => {
    const library = await shelf(Array.from({ length: 200 }, (_, i) => shelved(i + 1)))
    const began = performance.now()
    const done = await page(library.id, { folderId: library.folderId, mapping: { columns: proposed(library) } })
    const took = performance.now() - began
    expect(done).toMatchObject({ changed: 200, next: null })
    // Measured 0.25 s; another program may hold the machine meanwhile.
    expect(took).toBeLessThan(8_000)
  })
})

describe('what people did', () => {
  test('stays: what they wrote, unless it is to be overwritten, and where they are in a book', async () => {
    const library = await shelf(thirty.slice(0, 3))
    const [one = '', two = '', three = ''] = await Promise.all([1, 2, 3].map((i) => named(library.id, `File of The Book ${i}`)))
    await ok('PATCH', `/books/${one}`, { set: { title: 'Mine', tags: ['Own'] } }, owner)
    const { superuser } = server.db
    const place = { organization_id: organization, updated_at: new Date() }
    await insertRow(superuser, 'reading_state', { ...place, user_id: librarian.id, book_id: one, status: 'reading', progress: 0.4 })
    await insertRow(superuser, 'reading_state', { ...place, user_id: librarian.id, book_id: two, status: 'unread', progress: 0 })
    await insertRow(superuser, 'reading_state', { ...place, user_id: member.id, book_id: three, status: 'reading', progress: 0.1 })
    const mapping = { columns: [{ key: '#dateread', target: { to: 'finishedAt' } }] }
    const done = await page(library.id, { folderId: library.folderId, mapping })
    expect(done).toMatchObject({ changed: 3, kept: 1, readStates: 2 })
    expect(await get(one)).toMatchObject({ title: 'Mine', tags: ['Own'], authors: ['Ann Author'], readingStatus: 'reading' })
    expect(await get(two)).toMatchObject({ title: 'The Book 2', readingStatus: 'finished' })
    expect(await get(three, member)).toMatchObject({ readingStatus: 'reading' })
    const over = await page(library.id, { folderId: library.folderId, mapping: { ...mapping, overwrite: true } })
    expect(over).toMatchObject({ changed: 1, kept: 0, readStates: 0 })
    expect(await get(one)).toMatchObject({ title: 'The Book 1', tags: ['Novel', 'Tag 1'] })
  })

  test('in fields of the workspace stays as well', async () => {
    const library = await shelf(thirty.slice(0, 2))
    const field = await toField('Pages', 'number')
    const one = await named(library.id, 'File of The Book 1')
    await ok('PATCH', `/books/${one}/metadata`, { values: [{ fieldId: field.target.fieldId, value: 7 }] })
    const mapping = { fields: [], columns: [{ key: '#pages', target: field.target }] }
    const valueOf = async () => (await get(one)).metadata.find(({ name }) => name === field.name)?.value
    expect(await page(library.id, { folderId: library.folderId, mapping })).toMatchObject({ changed: 0, values: 1 })
    expect(await valueOf()).toBe(7)
    expect(await page(library.id, { folderId: library.folderId, mapping: { ...mapping, overwrite: true } })).toMatchObject({ values: 1 })
    expect(await valueOf()).toBe(101)
  })
})

describe('who may not', () => {
  test('is told nothing, or that they may not', async () => {
    const library = await shelf(thirty.slice(0, 1))
    const other = await shelf(thirty.slice(1, 2))
    const at = `/libraries/${library.id}/calibre`
    const body = { folderId: library.folderId, mapping: {} }
    for (const [who, where, status] of [
      [member, organization, 403],
      [outsider, organization, 404],
      [outsider, elsewhere, 404],
    ] as const) {
      // prettier-ignore
      expect((await call('GET', at, undefined, who, where)).status).toBe(status)
      expect((await call('POST', `${at}/import`, body, who, where)).status).toBe(status)
    }
    // A folder of another library, and a field of another workspace.
    expect(await call('POST', `${at}/import`, { ...body, folderId: other.folderId })).toMatchObject({ status: 404 })
    const field = newId()
    const row = { organization_id: elsewhere, id: field, name: 'Theirs', name_key: 'theirs', kind: 'number', position: 0 }
    await insertRow(server.db.superuser, 'metadata_field', row)
    const mapping = { columns: [{ key: '#pages', target: { to: 'field', fieldId: field } }] }
    expect(await call('POST', `${at}/import`, { ...body, mapping })).toMatchObject({ status: 404 })
    expect((await listed(library.id)).map(({ title }) => title)).toEqual(['File of The Book 1'])
  })

  test('keep no places of their own change books all the same', async () => {
    const library = await shelf(thirty.slice(0, 1))
    const role = await ok<{ roleId: string }>('POST', '/roles', { name: 'Cataloguer', description: '', permissions: ['organization:read', 'library:read', 'book:read', 'metadata:edit'] }, owner) // prettier-ignore
    const cataloguer = await makePerson(server, 'Cataloguer')
    await insertRow(server.db.superuser, 'member', { organization_id: organization, user_id: cataloguer.id, id: newId(), role: 'guest' })
    await insertRow(server.db.superuser, 'member_role', { organization_id: organization, user_id: cataloguer.id, role_id: role.roleId })
    expect((await find(library.id, cataloguer)).keepsPlaces).toBe(false)
    const mapping = { columns: proposed(library) }
    expect(await page(library.id, { folderId: library.folderId, mapping }, cataloguer)).toMatchObject({ changed: 1, readStates: 0 })
  })
})

describe('a database that cannot be read', () => {
  const problem = async (make: (at: string) => void) => {
    const library = await shelf([], { make })
    const before = bytesOf(library.at)
    const began = performance.now()
    const { folders } = await find(library.id)
    expect(performance.now() - began).toBeLessThan(10_000)
    const [folder] = folders
    if (folder) {
      const refused = await call('POST', `/libraries/${library.id}/calibre/import`, { folderId: folder.folderId, mapping: {} })
      expect(refused).toMatchObject({ status: 422, json: { code: 'CALIBRE_UNREADABLE', data: { problem: folder.found.problem } } })
      expect(refused.text).not.toContain(server.root)
    }
    expect(bytesOf(library.at)).toEqual(before)
    return folder && folder.found.problem
  }
  const good = (at: string) => buildCalibre(at, { books: thirty, columns })

  test('says why', { timeout: 60_000 }, async () => {
    expect(await problem(() => {})).toBeUndefined()
    expect(await problem((at) => writeFileSync(at, 'x'.repeat(5_000)))).toBe('not-calibre')
    expect(
      await problem((at) => {
        good(at)
        truncateSync(at, 100_000)
      }),
    ).toBe('damaged')
    expect(
      await problem((at) => {
        const database = new DatabaseSync(at)
        database.exec(`create table data (book, name, format);
          create view books as with recursive c(id) as (select 1 union all select id + 1 from c) select id, 1 as title, 1 as path from c`)
        database.close()
      }),
    ).toBe('not-calibre')
    expect(
      await problem((at) => {
        good(`${at}-real`)
        const outside = path.join(server.dataDir, `outside-${(count += 1)}.db`)
        renameSync(`${at}-real`, outside)
        symlinkSync(outside, at)
      }),
    ).toBe('unreadable')
    const writers: DatabaseSync[] = []
    expect(
      await problem((at) => {
        good(at)
        const writer = new DatabaseSync(at)
        writer.exec("pragma journal_mode = wal; update library_id set uuid = 'y'")
        writers.push(writer)
      }),
    ).toBe('in-use')
    for (const writer of writers) writer.close()
  })

  test('because its folder is closed to the workspace now', async () => {
    const library = await shelf(thirty.slice(0, 1))
    await server.db.superuser`delete from root_assignment where organization_id = ${organization}`
    expect((await find(library.id)).folders[0]?.found).toEqual({ ok: false, problem: 'closed' })
    const refused = await call('POST', `/libraries/${library.id}/calibre/import`, { folderId: library.folderId, mapping: {} })
    expect(refused).toMatchObject({ status: 422, json: { data: { problem: 'closed' } } })
    await assignRoot(server, organization, server.root)
    rmSync(path.join(library.at, 'metadata.db'))
    expect((await find(library.id)).folders).toEqual([])
  })

  test('is none of a library of uploads', async () => {
    const { id } = await ok<{ id: string }>('POST', '/libraries', { name: 'Uploads', kind: 'managed' }, owner)
    expect(await find(id)).toEqual({ folders: [], keepsPlaces: true })
  })
})
