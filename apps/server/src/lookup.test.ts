import { request, type ServerResponse } from 'node:http'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { standInFor, type Asked, type StandIn } from '@carrel/api/testing'
import { buildEpub } from '@carrel/formats/testing'
import { addMember, assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

const isbn = '9780306406157'
const key = 'an-api-key-of-google'
const hosts = ['openlibrary.org', 'covers.openlibrary.org', '*.us.archive.org', 'archive.org', 'www.googleapis.com', 'books.google.com']
const json = { 'content-type': 'application/json' }

const works = {
  docs: [
    {
      title: 'The Fog Signal',
      author_name: ['Maren Solheim'],
      cover_i: 1234,
      subject: ['Sea'],
      editions: { docs: [{ title: 'The Fog Signal', publisher: ['Kestrel'], publish_date: ['1984'], language: ['eng'], isbn: [isbn] }] },
    },
    { title: 'The Fog Signal, Annotated' },
  ],
}
const volumes = {
  kind: 'books#volumes',
  items: [
    {
      id: 'zyTCAlFPjgYC',
      volumeInfo: {
        title: 'The fog signal: a novel',
        description: '<p>One.</p>',
        imageLinks: { thumbnail: 'http://169.254.169.254/' },
      },
    },
  ],
}

let outside: StandIn
/** What the catalogues answer, by host; how they usually do is below. */
let answers: Record<string, (response: ServerResponse, asked: Asked) => unknown>
let picture: Buffer
let server: TestServer
let owner: Person
let librarian: Person
let reader: Person
let editor: Person
let stranger: Person
let organization: string
let foreign: string
let bookId: string
let plainId: string
let libraryId: string

beforeAll(async () => {
  picture = await sharp({ create: { width: 900, height: 1350, channels: 3, background: '#00ff00' } })
    .jpeg()
    .toBuffer()
  outside = await standInFor(hosts, (_, response, asked) => {
    const answer = answers[asked.host]
    if (answer) answer(response, asked)
    else response.writeHead(404).end()
  })
  server = await startTestServer({
    worker: 2,
    env: { METADATA_SOURCES: 'open-library, google-books', GOOGLE_BOOKS_KEY: key, RATE_LIMIT: 'true' },
    network: outside.network,
  })
  ;[owner, librarian, reader, editor, stranger] = (await Promise.all(
    ['Owner', 'Librarian', 'Reader', 'Editor', 'Stranger'].map((name) => makePerson(server, name)),
  )) as [Person, Person, Person, Person, Person]
  const people = { owner: [owner], librarian: [librarian], member: [reader], guest: [editor] }
  organization = (await makeOrganization(server, 'Looking', people)).id
  foreign = (await makeOrganization(server, 'Elsewhere', { owner: [stranger] })).id
  await assignRoot(server, organization, server.root)
  const folder = path.join(server.root, 'shelf')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'a.epub'), buildEpub({ title: 'Fog', creators: ['M. Solheim'], identifier: `urn:isbn:${isbn}` }))
  writeFileSync(path.join(folder, 'b.epub'), buildEpub({ title: 'Plain: a title', creators: ['Somebody'], identifier: 'urn:x:plain' }))
  libraryId = ((await ok('POST', '/libraries', { name: 'Books', folders: [folder] }, owner)) as { id: string }).id
  await scanned(server, owner, organization, libraryId)
  const grant = { organization_id: organization, library_id: libraryId, user_id: editor.id, level: 'editor' }
  await server.db.superuser`insert into library_grant ${server.db.superuser(grant)}`
  const { items } = (await ok('GET', '/books?limit=10&sort=title', undefined, owner)) as { items: { id: string; title: string }[] }
  bookId = items.find(({ title }) => title === 'Fog')?.id ?? ''
  plainId = items.find(({ title }) => title !== 'Fog')?.id ?? ''
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await outside[Symbol.asyncDispose]()
})
beforeEach(() => {
  outside.asked.length = 0
  answers = {
    'openlibrary.org': (response) => response.writeHead(200, json).end(JSON.stringify(works)),
    'www.googleapis.com': (response) => response.writeHead(200, json).end(JSON.stringify(volumes)),
    'covers.openlibrary.org': (response, { path: at }) => response.writeHead(302, { location: `https://archive.org/download${at}` }).end(),
    'archive.org': (response, { path: at }) => response.writeHead(302, { location: `https://ia800.us.archive.org${at}` }).end(),
    'ia800.us.archive.org': (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture),
    'books.google.com': (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture),
  }
})

const call = async (method: string, at: string, body?: object, who: Person = librarian, where = organization) =>
  server.send(method, `/api/v1${at}`, { cookie: who.cookie, organization: where, ...(body && { body }) })
