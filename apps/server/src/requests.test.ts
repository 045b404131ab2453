import { createConnection } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '@carrel/db'
import { fillRows, freshPlace, type Place } from '@carrel/db/testing'
import { makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

let server: TestServer
let owner: Person
let first: { id: string; slug: string }
let second: { id: string; slug: string }
let place: Place

beforeAll(async () => {
  server = await startTestServer()
  owner = await makePerson(server, 'Owner')
  first = await makeOrganization(server, 'First', { owner: [owner] })
  second = await makeOrganization(server, 'Second', { owner: [owner] })
  place = freshPlace(first.id, 'FIRST')
  await fillRows(server.db.superuser, place, [owner.id])
  await fillRows(server.db.superuser, freshPlace(second.id, 'SECOND'), [])
})
afterAll(async () => {
  expect(
    [
      ...new Set(
        server.logs
          .filter((line) => line.includes('"level":50'))
          .map((line) => line.replaceAll(/"(id|time|ms)":[^,]*,/g, '').slice(0, 400)),
      ),
    ],
    'nothing in this file may be a fault of the server',
  ).toEqual([])
  await server[Symbol.asyncDispose]()
})

const rpc = (name: string, input: unknown, over: object = {}) =>
  server.send('POST', `/rpc/${name}`, {
    cookie: owner.cookie,
    organization: first.id,
    headers: { 'x-csrf-token': 'orpc' },
    body: { json: input },
    ...over,
  })
const get = (path: string, over: object = {}) =>
  server.send('GET', `/api/v1${path}`, { cookie: owner.cookie, organization: first.id, ...over })
const code = (answer: { json: unknown }) =>
  (answer.json as { code?: string; json?: { code?: string } })?.code ?? (answer.json as { json?: { code?: string } })?.json?.code

describe('requests of other sites', () => {
  const write = (over: object) =>
    server.send('POST', '/api/v1/reading/mark', {
      cookie: owner.cookie,
      organization: first.id,
      body: { bookId: place.bookId, status: 'finished' },
      ...over,
    })

  test('the own page may write, by any name of the host', async () => {
    expect((await write({})).status).toBe(200)
    expect((await write({ origin: 'http://192.168.1.5:3000', headers: { host: '192.168.1.5:3000' } })).status).toBe(200)
    expect((await write({ origin: 'http://library.local:3000', headers: { host: 'library.local:3000' } })).status).toBe(200)
  })

  test.each([
    ['no Origin', { origin: null }],
    ['the Origin null', { origin: 'null' }],
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['an Origin that begins like ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['an Origin of another port', { origin: 'http://127.0.0.1:1' }],
    ['an Origin that is none', { origin: 'x' }],
    ['an empty Origin', { origin: '' }],
    ['a hint of another site', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a hint of a sibling site', { headers: { 'sec-fetch-site': 'same-site' } }],
    ['a foreign Origin and the own one', { headers: { origin: ['https://evil.example', 'http://127.0.0.1'] }, origin: null }],
    [
      'a host named by a proxy header',
      { origin: 'https://evil.example', headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' } },
    ],
  ])('with %s and a cookie are refused', async (_what, over) => {
    const answer = await write(over)
    expect([answer.status, code(answer)]).toEqual([403, 'FORBIDDEN'])
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined])(
    'a body of type %s from a foreign page is refused, and none from an own page breaks the server',
    async (type) => {
      const body = JSON.stringify({ bookId: place.bookId, status: 'finished' })
      const headers = { 'content-type': type }
      expect((await write({ body, headers, origin: 'https://evil.example' })).status).toBe(403)
      expect((await write({ body, headers })).status).toBeLessThan(500)
    },
  )

  test('the RPC surface wants its own header too, and reads nothing by a plain GET', async () => {
    expect((await rpc('books/list', {}, { headers: {} })).status).toBe(403)
    const answer = await server.send('GET', `/rpc/account/get?data=${encodeURIComponent('{"json":null}')}`, { cookie: owner.cookie })
    expect([403, 404, 405]).toContain(answer.status)
    const marked = await server.send(
      'GET',
      `/rpc/reading/mark?data=${encodeURIComponent(JSON.stringify({ json: { bookId: place.bookId, status: 'finished' } }))}`,
      {
        cookie: owner.cookie,
        organization: first.id,
        headers: { 'x-csrf-token': 'orpc' },
      },
    )
    expect([403, 404, 405]).toContain(marked.status)
  })

  test('a method cannot be smuggled in a header, and odd methods are refused', async () => {
    const answer = await server.send('POST', `/api/v1/libraries/${place.libraryId}`, {
      cookie: owner.cookie,
      organization: first.id,
      headers: { 'x-http-method-override': 'DELETE', 'x-original-url': '/api/v1/account' },
      body: {},
    })
    expect([404, 405]).toContain(answer.status)
    for (const method of ['TRACE', 'PROPFIND', 'LINK'])
      expect((await server.send(method, '/api/v1/account', { cookie: owner.cookie })).status).toBe(405)
    expect((await get(`/libraries/${place.libraryId}`)).status).toBe(200)
  })

  test.each(['OPTIONS', 'HEAD', 'PUT', 'PATCH', 'DELETE'])('RPC does not take %s, and says so', async (method) => {
    for (const at of ['/rpc/account/get', '/rpc/books/search?data=x', '/rpc/no/such', '/rpc/']) {
      const answer = await server.send(method, at, { cookie: owner.cookie, organization: first.id, headers: { 'x-csrf-token': 'orpc' } })
      expect([at, answer.status, answer.headers['content-type']]).toEqual([at, 405, 'application/json; charset=utf-8'])
      if (method !== 'HEAD') expect(answer.json).toMatchObject({ code: 'METHOD_NOT_SUPPORTED', message: 'RPC takes GET and POST.' })
    }
    expect((await get('/libraries')).status).toBe(200)
  })

  test('no answer lets another site read it', async () => {
    for (const at of ['/api/v1/account', '/rpc/account/get', '/', '/livez', '/api/v1/openapi.json']) {
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await server.send(method, at, {
          cookie: owner.cookie,
          headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
        })
        expect([at, method, answer.headers['access-control-allow-origin'], answer.headers['access-control-allow-credentials']]).toEqual([
          at,
          method,
          undefined,
          undefined,
        ])
      }
    }
  })

  test('every answer carries the headers that fence a page in', async () => {
    for (const at of ['/', '/api/v1/account', '/api/no', '/files/x', '/assets/app-1234.js']) {
      const { headers } = await server.send('GET', at, { cookie: owner.cookie })
      expect(headers['content-security-policy'], at).toMatch(/default-src 'self'|sandbox/)
      expect(headers['content-security-policy'], at).toMatch(/frame-ancestors 'none'|sandbox/)
      expect(headers['x-content-type-options'], at).toBe('nosniff')
      expect(headers['x-frame-options'], at).toBe('DENY')
      expect(headers['x-request-id'], at).toMatch(/^[0-9a-f-]{36}$/)
      expect(headers['referrer-policy'], at).toBe('same-origin')
    }
  })
})

describe('limits', () => {
  const big = JSON.stringify({ json: { query: 'x'.repeat(1024 * 1024) } })

  test.each([
    ['/rpc/books/search', false],
    ['/rpc/books/search', true],
    ['/api/v1/libraries', false],
    ['/api/v1/libraries', true],
    ['/api/v1/setup/operator', true],
    ['/api/auth/sign-in/email', false],
    ['/api/auth/sign-in/email', true],
  ])('a body above the limit to %s is refused (chunked: %s)', async (at, chunked) => {
    const headers = { 'content-type': 'application/json', 'x-csrf-token': 'orpc' }
    const answer = await server.send('POST', at, { cookie: owner.cookie, organization: first.id, headers, body: big, chunked, alone: true })
    expect(answer.status).toBe(413)
    expect((await get('/libraries')).status).toBe(200)
  })

  test.each([
    ['/rpc/books/search', false],
    ['/rpc/books/search', true],
    ['/api/v1/libraries', false],
    ['/api/v1/libraries', true],
    ['/api/v1/organizations', false],
    ['/api/v1/setup/operator', true],
  ])('a body of 129 KiB to %s is refused before the database is asked (chunked: %s)', async (at, chunked) => {
    const body = JSON.stringify({ json: { query: 'x'.repeat(129 * 1024) } })
    const headers = { 'content-type': 'application/json', 'x-csrf-token': 'orpc' }
    // Whoever asks for a session, or for the state of the setup, waits here.
    await server.db.superuser.begin(async (sql) => {
      await sql`lock table session, instance in access exclusive mode`
      const asked = server.send('POST', at, { cookie: owner.cookie, organization: first.id, headers, body, chunked, alone: true })
      expect(await Promise.race([asked.then(({ status }) => status), wait(5000, 'waits for the database')])).toBe(413)
    })
  })

  test('a body of half the limit is read', async () => {
    const answer = await rpc('libraries/create', { name: 'x', folders: ['x'.repeat(60 * 1024)] })
    expect(answer.status).toBe(400)
  })

  test.each(['0', '-1', '101', '1e9', 'x', '1.5', 'NaN', '', '99999999999999999999'])('a page of %s rows is refused', async (limit) => {
    expect((await get(`/books?limit=${limit}`)).status).toBe(400)
    expect((await get(`/books/search?query=a&limit=${limit}`)).status).toBe(400)
    expect((await get(`/libraries/${place.libraryId}/problems?limit=${limit}`)).status).toBe(400)
  })

  test('a page of 100 rows and a search of 256 characters are allowed, longer ones are not', async () => {
    expect((await get('/books?limit=100')).status).toBe(200)
    expect((await get(`/books/search?query=${'x'.repeat(256)}`)).status).toBe(200)
    expect((await get(`/books/search?query=${'x'.repeat(257)}`)).status).toBe(400)
    expect((await rpc('books/search', { query: 'x'.repeat(257) })).status).toBe(400)
    expect((await rpc('books/prioritizeCovers', { bookIds: Array.from({ length: 101 }, () => newId()) })).status).toBe(400)
  })

  test('an address above 8 KiB is too long', async () => {
    const answer = await get(`/books/search?query=${'x'.repeat(9000)}`)
    expect([answer.status, code(answer)]).toEqual([414, 'URI_TOO_LONG'])
  })

  test('headers above 32 KiB are refused', async () => {
    const answer = await get('/libraries', { headers: { 'x-long': 'x'.repeat(40_000) } }).catch((error: Error) => error)
    if (!(answer instanceof Error)) expect(answer.status).toBe(431)
    expect((await get('/libraries')).status).toBe(200)
  })
})

describe('garbage', () => {
  const ids = [
    'x',
    '1',
    '..',
    '%2e%2e',
    '%00',
    '__proto__',
    'constructor',
    'null',
    'undefined',
    '0',
    '00000000-0000-0000-0000-00000000000g',
    '{00000000-0000-7000-8000-000000000000}',
    "' or 1=1 --",
    '%ff',
    'x'.repeat(3000),
  ]

  test.each(ids)('the id %s is refused everywhere and breaks nothing', async (id) => {
    const raw = id.includes('%') ? id : encodeURIComponent(id)
    for (const at of [
      `/libraries/${raw}`,
      `/books/${raw}`,
      `/libraries/${raw}/problems`,
      `/books?libraryId=${raw}`,
      `/books/search?query=a&libraryId=${raw}`,
    ]) {
      const { status } = await get(at)
      expect([at, [400, 404].includes(status)], String(status)).toEqual([at, true])
    }
    for (const [name, input] of [
      ['libraries/get', { libraryId: id }],
      ['libraries/update', { libraryId: id }],
      ['libraries/delete', { libraryId: id }],
      ['libraries/scan', { libraryId: id }],
      ['books/get', { bookId: id }],
      ['books/prioritizeCovers', { bookIds: [id] }],
      ['reading/mark', { bookId: id, status: 'finished' }],
      ['organizations/open', { organizationId: id }],
    ] as const)
      expect([name, (await rpc(name, input)).status]).toEqual([name, 400])
    for (const at of [
      `/files/${raw}/files/${newId()}`,
      `/files/${first.id}/files/${raw}`,
      `/files/${first.id}/books/${raw}/cover/320.webp`,
    ]) {
      const { status } = await server.send('GET', at, { cookie: owner.cookie })
      expect([at, status < 500]).toEqual([at, true])
    }
  })

  const cursorOf = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url')
  test.each([
    ['no cursor of ours', 'x'],
    ['empty', ''],
    ['JSON that is no list', Buffer.from('{"a":1}').toString('base64url')],
    ['an id that is none', cursorOf('2026-01-01T00:00:00.000Z', '------------------------------------')],
    ['an id of letters', cursorOf('2026-01-01T00:00:00.000Z', 'abcdefabcdefabcdefabcdefabcdefabcdef')],
    ['a day that is none', cursorOf('2026-02-31T00:00:00.000Z', newId())],
    ['a date that only JavaScript reads', cursorOf('1', newId())],
    ['a date in words', cursorOf('Sat Jan 01 2000 00:00:00 GMT+0100 (x)', newId())],
    ['a date far away', cursorOf('+275760-09-13T00:00:00.000Z', newId())],
    ['a date before all', cursorOf('-271821-04-20T00:00:00.000Z', newId())],
    ['a year that never was', cursorOf('0000-01-01T00:00:00.000Z', newId())],
    ['infinity', cursorOf('infinity', newId())],
    ['NUL', cursorOf('2026-01-01T00:00:00.000Z\0', newId())],
    ['numbers', cursorOf(1, 2)],
    ['too many values', cursorOf('a', 'b', 'c', newId())],
    ['quotes', cursorOf("'; drop table book --", newId())],
  ])('a cursor that is %s is refused or read as a place, never a fault', async (_what, cursor) => {
    for (const sort of ['added', 'title', 'author']) {
      const answer = await get(`/books?sort=${sort}&cursor=${encodeURIComponent(cursor)}`)
      expect([sort, [200, 400].includes(answer.status)], `${answer.status} ${answer.text.slice(0, 200)}`).toEqual([sort, true])
    }
    expect((await get(`/libraries/${place.libraryId}/problems?cursor=${encodeURIComponent(cursor)}`)).status).toBeLessThan(500)
  })

  test('a cursor of one sorting is not taken by another, and one of another workspace shows nothing of it', async () => {
    const page = (await get('/books?limit=1&sort=added')).json as { nextCursor: string; items: { title: string }[] }
    expect(page.nextCursor).toBeTruthy()
    expect((await get(`/books?sort=author&cursor=${page.nextCursor}`)).status).toBe(400)
    const other = await get(`/books?sort=added&cursor=${page.nextCursor}`, { organization: second.id })
    expect(other.text).not.toContain('FIRST')
  })

  test.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '1'],
    ['a list', '[]'],
    ['deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['a prototype', '{"json":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"query":"a"}}'],
    ['a prototype in meta', '{"json":{"query":"a"},"meta":[[1,"__proto__","polluted"],[0,"constructor","prototype","polluted"]]}'],
    ['a prototype as map', '{"json":{"query":"a"},"maps":[["__proto__"]],"meta":[]}'],
    ['wrong meta', '{"json":{"query":"a"},"meta":[[1,"query"]]}'],
    ['a bigint that is none', '{"json":{"query":"x"},"meta":[[0,"query"]]}'],
    ['a pattern', '{"json":{"query":["(a+)+$",""]},"meta":[[6,"query"]]}'],
    ['meta of numbers', '{"json":{"query":"a"},"meta":[1,2,3]}'],
    ['half a character', '{"json":{"query":"\\ud800"}}'],
    ['NUL', '{"json":{"query":"a\\u0000b"}}'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ])('a body that is %s breaks nothing', async (_what, body) => {
    for (const at of ['/rpc/books/search', '/rpc/account/get', '/api/v1/libraries', '/api/v1/organizations', '/api/v1/reading/mark']) {
      const answer = await server.send('POST', at, {
        cookie: owner.cookie,
        organization: first.id,
        headers: { 'content-type': 'application/json', 'x-csrf-token': 'orpc' },
        body,
      })
      expect([at, answer.status < 500], `${answer.status} ${answer.text.slice(0, 200)}`).toEqual([at, true])
      expect(answer.text).not.toMatch(/node_modules|at \w+ \(|select |postgres/i)
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test.each([
    '%00',
    'a%00b',
    '%25',
    '_',
    '\\',
    "'",
    '"',
    '%F0%9F%93%9A',
    '%E5%90%BE%E8%BC%A9',
    '%ED%A0%80',
    '%D9%85%D8%B1%D8%AD%D8%A8%D8%A7',
    '&|!<->:*',
    ' ',
    '',
  ])('a search for %s is answered', async (query) => {
    const answer = await get(`/books/search?query=${query.includes('%') ? query : encodeURIComponent(query)}`)
    expect(answer.status).toBeLessThan(500)
    if (query !== '%ED%A0%80') expect(answer.status).toBe(200)
  })

  test('signs of patterns in a search are letters', async () => {
    for (const query of ['%25', '_', '\\\\', '%25first%25'])
      expect((await get(`/books/search?query=${query}`)).json).toMatchObject({ items: [] })
    expect((await get('/books/search?query=first')).json).toMatchObject({ items: [{}, {}] })
  })

  test.each([
    ['NUL', 'a\0b'],
    ['a line break', 'a\nb'],
    ['an escape', 'a\u001b[31mb'],
    ['a line separator', 'a\u2028b'],
    ['only spaces', '   '],
    ['nothing', ''],
    ['101 characters', 'x'.repeat(101)],
    ['a number', 7],
    ['a list', ['x']],
  ])('a name of %s is refused', async (_what, name) => {
    expect((await rpc('organizations/create', { name })).status).toBe(400)
    expect((await rpc('libraries/update', { libraryId: place.libraryId, name })).status).toBe(400)
  })

  test.each([
    '吾輩は猫である',
    'مرحبا',
    "O'Brien; drop table",
    '<script>alert(1)</script>',
    '📚',
    'a\ud800b',
    '‮reversed',
    '__proto__',
    'constructor',
    'new',
    'api',
  ])('a workspace and a library may be called %s', async (name) => {
    const made = await rpc('organizations/create', { name })
    expect(made.status, made.text.slice(0, 200)).toBe(200)
    const { slug } = (made.json as { json: { slug: string } }).json
    expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect((await rpc('libraries/update', { libraryId: place.libraryId, name })).status).toBe(200)
  })

  test.each([
    'UPPER',
    'a',
    '-a',
    'a-',
    'a--b',
    'a b',
    'new',
    'api',
    'setup',
    '00000000-0000-7000-8000-000000000000',
    'x'.repeat(49),
    '../x',
    'ä',
  ])('an address of a workspace is not %s', async (slug) => {
    expect((await rpc('organizations/create', { name: 'x', slug })).status).toBe(400)
  })

  test('fields that nobody asked for change nothing', async () => {
    const answer = await rpc('libraries/update', {
      libraryId: place.libraryId,
      name: 'Renamed',
      organizationId: second.id,
      organization_id: second.id,
      id: newId(),
      bookCount: 99,
      createdAt: '2000-01-01',
    })
    expect(answer.json).toMatchObject({ json: { id: place.libraryId, name: 'Renamed', bookCount: 2 } })
    const made = await rpc('organizations/create', { name: 'Mine', role: 'member', id: first.id, userId: newId() })
    expect((made.json as { json: { id: string } }).json.id).not.toBe(first.id)
  })

  test('a request that is no HTTP ends the connection and nothing else', async () => {
    const said = await new Promise<string>((resolve) => {
      const socket = createConnection(server.port, '127.0.0.1', () => socket.write('GARBAGE\r\n\r\n'))
      let text = ''
      socket.on('data', (data) => (text += String(data)))
      socket.on('close', () => resolve(text))
    })
    expect(said).toMatch(/^HTTP\/1\.1 400/)
    expect((await get('/libraries')).status).toBe(200)
  })
})

describe('the workspace of a request', () => {
  const titles = async (over: object) => {
    const answer = await server.send('GET', '/api/v1/books?limit=1', { cookie: owner.cookie, ...over })
    return answer.status === 200 ? (answer.json as { items: { title: string }[] }).items[0]?.title.split(' ')[0] : answer.status
  }

  test('is the one that the header names, by id or slug, whatever the session has open', async () => {
    await rpc('organizations/open', { organizationId: second.id })
    expect(await titles({ organization: first.id })).toBe('FIRST')
    expect(await titles({ organization: first.slug })).toBe('FIRST')
    expect(await titles({ organization: second.slug })).toBe('SECOND')
    expect(await titles({})).toBe('SECOND')
    await rpc('organizations/open', { organizationId: first.id })
    expect(await titles({})).toBe('FIRST')
  })

  test.each([
    ['empty', ''],
    ['of spaces', ' '],
    ['sent twice', ['first', 'first']],
    ['a list', 'a, b'],
    ['of another letter case', 'FIRST'],
    ['not a name', '%00'],
    ['very long', 'x'.repeat(5000)],
  ])('is none when the header is %s, not the one that is open', async (_what, value) => {
    expect(await titles({ headers: { 'x-carrel-organization': Array.isArray(value) ? [first.slug, first.slug] : value } })).toBe(404)
  })

  test('stays the named one for two tabs that ask and switch at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        if (i % 3 === 2) return rpc('organizations/open', { organizationId: i % 2 ? first.id : second.id }).then(() => 'switched')
        return titles({ organization: i % 3 === 0 ? first.id : second.id }).then((title) => `${i % 3} ${title}`)
      }),
    )
    expect(new Set(answers)).toEqual(new Set(['0 FIRST', '1 SECOND', 'switched']))
  })
})

describe('many failed requests', () => {
  test('leave connections for the next one', async () => {
    await Promise.all(Array.from({ length: 60 }, () => get(`/books/${newId()}`)))
    await Promise.all(Array.from({ length: 60 }, () => get('/books?cursor=x')))
    expect((await get('/libraries')).status).toBe(200)
  })
})
