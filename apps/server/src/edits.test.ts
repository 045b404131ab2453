import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

let server: TestServer
let owner: Person
let librarian: Person
let reader: Person
let organization: string
let count = 0

beforeAll(async () => {
  server = await startTestServer({ worker: 2 })
  ;[owner, librarian, reader] = (await Promise.all(['Owner', 'Librarian', 'Reader'].map((name) => makePerson(server, name)))) as [
    Person,
    Person,
    Person,
  ]
  organization = (await makeOrganization(server, 'Edits', { owner: [owner], librarian: [librarian], member: [reader] })).id
  await assignRoot(server, organization, server.root)
})
afterAll(() => server[Symbol.asyncDispose]())

type Told = { title: string; contributors: { name: string; sortName: string | null; role: string }[]; tags: string[] } & Record<
  string,
  unknown
>
type Sources = {
  sources: { kind: string; fileId: string; fileName: string; hasCover: boolean; isCover: boolean; told: Told }[]
  edited: Partial<Told>
  locked: string[]
  unedited: Told
  effective: Told
  holds: Record<string, string>
}
type Detail = Record<string, unknown> & {
  id: string
  title: string
  authors: string[]
  tags: string[]
  contributors: { name: string; role: string }[]
  files: { id: string; fileName: string }[]
  cover: { state: string; version: string | null }
  readingStatus: string
}
const call = async (method: string, at: string, body?: object, who: Person = librarian) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: who.cookie, organization, ...(body && { body }) })
  return { status: answer.status, json: answer.json as Record<string, unknown>, text: answer.text }
}
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the answer is
const ok = async <T = { changeId: string; books: number }>(method: string, at: string, body?: object, who?: Person): Promise<T> => {
  const { status, json, text } = await call(method, at, body, who)
  expect(status, text).toBe(200)
  return json as T
}
const folder = (): string => {
  const made = path.join(server.root, `shelf-${(count += 1)}`)
  mkdirSync(made)
  return made
}
const epub = (title: string, more: object = {}) => buildEpub({ title, identifier: `urn:x:${title}`, creators: ['Jane Writer'], ...more })
const create = async (at: string): Promise<string> => {
  const { id } = await ok<{ id: string }>('POST', '/libraries', { name: `Library ${(count += 1)}`, folders: [at] }, owner)
  await scanned(server, owner, organization, id)
  return id
}
const rescan = async (libraryId: string, body: object = {}) => {
  await ok('POST', `/libraries/${libraryId}/scan`, body, owner)
  await scanned(server, owner, organization, libraryId)
}
const shelf = async (libraryId: string) =>
  (await ok<{ items: Detail[] }>('GET', `/books?limit=100&sort=title&libraryId=${libraryId}`)).items
const get = (id: string, who?: Person) => ok<Detail>('GET', `/books/${id}`, undefined, who)
const sources = (id: string) => ok<Sources>('GET', `/books/${id}/sources`)
const update = (id: string, body: object) => ok('PATCH', `/books/${id}`, body)
const undo = (changeId: string) => ok<{ undone: number; kept: number }>('POST', `/books/changes/${changeId}/undo`)
const idOf = async (libraryId: string, title: string) => {
  const found = (await shelf(libraryId)).find((book) => book.title === title)
  expect(found, title).toBeDefined()
  return found?.id ?? ''
}