const ok = async (...asked: Parameters<typeof call>): Promise<unknown> => {
  const answer = await call(...asked)
  expect(answer.status, answer.text).toBe(200)
  return answer.json
}
const isLogged = (text: string) => server.logs.some((line) => line.includes(text))
type Found = {
  candidates: { source: string; found: Record<string, unknown>; cover: string | null }[]
  problems: { source: string; problem: string }[]
}
const search = async (query?: string, who?: Person) => (await ok('POST', `/books/${bookId}/lookup`, { query }, who)) as Found
const tokenOf = async (source: string, query = 'a cover'): Promise<string> =>
  (await search(query)).candidates.find((one) => one.source === source)?.cover ?? ''
const look = (token: string, who: Person | null = librarian, where = organization) =>
  server.send('GET', `/files/${where}/lookup-cover/${token}`, { cookie: who?.cookie })
const takeCover = (cover: string, id = bookId, who = librarian) => call('POST', `/books/${id}/lookup/cover`, { cover }, who)

describe('looking up', () => {
  test('asks every catalogue for the ISBN of the book, sends nothing else, and writes nothing', async () => {
    const written = async () =>
      server.db.superuser`select (select count(*) from book_edit) as edits, (select count(*) from book_change) as changes,
        (select count(*) from audit_event) as events, (select max(updated_at) from book) as books`
    const before = await written()
    const { candidates, problems } = await search()
    expect(problems).toEqual([])
    expect(candidates.map(({ source, found }) => [source, found['title']])).toEqual([
      ['open-library', 'The Fog Signal'],
      ['google-books', 'The fog signal: a novel'],
      ['open-library', 'The Fog Signal, Annotated'],
    ])
    expect(candidates[0]?.found).toEqual({
      title: 'The Fog Signal',
      contributors: [{ name: 'Maren Solheim', sortName: null, role: 'author' }],
      publisher: 'Kestrel',
      published: '1984',
      languages: ['en'],
      identifiers: [{ scheme: 'isbn', value: isbn }],
      tags: ['Sea'],
    })
    expect(candidates.map(({ cover }) => cover !== null)).toEqual([true, true, false])
    expect(await written()).toEqual(before)
    expect(outside.asked.map(({ host, path: at }) => [host, new URL(at, 'https://x').searchParams.get('q')])).toEqual([
      ['openlibrary.org', `isbn:${isbn}`],
      ['www.googleapis.com', `isbn:${isbn}`],
    ])
    const sent = JSON.stringify(outside.asked)
    for (const secret of [librarian.id, librarian.email, organization, bookId, libraryId, 'cookie', 'referer', server.secret])
      expect(sent).not.toContain(secret)
  })

  test('takes title and author where there is no ISBN, or the words of a person', async () => {
    await ok('POST', `/books/${plainId}/lookup`, {})
    await search('Die Nebel-Glocke: "Roman" -x')
    const asked = outside.asked.filter(({ host }) => host === 'openlibrary.org').map(({ path: at }) => new URL(at, 'https://x'))
    expect(asked.map(({ searchParams }) => searchParams.get('q'))).toEqual(['plain a title somebody', 'die nebel-glocke roman x'])
    for (const query of ['', ' ', '…', 'x'.repeat(257)]) expect((await call('POST', `/books/${bookId}/lookup`, { query })).status).toBe(400)
  })

  test('keeps answers for a while, and no failure', async () => {
    answers['www.googleapis.com'] = (response) => response.writeHead(503).end()
    expect((await search('kept')).problems).toEqual([{ source: 'google-books', problem: 'failed' }])
    outside.asked.length = 0
    answers['www.googleapis.com'] = (response) => response.writeHead(200, json).end(JSON.stringify(volumes))
    expect(await search('KEPT')).toMatchObject({ problems: [], candidates: { length: 3 } })
    expect(outside.asked.map(({ host }) => host)).toEqual(['www.googleapis.com'])
  })

  test.each([
    ['busy', (response: ServerResponse) => response.writeHead(429).end()],
    ['failed', (response: ServerResponse) => response.writeHead(500).end()],
    ['refused', (response: ServerResponse) => response.writeHead(400, json).end('{"error":{"message":"API key not valid"}}')],
    ['unreadable', (response: ServerResponse) => response.writeHead(200, json).end('{"docs":')],
    ['unreadable', (response: ServerResponse) => response.writeHead(200, json).end('{"docs":7,"kind":"x"}')],
    ['unreadable', (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['too-large', (response: ServerResponse) => response.writeHead(200, json).end(`{"docs":"${'x'.repeat(1_200_000)}"}`)],
    ['unreachable', (response: ServerResponse) => response.destroy()],
    ['astray', (response: ServerResponse) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()],
    ['astray', (response: ServerResponse) => response.writeHead(302, { location: 'https://covers.openlibrary.org/' }).end()],
  ])('tells of a catalogue that is %s, and what the other says', async (problem, answer) => {
    answers['openlibrary.org'] = answer
    const words = `words ${Math.random()}`
    expect(await search(words)).toMatchObject({ problems: [{ source: 'open-library', problem }], candidates: [{ source: 'google-books' }] })
    answers['www.googleapis.com'] = answer
    const both = await search(`${words} again`)
    expect(both).toEqual({ candidates: [], problems: ['open-library', 'google-books'].map((source) => ({ source, problem })) })
    expect([key, words].filter((secret) => isLogged(secret))).toEqual([])
  })

  test('is for those who may fetch metadata in the library of the book', async () => {
    expect(await ok('GET', '/lookup/sources', undefined, reader)).toEqual(['open-library', 'google-books'])
    expect((await search('x y', editor)).candidates).toHaveLength(3)
    expect((await call('POST', `/books/${bookId}/lookup`, { query: 'x' }, reader)).status).toBe(403)
    expect((await call('POST', `/books/${bookId}/lookup`, { query: 'x' }, stranger)).status).toBe(404)
    expect((await call('POST', `/books/${bookId}/lookup`, { query: 'x' }, stranger, foreign)).status).toBe(404)
    expect((await call('GET', '/lookup/sources', undefined, stranger)).status).toBe(404)
  })

  test('holds no transaction while it waits, two at a time of a person, and ends when they leave', { timeout: 30_000 }, async () => {
    const hanging: ServerResponse[] = []
    answers['openlibrary.org'] = answers['www.googleapis.com'] = (response) => void hanging.push(response)
    const person = await makePerson(server, 'Impatient')
    await addMember(server, organization, person, 'librarian')
    const begin = (words: string) => {
      const outgoing = request({
        host: '127.0.0.1',
        port: server.port,
        method: 'POST',
        path: `/api/v1/books/${bookId}/lookup`,
        headers: {
          cookie: person.cookie,
          origin: server.url,
          'content-type': 'application/json',
          'x-carrel-organization': organization,
        },
      })
      outgoing.on('error', () => {})
      outgoing.end(JSON.stringify({ query: words }))
      return outgoing
    }
    const [first, second] = [begin('one'), begin('two')]
    await expect.poll(() => hanging.length).toBe(4)
    const open = await server.db
      .superuser`select from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()`
    expect(open).toHaveLength(0)
    const third = await call('POST', `/books/${bookId}/lookup`, { query: 'three' }, person)
    expect([third.status, Number(third.headers['retry-after']) > 0]).toEqual([429, true])
    const gone = Promise.all(hanging.map((response) => new Promise<void>((resolve) => response.on('close', resolve))))
    first.destroy()
    second.destroy()
    await gone
    answers['openlibrary.org'] = (response) => response.writeHead(200, json).end(JSON.stringify(works))
    answers['www.googleapis.com'] = (response) => response.writeHead(200, json).end(JSON.stringify(volumes))
    await expect.poll(async () => (await call('POST', `/books/${bookId}/lookup`, { query: 'four' }, person)).status).toBe(200)
    expect(isLogged('request failed')).toBe(false)
  })

  test('is done sixty times in ten minutes at most', async () => {
    const person = await makePerson(server, 'Eager')
    await addMember(server, organization, person, 'librarian')
    for (let times = 0; times < 60; times += 1) expect((await search('the same', person)).candidates).toHaveLength(3)
    const answer = await call('POST', `/books/${bookId}/lookup`, { query: 'the same' }, person)
    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(500)
    expect((await search('the same')).candidates).toHaveLength(3)
  })

  test('is off by default, and then nothing is asked', async () => {
    await using other = await startTestServer({ network: outside.network })
    const person = await makePerson(other, 'Owner')
    const { id } = await makeOrganization(other, 'Off', { owner: [person] })
    const asked = await other.send('GET', '/api/v1/lookup/sources', { cookie: person.cookie, organization: id })
    expect(asked.json).toEqual([])
    expect(outside.asked).toEqual([])
  })
})

describe('a picture that was found', () => {
  test('comes from this server, small and drawn anew, and is fetched once', async () => {
    const token = await tokenOf('open-library')
    const answer = await look(token)
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'image/webp',
      'private, no-store',
    ])
    expect(await sharp(answer.body).metadata()).toMatchObject({ format: 'webp', width: 240, height: 360 })
    expect(outside.asked.map(({ host }) => host).slice(-3)).toEqual(['covers.openlibrary.org', 'archive.org', 'ia800.us.archive.org'])
    expect(outside.asked.at(-3)?.path).toBe('/b/id/1234-M.jpg')
    outside.asked.length = 0
    expect((await look(token, editor)).status).toBe(200)
    const head = await server.send('HEAD', `/files/${organization}/lookup-cover/${token}`, { cookie: librarian.cookie })
    expect([head.status, head.body.length]).toEqual([200, 0])
    expect(outside.asked).toEqual([])
  })

  test('is shown to those who may look up for its book, in their workspace', async () => {
    const token = await tokenOf('google-books')
    const statuses = await Promise.all(
      [look(token, null), look(token, reader), look(token, stranger), look(token, stranger, foreign), look(`${token.slice(0, -2)}xx`)].map(
        async (answer) => (await answer).status,
      ),
    )
    expect(statuses).toEqual([401, 404, 404, 404, 404])
    await addMember(server, foreign, librarian, 'owner')
    expect((await look(token, librarian, foreign)).status).toBe(404)
    expect((await look(token)).status).toBe(200)
    await server.db.superuser`delete from member where organization_id = ${foreign} and user_id = ${librarian.id}`
  })

  test.each([
    ['no picture', { 'content-type': 'text/html' }, Buffer.from('<html>')],
    ['a program', { 'content-type': 'image/svg+xml' }, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
    ['broken', { 'content-type': 'image/jpeg' }, Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])],
  ])('that is %s is not shown, and makes no cover', async (name, headers, body) => {
    answers['books.google.com'] = (response) => response.writeHead(200, headers).end(body)
    const other = { ...volumes, items: [{ ...volumes.items[0], id: `bad${name.length}` }] }
    answers['www.googleapis.com'] = (response) => response.writeHead(200, json).end(JSON.stringify(other))
    const token = await tokenOf('google-books', `bad ${name}`)
    expect((await look(token)).json).toMatchObject({ status: 424, code: 'LOOKUP_FAILED' })
    expect((await takeCover(token)).status).toBe(name === 'no picture' ? 424 : 422)
    expect(isLogged('request failed')).toBe(false)
  })

  test('is not fetched any more for who is gone', async () => {
    const begun = Promise.withResolvers<ServerResponse>()
    answers['covers.openlibrary.org'] = (response) => begun.resolve(response)
    answers['openlibrary.org'] = (response) => response.writeHead(200, json).end(JSON.stringify({ docs: [{ title: 'x', cover_i: 77 }] }))
    const at = `/files/${organization}/lookup-cover/${await tokenOf('open-library', 'somebody leaves')}`
    const leaving = request({ host: '127.0.0.1', port: server.port, path: at, headers: { cookie: librarian.cookie } })
    leaving.on('error', () => {})
    leaving.end()
    const response = await begun.promise
    const closed = new Promise<void>((resolve) => response.on('close', resolve))
    leaving.destroy()
    await closed
    expect(isLogged('request failed')).toBe(false)
  })

  test('becomes the cover in full size, as an uploaded one, and that is undone', async () => {
    const cover = async () =>
      ((await ok('GET', `/books/${bookId}`)) as { cover: { state: string; color: string | null; version: string | null } }).cover
    const before = await cover()
    const token = await tokenOf('open-library')
    outside.asked.length = 0
    const used = await takeCover(token)
    expect(used.json).toEqual({ changeId: expect.any(String) as string, books: 1 })
    expect(outside.asked[0]?.path).toBe('/b/id/1234-L.jpg')
    expect(await cover()).toMatchObject({ state: 'ready', color: expect.stringMatching(/^#0[0-9a-f]f[0-9a-f]0[0-9a-f]$/) as string })
    const shown = await server.send('GET', `/files/${organization}/books/${bookId}/cover/640.webp`, { cookie: reader.cookie })
    expect(await sharp(shown.body).metadata()).toMatchObject({ format: 'webp', width: 640 })
    await ok('POST', `/books/changes/${(used.json as { changeId: string }).changeId}/undo`)
    await expect.poll(async () => (await cover()).state).toBe(before.state)
  })

  test('becomes the cover of no other book, nor of nobody’s choosing', async () => {
    const token = await tokenOf('open-library')
    expect((await takeCover(token, plainId)).status).toBe(404)
    expect((await takeCover('x')).status).toBe(404)
    expect((await takeCover(token, bookId, reader)).status).toBe(403)
    expect((await call('POST', `/books/${bookId}/lookup/cover`, { cover: token }, stranger)).status).toBe(404)
    answers['archive.org'] = (response) => response.writeHead(302, { location: 'https://127.0.0.1/' }).end()
    expect((await takeCover(token)).json).toMatchObject({ code: 'LOOKUP_FAILED', data: { problem: 'astray' } })
    answers['archive.org'] = (response) =>
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': '9000000' }).flushHeaders()
    expect((await takeCover(token)).json).toMatchObject({ code: 'LOOKUP_FAILED', data: { problem: 'too-large' } })
  })
})