describe('an edit', () => {
  test('holds at once, survives reading the file anew, is found by search, and is undone', async () => {
    const at = folder()
    writeFileSync(path.join(at, 'one.epub'), epub('File title'))
    const library = await create(at)
    const id = await idOf(library, 'File title')
    const { changeId, books } = await update(id, {
      set: {
        title: '  吾輩は   猫である ',
        contributors: [{ name: 'Natsume, Sōseki' }, { name: 'Smith, John & Co', role: 'translator' }],
        series: [{ name: 'Cats', position: '1,50' }],
        languages: ['JA', 'zh-hant-tw'],
        identifiers: [{ scheme: 'ISBN', value: '0-306-40615-2' }],
        publisher: 'Hattori',
        published: '1905-01',
        description: 'One.\r\n\r\n\r\n\r\nTwo.',
        tags: ['Cats', 'cats ', 'Satire'],
        direction: 'rtl',
      },
    })
    expect(books).toBe(1)
    const edited = {
      title: '吾輩は 猫である',
      authors: ['Sōseki Natsume'],
      contributors: [
        expect.objectContaining({ name: 'Sōseki Natsume', role: 'author' }),
        expect.objectContaining({ name: 'Smith, John & Co', role: 'translator' }),
      ],
      series: { name: 'Cats', position: '1.5' },
      languages: ['ja', 'zh-Hant-TW'],
      identifiers: [{ scheme: 'isbn', value: '9780306406157' }],
      publisher: 'Hattori',
      published: '1905-01',
      description: 'One.\n\nTwo.',
      tags: ['Cats', 'Satire'],
      direction: 'rtl',
    }
    expect(await get(id)).toMatchObject(edited)
    const found = await ok<{ items: { id: string }[] }>('GET', `/books/search?query=${encodeURIComponent('natsume')}&libraryId=${library}`)
    expect(found.items.map((book) => book.id)).toEqual([id])
    await rescan(library, { bookId: id })
    writeFileSync(path.join(at, 'one.epub'), epub('Other title', { language: 'de' }))
    await rescan(library)
    expect(await get(id)).toMatchObject(edited)
    const known = await sources(id)
    expect(known.locked.toSorted()).toEqual(['contributors', 'description', 'direction', 'identifiers', 'languages', 'published', 'publisher', 'series', 'tags', 'title']) // prettier-ignore
    expect(known.unedited).toMatchObject({ title: 'Other title', languages: ['de'] })
    expect(known.effective.contributors[0]).toEqual({ name: 'Sōseki Natsume', sortName: 'Natsume, Sōseki', role: 'author' })
    expect(await undo(changeId)).toEqual({ undone: 1, kept: 0 })
    expect(await get(id)).toMatchObject({ title: 'Other title', authors: ['Jane Writer'], languages: ['de'], tags: [] })
    expect((await call('POST', `/books/changes/${changeId}/undo`)).status).toBe(404)
    const history = await ok<{ kind: string; undone: boolean; fields: object[] }[]>('GET', `/books/${id}/changes`)
    expect(history).toMatchObject([{ kind: 'edit', undone: true, actorName: 'Librarian', books: 1 }])
    await update(id, { set: { subtitle: 'Another' } })
    expect((await ok<{ books: number }[]>('GET', `/books/${id}/changes`)).map((change) => change.books)).toEqual([1, 1])
    expect(history[0]?.fields).toContainEqual({ field: 'title', before: null, after: '吾輩は 猫である' })
  })

  test('that empties a field stays empty, and clearing it lets the file speak again at once', async () => {
    const at = folder()
    writeFileSync(path.join(at, 'one.epub'), epub('Clear', { description: 'From the file.' }))
    const library = await create(at)
    const id = await idOf(library, 'Clear')
    expect(await get(id)).toMatchObject({ description: 'From the file.' })
    await update(id, { set: { description: ' ', contributors: [] } })
    expect(await get(id)).toMatchObject({ description: null, authors: [] })
    await rescan(library, { bookId: id })
    expect(await get(id)).toMatchObject({ description: null, authors: [] })
    await update(id, { clear: ['description', 'contributors', 'title'] })
    expect(await get(id)).toMatchObject({ description: 'From the file.', authors: ['Jane Writer'] })
    expect((await sources(id)).locked).toEqual([])
    expect((await update(id, { clear: ['title'] })).changeId).toBeNull()
    expect((await update(id, { set: { title: 'Clear' } })).books).toBe(1)
    expect((await sources(id)).locked).toEqual(['title'])
  })

  test('is undone only where nothing newer stands, field by field', async () => {
    const at = folder()
    writeFileSync(path.join(at, 'one.epub'), epub('Newer'))
    const id = await idOf(await create(at), 'Newer')
    const first = await update(id, { set: { title: 'First', tags: ['a'] } })
    const tags = await update(id, { set: { tags: ['b'] } })
    expect((await call('POST', `/books/changes/${first.changeId}/undo`)).json).toMatchObject({ code: 'CHANGED_SINCE' })
    expect(await get(id)).toMatchObject({ title: 'First', tags: ['b'] })
    await undo(tags.changeId)
    expect(await get(id)).toMatchObject({ title: 'First', tags: ['a'] })
    await undo(first.changeId)
    expect(await get(id)).toMatchObject({ title: 'Newer', tags: [] })
  })

  test.each([
    ['title', ''],
    ['title', 'x'.repeat(1001)],
    ['title', 'a\u0007b'],
    ['published', '1984-13'],
    ['published', '1984-02-30'],
    ['published', '84'],
    ['languages', ['english!']],
    ['identifiers', [{ scheme: 'isbn', value: '9780306406158' }]],
    ['series', [{ name: 'S', position: 'two' }]],
    ['series', [{ name: 'S', position: '1.23456' }]],
    ['contributors', [{ name: 'X', role: 'owner' }]],
    ['tags', ['']],
    ['direction', 'up'],
  ])('of %s to %j is refused', async (field, value) => {
    const at = folder()
    writeFileSync(path.join(at, 'one.epub'), epub(`Refused ${count}`))
    const [book] = await shelf(await create(at))
    const { status } = await call('PATCH', `/books/${book?.id}`, { set: { [field]: value } })
    expect(status).toBe(400)
  })

  test('is for who may edit; what stands in a book of another workspace is not found', async () => {
    const at = folder()
    writeFileSync(path.join(at, 'one.epub'), epub('Mine'))
    const id = await idOf(await create(at), 'Mine')
    expect((await call('PATCH', `/books/${id}`, { set: { title: 'No' } }, reader)).status).toBe(403)
    expect((await call('GET', `/books/${id}/sources`, undefined, reader)).status).toBe(403)
    const { changeId } = await update(id, { set: { title: 'Yes' } })
    expect((await call('POST', `/books/changes/${changeId}/undo`, {}, reader)).status).toBe(404)
    const stranger = await makePerson(server, 'Stranger')
    const elsewhere = await makeOrganization(server, 'Elsewhere', { owner: [stranger] })
    for (const [method, to, body] of [
      ['PATCH', `/books/${id}`, { set: { title: 'No' } }],
      ['GET', `/books/${id}/sources`, undefined],
      ['GET', `/books/${id}/changes`, undefined],
      ['POST', `/books/changes/${changeId}/undo`, {}],
      ['POST', '/books/update', { bookIds: [id], set: { title: 'No' } }],
      ['POST', '/books/preview-update', { bookIds: [id], set: { title: 'No' } }],
    ] as const) {
      const answer = await server.send(method, `/api/v1${to}`, {
        cookie: stranger.cookie,
        organization: elsewhere.id,
        ...(body && { body }),
      })
      expect([method, to, answer.status]).toEqual([method, to, 404])
    }
    expect((await get(id)).title).toBe('Yes')
  })

  test('of many books is previewed, done at once, and undone where nothing newer stands', async () => {
    const at = folder()
    for (const name of ['Ant', 'Bee', 'Cat']) writeFileSync(path.join(at, `${name}.epub`), epub(name, { subjects: ['Old', name] }))
    const library = await create(at)
    const ids = (await shelf(library)).map(({ id }) => id)
    const [a = '', b = ''] = ids
    await update(a, { set: { publisher: 'House' } })
    const wish = { bookIds: ids, set: { publisher: 'House' }, addTags: ['New'], removeTags: ['OLD'] }
    const preview = await ok<{ books: number; changed: number; fields: { field: string; books: number; samples: object[] }[] }>(
      'POST',
      '/books/preview-update',
      wish,
    )
    expect(preview).toMatchObject({ books: 3, changed: 3 })
    expect(preview.fields.find(({ field }) => field === 'publisher')).toMatchObject({ books: 2 })
    expect(preview.fields.find(({ field }) => field === 'tags')?.samples[0]).toEqual({
      bookId: a,
      title: 'Ant',
      before: 'Old, Ant',
      after: 'Ant, New',
    })
    expect((await get(a)).tags.toSorted()).toEqual(['Ant', 'Old'])
    const { changeId, books } = await ok('POST', '/books/update', wish)
    expect(books).toBe(3)
    for (const id of ids) expect(await get(id)).toMatchObject({ publisher: 'House', tags: expect.arrayContaining(['New']) })
    await update(b, { set: { tags: ['Mine'] } })
    expect(await undo(changeId)).toEqual({ undone: 2, kept: 1 })
    expect(await get(a)).toMatchObject({ publisher: 'House', tags: expect.arrayContaining(['Old']) })
    expect(await get(b)).toMatchObject({ publisher: 'House', tags: ['Mine'] })
    expect((await call('POST', '/books/update', { bookIds: [a, organization], set: { publisher: 'X' } })).status).toBe(404)
  })

  test('of sixty books at once takes a moment', async () => {
    const at = folder()
    for (let number = 0; number < 60; number += 1) writeFileSync(path.join(at, `${number}.epub`), epub(`Many ${number}`))
    const ids = (await shelf(await create(at))).map(({ id }) => id)
    const begun = performance.now()
    expect(await ok('POST', '/books/update', { bookIds: ids, set: { languages: ['fr'] }, addTags: ['T'] })).toMatchObject({ books: 60 })
    expect(performance.now() - begun).toBeLessThan(5000)
  })
})

describe('books', () => {
  const mark = (id: string, who: Person, status: string) =>
    server.db.superuser`insert into reading_state (organization_id, user_id, book_id, status, updated_at)
      values (${organization}, ${who.id}, ${id}, ${status}, clock_timestamp())
      on conflict (organization_id, user_id, book_id) do update set status = excluded.status, updated_at = excluded.updated_at`
  const places = async (id: string) =>
    [
      ...(await server.db.superuser<
        { user_id: string; status: string }[]
      >`select user_id, status from reading_state where book_id = ${id} order by user_id`),
    ].map(({ user_id, status }) => [user_id, status])

  test('become one with all files and everyone’s place, stay so, and are parted again exactly', async () => {
    const at = folder()
    writeFileSync(path.join(at, 'the-hobbit.epub'), epub('The Hobbit'))
    writeFileSync(path.join(at, 'again.epub'), epub('The Hobbit again'))
    const library = await create(at)
    const [target, source] = [await idOf(library, 'The Hobbit'), await idOf(library, 'The Hobbit again')]
    await update(source, { set: { publisher: 'Kept with it' } })
    await mark(target, librarian, 'reading')
    await mark(source, librarian, 'finished')
    await mark(source, reader, 'reading')
    await mark(target, owner, 'finished')
    const before = { target: await places(target), source: await places(source) }
    const { changeId } = await ok('POST', `/books/${target}/merge`, { sourceIds: [source, target] })
    // It was chosen to stay, so it goes on saying what it said, though the other file comes first now.
    expect(await get(target)).toMatchObject({ title: 'The Hobbit', files: [{}, {}] })
    expect((await call('GET', `/books/${source}`)).status).toBe(404)
    expect((await ok<{ bookCount: number }>('GET', `/libraries/${library}`)).bookCount).toBe(1)
    expect(await places(target)).toEqual(
      [
        [owner.id, 'finished'],
        [librarian.id, 'finished'],
        [reader.id, 'reading'],
      ].toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    )
    renameSync(path.join(at, 'again.epub'), path.join(at, 'a-moved.epub'))
    await rescan(library)
    await rescan(library, { bookId: target })
    expect((await shelf(library)).map(({ id }) => id)).toEqual([target])
    expect(await undo(changeId)).toEqual({ undone: 2, kept: 0 })
    expect((await shelf(library)).map(({ title }) => title)).toEqual(['The Hobbit', 'The Hobbit again'])
    expect(await get(source)).toMatchObject({ publisher: 'Kept with it', files: [{ fileName: 'a-moved.epub' }] })
    expect(await get(target)).toMatchObject({ title: 'The Hobbit', files: [{ fileName: 'the-hobbit.epub' }] })
    expect((await sources(target)).locked).toEqual([])
    expect({ target: await places(target), source: await places(source) }).toEqual(before)
    await rescan(library)
    expect(await shelf(library)).toHaveLength(2)
  })

  test('that were merged go with the book that they are part of', async () => {
    const at = folder()
    for (const title of ['One', 'Another', 'Kept']) writeFileSync(path.join(at, `${title}.epub`), epub(title))
    const library = await create(at)
    const [target, source] = [await idOf(library, 'One'), await idOf(library, 'Another')]
    await ok('POST', `/books/${target}/merge`, { sourceIds: [source] })
    for (const title of ['One', 'Another']) rmSync(path.join(at, `${title}.epub`))
    await rescan(library)
    await rescan(library, { confirm: true })
    expect(await ok('POST', `/libraries/${library}/missing/remove`, { bookIds: [target] }, owner)).toMatchObject({ removed: 1 })
    expect(await server.db.superuser`select from book where id in (${target}, ${source})`).toEqual([])
  })

  test('that were merged keep the place of who has read on since, when they are parted', async () => {
    const at = folder()
    for (const name of ['Red', 'Blue']) writeFileSync(path.join(at, `${name}.epub`), epub(name))
    const library = await create(at)
    const [target, source] = [await idOf(library, 'Red'), await idOf(library, 'Blue')]
    await mark(source, reader, 'reading')
    const { changeId } = await ok('POST', `/books/${target}/merge`, { sourceIds: [source] })
    await mark(target, reader, 'finished')
    await undo(changeId)
    expect([await places(target), await places(source)]).toEqual([[[reader.id, 'finished']], [[reader.id, 'reading']]])
  })

  test('that are made one in two tabs, each into the other, do not hide behind each other', async () => {
    for (let round = 0; round < 6; round += 1) {
      const at = folder()
      for (const name of ['Red', 'Blue', 'Green']) writeFileSync(path.join(at, `${name}.epub`), epub(`${name} ${round}`))
      const library = await create(at)
      const [blue = '', green = '', red = ''] = (await shelf(library)).map(({ id }) => id)
      const answers = await Promise.all([
        call('POST', `/books/${red}/merge`, { sourceIds: [blue] }),
        call('POST', `/books/${blue}/merge`, { sourceIds: [red] }),
        call('POST', `/books/${green}/merge`, { sourceIds: [red] }),
      ])
      expect(answers.filter(({ status }) => status !== 200 && status !== 404)).toEqual([])
      const left = await Promise.all((await shelf(library)).map(({ id }) => get(id)))
      expect(left.flatMap(({ files }) => files)).toHaveLength(3)
    }
  })

  test('that were merged and split again are not parted into one without files', async () => {
    const at = folder()
    for (const name of ['Left', 'Right']) writeFileSync(path.join(at, `${name}.epub`), epub(name))
    const library = await create(at)
    const [left = '', right = ''] = (await shelf(library)).map(({ id }) => id)
    await ok('POST', '/reading/mark', { bookId: left, status: 'finished' }, reader)
    const merged = await ok('POST', `/books/${left}/merge`, { sourceIds: [right] })
    const file = (await get(left)).files.find(({ fileName }) => fileName === 'Right.epub')
    const split = await ok<{ changeId: string; bookId: string }>('POST', `/books/${left}/split`, { fileId: file?.id })
    await ok('POST', '/reading/mark', { bookId: split.bookId, status: 'finished' }, reader)
    expect((await call('POST', `/books/changes/${merged.changeId}/undo`)).json).toMatchObject({ code: 'CHANGED_SINCE' })
    await undo(split.changeId)
    const kept = () => server.db.superuser`select from merged_reading where change_id in (${split.changeId}, ${merged.changeId})`
    expect(await kept()).toHaveLength(1)
    await undo(merged.changeId)
    expect(await kept()).toHaveLength(0)
    expect((await shelf(library)).map(({ id }) => id)).toEqual([left, right])
    for (const id of [left, right]) expect((await get(id)).files).toHaveLength(1)
  })

  test('of several libraries are not made one, nor by who may not edit them', async () => {
    const [one, other] = [folder(), folder()]
    writeFileSync(path.join(one, 'a.epub'), epub('Here'))
    writeFileSync(path.join(other, 'b.epub'), epub('There'))
    const here = await idOf(await create(one), 'Here')
    const there = await idOf(await create(other), 'There')
    expect((await call('POST', `/books/${here}/merge`, { sourceIds: [there] })).json).toMatchObject({ code: 'OTHER_LIBRARY' })
    expect((await call('POST', `/books/${here}/merge`, { sourceIds: [here] })).status).toBe(400)
    expect((await call('POST', `/books/${here}/merge`, { sourceIds: [there] }, reader)).status).toBe(403)
  })

  test('are split by a file, which stays a book of its own over rescans, and becomes part of it again', async () => {
    const at = folder()
    writeFileSync(path.join(at, 'one.epub'), epub('One'))
    writeFileSync(path.join(at, 'two.epub'), epub('Two'))
    const library = await create(at)
    const target = await idOf(library, 'One')
    await ok('POST', `/books/${target}/merge`, { sourceIds: [await idOf(library, 'Two')] })
    const files = (await get(target)).files
    const two = files.find(({ fileName }) => fileName === 'two.epub')?.id ?? ''
    const made = await ok<{ changeId: string; bookId: string }>('POST', `/books/${target}/split`, { fileId: two })
    expect(await get(made.bookId)).toMatchObject({ title: 'Two', authors: ['Jane Writer'], files: [{ id: two }] })
    expect((await get(target)).files).toHaveLength(1)
    renameSync(path.join(at, 'two.epub'), path.join(at, 'elsewhere.epub'))
    await rescan(library)
    expect((await shelf(library)).map(({ id }) => id)).toEqual([target, made.bookId])
    const [only] = (await get(target)).files
    expect((await call('POST', `/books/${target}/split`, { fileId: only?.id })).json).toMatchObject({ code: 'ONLY_FILE' })
    expect((await call('POST', `/books/${target}/split`, { fileId: organization })).status).toBe(404)
    await mark(made.bookId, reader, 'reading')
    await undo(made.changeId)
    expect((await shelf(library)).map(({ id }) => id)).toEqual([target])
    expect((await get(target)).files).toHaveLength(2)
    expect(await places(target)).toEqual([[reader.id, 'reading']])
  })

  test('whose files are gone can be edited, and keep that when they return', async () => {
    const at = folder()
    const file = path.join(at, 'gone.epub')
    for (let number = 0; number < 12; number += 1) writeFileSync(path.join(at, `stays-${number}.epub`), epub(`Stays ${number}`))
    writeFileSync(file, epub('Gone'))
    const library = await create(at)
    const id = await idOf(library, 'Gone')
    rmSync(file)
    await rescan(library)
    await update(id, { set: { title: 'Still here' } })
    expect((await get(id)).title).toBe('Still here')
    writeFileSync(file, epub('Gone'))
    await rescan(library)
    expect((await get(id)).title).toBe('Still here')
  })

  test('of which no file is known any more say so instead of taking edits that nobody would see, until one returns', async () => {
    const at = folder()
    writeFileSync(path.join(at, 'one.epub'), epub('Overwritten'))
    writeFileSync(path.join(at, 'two.epub'), epub('Copied over it'))
    const library = await create(at)
    const [id, other] = [await idOf(library, 'Overwritten'), await idOf(library, 'Copied over it')]
    writeFileSync(path.join(at, 'one.epub'), epub('Copied over it'))
    await rescan(library)
    expect((await get(other)).files).toHaveLength(2)
    for (const [method, door, body] of [
      ['GET', `/books/${id}/sources`, undefined],
      ['PATCH', `/books/${id}`, { set: { publisher: 'Nobody' } }],
    ] as const) {
      const { status, json } = await call(method, door, body)
      expect([status, json['code'], json['message']]).toEqual([409, 'NO_FILE', expect.stringContaining('comes back')])
    }
    const cover = await sharp({ create: { width: 20, height: 30, channels: 3, background: '#ff0000' } }).png().toBuffer() // prettier-ignore
    expect((await server.send('PUT', `/files/${organization}/books/${id}/cover`, { cookie: librarian.cookie, body: cover })).status).toBe(
      409,
    )
    expect(await ok('POST', '/books/preview-update', { bookIds: [id, other], set: { publisher: 'Somebody' } })).toMatchObject({
      changed: 1,
    })
    expect(await ok('POST', '/books/update', { bookIds: [id, other], set: { publisher: 'Somebody' } })).toMatchObject({ books: 1 })
    expect(await get(id)).toMatchObject({ title: 'Overwritten', publisher: null })
    writeFileSync(path.join(at, 'three.epub'), epub('Overwritten'))
    await rescan(library)
    await update(id, { set: { publisher: 'Returned' } })
    expect(await get(id)).toMatchObject({ title: 'Overwritten', publisher: 'Returned' })
  })

  test('show the picture that somebody chose, whatever is scanned, until that is cleared', async () => {
    const at = folder()
    const picture = (color: string) =>
      sharp({ create: { width: 60, height: 90, channels: 3, background: color } })
        .jpeg()
        .toBuffer()
    writeFileSync(path.join(at, 'a.epub'), epub('Blue', { cover: await picture('#0000ff') }))
    writeFileSync(path.join(at, 'b.epub'), epub('Red', { cover: await picture('#ff0000') }))
    const library = await create(at)
    const id = await idOf(library, 'Blue')
    await ok('POST', `/books/${id}/merge`, { sourceIds: [await idOf(library, 'Red')] })
    const color = async () => (await get(id)).cover as unknown as { color: string; state: string }
    const known = await sources(id)
    const first = known.sources.find(({ fileName }) => fileName === 'a.epub')
    const inside = known.sources.find(({ fileName }) => fileName === 'b.epub')
    expect([first?.isCover, inside?.hasCover, inside?.isCover]).toEqual([true, true, false])
    expect(await color()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#0000f/) })
    const { changeId } = await update(id, { cover: { fileId: inside?.fileId } })
    await rescan(library)
    expect(await color()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#f[de]0000/) })
    await rescan(library, { bookId: id })
    expect(await color()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#f[de]0000/) })
    await undo(changeId)
    await rescan(library)
    expect(await color()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#0000f/) })
    await update(id, { cover: null })
    expect(await color()).toMatchObject({ state: 'none' })
    await update(id, { clear: ['cover'] })
    await rescan(library)
    expect(await color()).toMatchObject({ state: 'ready' })
    await update(id, { cover: null })
    await ok('POST', '/books/update', { bookIds: [id], clear: ['cover'] })
    await expect.poll(color, { timeout: 10_000 }).toMatchObject({ state: 'ready' })
  })

  test('show what somebody put up while another picture was drawn', { timeout: 60_000 }, async () => {
    const at = folder()
    const picture = (background: string, width: number) =>
      sharp({ create: { width, height: width, channels: 3, background } })
        .png()
        .toBuffer()
    writeFileSync(path.join(at, 'a.epub'), epub('Large', { cover: await picture('#00ff00', 6000) }))
    const made = await ok<{ id: string }>('POST', '/libraries', { name: `Library ${(count += 1)}`, folders: [at] }, owner)
    const drawing = () => server.db.superuser`select from scan where library_id = ${made.id} and walked`
    await expect.poll(drawing, { interval: 5, timeout: 10_000 }).toHaveLength(1)
    const id = await idOf(made.id, 'Large')
    await server.db.superuser.begin(async (sql) => {
      // The run writes no more until this ends.
      await sql`select from scan where library_id = ${made.id} for no key update`
      const body = await picture('#ff0000', 60)
      expect((await server.send('PUT', `/files/${organization}/books/${id}/cover`, { cookie: librarian.cookie, body })).status).toBe(200)
    })
    await scanned(server, owner, organization, made.id)
    expect((await get(id)).cover).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#f[def]0[0-2]0[0-2]/) as unknown })
  })

  test('show a picture that somebody put up until it is taken away, and the tidy keeps it', async () => {
    const at = folder()
    const picture = (color: string) =>
      sharp({ create: { width: 60, height: 90, channels: 3, background: color } })
        .png()
        .toBuffer()
    writeFileSync(path.join(at, 'a.epub'), epub('Green', { cover: await picture('#00ff00') }))
    const library = await create(at)
    const id = await idOf(library, 'Green')
    const put = async (body: Uint8Array | string, who: Person = librarian, book = id) =>
      server.send('PUT', `/files/${organization}/books/${book}/cover`, { cookie: who.cookie, body })
    const color = async () => (await get(id)).cover as unknown as { color: string; state: string; version: string }
    const answer = await put(await picture('#ffff00'))
    expect([answer.status, answer.json]).toEqual([200, { changeId: expect.any(String), books: 1 }])
    expect(await color()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#f[def]f[def]0[0-2]/) })
    await rescan(library)
    await rescan(library, { bookId: id })
    expect(await color()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#f[def]f[def]0[0-2]/) })
    for (const width of [320, 640])
      expect((await server.send('GET', `/files/${organization}/books/${id}/cover/${width}.webp`, { cookie: reader.cookie })).status).toBe(
        200,
      )
    await undo((answer.json as { changeId: string }).changeId)
    await rescan(library)
    expect(await color()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#0[0-2]f[def]0[0-2]/) })
    expect((await put('no picture')).status).toBe(422)
    expect((await put(Buffer.alloc(10 * 2 ** 20 + 1))).status).toBe(413)
    expect((await put(await picture('#ffff00'), reader)).status).toBe(403)
    expect((await put(await picture('#ffff00'), librarian, organization)).status).toBe(404)
    const hash = await server.db.superuser<
      { hash: string }[]
    >`select after #>> '{cover,hash}' as hash from book_change where book_id = ${id} and after ? 'cover'`
    const unused = await server.db.superuser<
      { d: string }[]
    >`select app.unused_pictures(${organization}, ${['unknown', ...hash.map((row) => row.hash)]}) as d`
    expect([hash.length, unused.map(({ d }) => d)]).toEqual([1, ['unknown']])
  })

  test('are described by files or by what lies beside them first, as their library says, and anew when that changes', async () => {
    const at = folder()
    for (const name of ['x', 'y']) writeFileSync(path.join(at, `${name}.epub`), epub(`File ${name}`))
    const library = await create(at)
    const ids = (await shelf(library)).map(({ id }) => id)
    // What lies beside is told of here as a scan would note it.
    await server.db
      .superuser`insert into library_file (organization_id, id, library_id, folder_id, path, path_hash, unit_hash, role, size, modified_ms, sha256, koreader_md5, format, metadata, seen_at)
      select organization_id, gen_random_uuid(), library_id, folder_id, path || '.opf', sha256((path || '.opf')::bytea), unit_hash, 'sidecar', 1, 1, 'opf', 'opf', 'opf',
        metadata || '{"title": "Sidecar"}', now() from library_file where library_id = ${library}`
    const set = async (precedence: string[]) => {
      await ok('PATCH', `/libraries/${library}`, { precedence }, owner)
      await scanned(server, owner, organization, library)
    }
    await set(['file', 'sidecar'])
    await set(['sidecar', 'file'])
    expect((await shelf(library)).map(({ title }) => title)).toEqual(['Sidecar', 'Sidecar'])
    const known = await sources(ids[0] ?? '')
    expect(known.sources.map(({ kind }) => kind)).toEqual(['sidecar', 'file'])
    expect(known.holds['title']).toBe(known.sources[0]?.fileId)
    await set(['file', 'sidecar'])
    expect((await shelf(library)).map(({ title }) => title)).toEqual(['File x', 'File y'])
    expect((await ok<{ precedence: string[] }>('GET', `/libraries/${library}`)).precedence).toEqual(['file', 'sidecar'])
    expect((await call('PATCH', `/libraries/${library}`, { precedence: ['file', 'file'] }, owner)).status).toBe(400)
    expect((await call('PATCH', `/libraries/${library}`, { precedence: ['file', 'sidecar'] }, reader)).status).toBe(403)
  })
})
