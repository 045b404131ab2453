import { existsSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runTidy } from '@carrel/api'
import { newId } from '@carrel/db'
import { buildEpub, truncatedEpub, zipBombEpub } from '@carrel/formats/testing'
import { startTestBucket, type TestBucket } from '@carrel/storage/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'
import { partType, uploaderOf } from './testing/uploads.ts'

type Item = {
  id: string
  name: string
  state: string
  received: number
  bookId: string | null
  problem: { code: string; detail: string } | null
}
type Card = { id: string; title: string; cover: { state: string } }

describe.each(['fs', 's3'] as const)('a managed library on %s', (storage) => {
  let server: TestServer
  let bucket: TestBucket | undefined
  let owner: Person
  let organization: string
  let up: ReturnType<typeof uploaderOf>
  let cover: Buffer
  let count = 0

  beforeAll(async () => {
    bucket = storage === 's3' ? await startTestBucket() : undefined
    const s3 = bucket && {
      STORAGE: 's3',
      S3_ENDPOINT: bucket.settings.endpoint,
      S3_BUCKET: bucket.settings.bucket,
      S3_ACCESS_KEY_ID: bucket.settings.credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: bucket.settings.credentials.secretAccessKey,
    }
    server = await startTestServer({ worker: 2, env: { UPLOAD_MAX_BYTES: '50000000', ...s3 } })
    owner = await makePerson(server, 'Owner')
    organization = (await makeOrganization(server, 'Uploads', { owner: [owner] })).id
    up = uploaderOf(server, owner, organization)
    cover = await sharp({ create: { width: 60, height: 90, channels: 3, background: '#336699' } })
      .jpeg()
      .toBuffer()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await bucket?.[Symbol.asyncDispose]()
  })

  const call = async (method: string, at: string, body?: object, who = owner) => {
    const answer = await server.send(method, `/api/v1${at}`, { cookie: who.cookie, organization, ...(body && { body }) })
    return { status: answer.status, json: answer.json as never }
  }
  const create = async (): Promise<string> => {
    const { status, json } = await call('POST', '/libraries', { name: `Managed ${(count += 1)}`, kind: 'managed' })
    expect(status).toBe(200)
    return (json as { id: string }).id
  }
  const listed = async (libraryId: string) =>
    (await call('GET', `/libraries/${libraryId}/uploads`)).json as { items: Item[]; store: { held: number } }
  const ended = async (libraryId: string): Promise<Map<string, Item>> => {
    for (const end = Date.now() + 20_000; Date.now() < end; await wait(50)) {
      const { items } = await listed(libraryId)
      if (items.every(({ state }) => state === 'done' || state === 'refused')) return new Map(items.map((item) => [item.id, item]))
    }
    throw new Error(`Uploads did not end: ${JSON.stringify(await listed(libraryId))}`)
  }
  const books = async (libraryId: string) =>
    ((await call('GET', `/books?limit=100&sort=title&libraryId=${libraryId}`)).json as { items: Card[] }).items
  const epub = (title: string, more: object = {}) => buildEpub({ title, identifier: `urn:x:${title}`, creators: ['A. Writer'], ...more })
  const keys = async (below = '') => {
    const found: string[] = []
    for await (const key of server.deps.blobs.list(`orgs/${organization}/${below}`)) found.push(key)
    return found
  }
  /** A part whose bytes come one by one. */
  const openPart = async (id: string, length: number) => {
    const part = request(`${server.url}/files/${organization}/uploads/${id}`, {
      method: 'PATCH',
      agent: false,
      headers: { cookie: owner.cookie, origin: server.url, 'content-type': partType, 'upload-offset': 0, 'content-length': length },
    })
    const status = new Promise<number | undefined>((resolve) => {
      part.once('response', (answer) => resolve(answer.resume().statusCode))
      part.once('error', () => resolve(undefined))
    })
    return { write: (bytes: Buffer) => part.write(bytes), end: (bytes: Buffer) => (part.end(bytes), status) }
  }
  const tidy = () => runTidy(server.deps, new AbortController().signal)

  test('keeps no bytes that do not count: not of parts that lost a race, nor of an upload that was given up meanwhile', async () => {
    const library = await create()
    const id = up.idOf(await up.begin(library, 'raced.epub', 400_000))
    const answers = await Promise.all([0, 1, 2, 3, 4, 5, 5].map((less) => up.part(id, 0, Buffer.alloc(200_000 - less))))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409, 409, 409, 409, 409, 409])
    expect(await keys(`uploads/${id}/`)).toHaveLength(1)
    expect((await up.end(id)).status).toBe(204)
    const given = up.idOf(await up.begin(library, 'given-up.epub', 400_000))
    const part = await openPart(given, 400_000)
    part.write(Buffer.alloc(399_000))
    await wait(200)
    expect((await up.end(given)).status).toBe(204)
    expect(await part.end(Buffer.alloc(1_000))).toBe(404)
    for (const each of [id, given]) expect(await keys(`uploads/${each}/`)).toEqual([])
  })

  test('leaves other workspaces their places, however many parts one sends at a time', { timeout: 30_000 }, async () => {
    const library = await create()
    const neighbour = await makePerson(server, 'Neighbour')
    const theirs = (await makeOrganization(server, 'Next door', { owner: [neighbour] })).id
    const headers = { cookie: neighbour.cookie, organization: theirs }
    const made = await server.send('POST', '/api/v1/libraries', { ...headers, body: { name: 'Theirs', kind: 'managed' } })
    const ids = await Promise.all(Array.from({ length: 64 }, async () => up.idOf(await up.begin(library, 'slow.epub', 140_000))))
    const parts = await Promise.all(ids.map((id) => openPart(id, 70_000)))
    for (const part of parts) part.write(Buffer.alloc(1))
    await wait(500)
    const next = uploaderOf(server, neighbour, theirs)
    await next.whole((made.json as { id: string }).id, 'quick.epub', epub('Quick'))
    const statuses = await Promise.all(parts.map((part) => part.end(Buffer.alloc(69_999))))
    expect(new Set(statuses)).toEqual(new Set([204, 429]))
    for (const id of ids) expect((await up.end(id)).status).toBe(204)
  })

  test('takes a file in parts, makes a book of it with its cover, and gives the file back', { timeout: 60_000 }, async () => {
    const library = await create()
    const bytes = epub('Germinal', { cover, padding: 300_000 })
    const id = up.idOf(await up.begin(library, '../Zola – Germinal.epub', bytes.length))
    expect((await up.part(id, 0, bytes.subarray(0, 100_000))).headers['upload-offset']).toBe('100000')
    const looked = await up.look(id)
    expect([looked.status, looked.headers['upload-offset'], looked.headers['upload-length']]).toEqual([200, '100000', String(bytes.length)])
    expect((await up.part(id, 100_000, bytes.subarray(100_000))).status).toBe(204)
    const item = (await ended(library)).get(id)
    expect(item).toMatchObject({ name: 'Zola – Germinal.epub', state: 'done', problem: null })
    const after = await scanned(server, owner, organization, library)
    expect(after).toMatchObject({ bookCount: 1, problemCount: 0, folders: [], scan: { status: 'done', reason: 'upload' } })
    const [card] = await books(library)
    expect(card).toMatchObject({ id: item?.bookId, title: 'Germinal', cover: { state: 'ready' } })
    const picture = await server.send('GET', `/files/${organization}/books/${card?.id}/cover/320.webp`, { cookie: owner.cookie })
    expect(picture.status).toBe(200)
    const { files } = (await call('GET', `/books/${card?.id}`)).json as { files: { id: string; fileName: string }[] }
    expect(files).toMatchObject([{ fileName: 'Zola – Germinal.epub' }])
    const file = `/files/${organization}/files/${files[0]?.id}`
    const sent = await server.send('GET', file, { cookie: owner.cookie })
    expect([sent.status, Buffer.from(bytes).equals(sent.body)]).toEqual([200, true])
    const range = await server.send('GET', file, { cookie: owner.cookie, headers: { range: 'bytes=1000-1999' } })
    expect([range.status, Buffer.from(bytes).subarray(1000, 2000).equals(range.body)]).toEqual([206, true])
    const fresh = await server.send('GET', file, { cookie: owner.cookie, headers: { 'if-none-match': String(sent.headers.etag) } })
    expect(fresh.status).toBe(304)
    expect((await server.send('HEAD', file, { cookie: owner.cookie })).headers['content-length']).toBe(String(bytes.length))
    expect(await keys('uploads/')).toEqual([])
    expect(await keys('library/')).toEqual([`orgs/${organization}/library/${library}/${id}/Zola – Germinal.epub`])
    expect(readdirSync(path.join(server.dataDir, 'tmp/uploads'))).toEqual([])
  })

  test('reads a book anew when it is asked to', { timeout: 60_000 }, async () => {
    const library = await create()
    await up.whole(library, 'a.epub', epub('Read again', { cover }))
    await ended(library)
    await scanned(server, owner, organization, library)
    const [card] = await books(library)
    await server.db.superuser`update book set title = 'Other', cover_state = 'none' where id = ${card?.id ?? ''}`
    expect((await call('POST', `/libraries/${library}/scan`, { bookId: card?.id })).status).toBe(200)
    expect(await scanned(server, owner, organization, library)).toMatchObject({ bookCount: 1, scan: { status: 'done' } })
    expect(await books(library)).toMatchObject([{ title: 'Read again', cover: { state: 'ready' } }])
    expect((await call('POST', `/libraries/${library}/scan`)).status).toBe(200)
    expect(await scanned(server, owner, organization, library)).toMatchObject({ bookCount: 1, scan: { status: 'done', missing: 0 } })
  })

  test('one content under two names is one book with two files, and under one name one file', { timeout: 60_000 }, async () => {
    const library = await create()
    const bytes = epub('Twice')
    await Promise.all(['one.epub', 'two.epub', 'one.epub'].map((name) => up.whole(library, name, bytes)))
    const items = [...(await ended(library)).values()]
    expect(new Set(items.map(({ bookId }) => bookId)).size).toBe(1)
    const { files } = (await call('GET', `/books/${items[0]?.bookId}`)).json as { files: unknown[] }
    expect(files).toHaveLength(2)
  })

  test('gets no folders of the server, since its files go with the folder that stands for its place', async () => {
    const library = await create()
    await assignRoot(server, organization, server.root)
    expect((await call('POST', `/libraries/${library}/folders`, { path: server.root })).status).toBe(409)
    const folders = await server.db.superuser<
      { id: string; path: string }[]
    >`select id, path from library_folder where library_id = ${library}`
    expect(folders).toMatchObject([{ path: `orgs/${organization}/library/${library}` }])
    const own = `/libraries/${library}/folders/${folders[0]?.id}`
    expect((await call('PATCH', own, { path: server.root })).status).toBe(409)
    expect((await call('DELETE', own)).status).toBe(409)
  })

  test('refuses what is no book, says why, and keeps nothing of it', { timeout: 60_000 }, async () => {
    const library = await create()
    const ids = {
      text: await up.whole(library, 'notes.epub', Buffer.from('no book')),
      cut: await up.whole(library, 'cut.epub', truncatedEpub()),
      bomb: await up.whole(library, 'bomb.epub', zipBombEpub()),
      picture: await up.whole(library, 'cover.jpg', cover),
    }
    const items = await ended(library)
    for (const id of Object.values(ids)) {
      expect(items.get(id)).toMatchObject({ state: 'refused', bookId: null })
      expect(items.get(id)?.problem?.detail).toMatch(/^[A-Z].*\.$/)
    }
    expect(await keys('uploads/')).toEqual([])
    expect((await keys('library/')).filter((key) => key.includes(library))).toEqual([])
    expect(await books(library)).toEqual([])
    expect((await listed(library)).store.held).toBe((await heldBytes()) ?? -1)
  })
  const heldBytes = async () =>
    Number(
      (
        await server.db.superuser<
          { n: string }[]
        >`select coalesce(sum(f.size), 0) as n from library_file f join library l on l.id = f.library_id
      where l.organization_id = ${organization} and l.kind = 'managed'`
      )[0]?.n,
    )

  test('answers a wrong request with what is wrong, and counts no byte of it', { timeout: 60_000 }, async () => {
    const library = await create()
    const bytes = Buffer.alloc(500_000, 'x')
    const folders = await call('POST', '/libraries', { name: `Both ${count}`, kind: 'managed', folders: ['/x'] })
    expect(folders.status).toBe(400)
    for (const size of ['0', '-1', 'x', '1e3', '0x10', '99999999999999999999', ' ', '1.5'])
      expect((await up.begin(library, 'a', size)).status).toBe(400)
    expect((await up.begin(library, '', 1)).status).toBe(400)
    expect((await up.begin('x', 'a', 1)).status).toBe(400)
    expect((await up.begin(newId(), 'a', 1)).status).toBe(404)
    expect((await up.begin(library, 'a', 50_000_001)).json).toMatchObject({ code: 'TOO_LARGE', status: 413 })
    const id = up.idOf(await up.begin(library, 'a.epub', bytes.length))
    const part = bytes.subarray(0, 100_000)
    expect((await up.part(id, 1, part)).json).toMatchObject({ code: 'OTHER_OFFSET', status: 409 })
    for (const offset of ['-1', 'x', '1.0', '']) expect((await up.part(id, offset, part)).status).toBe(400)
    expect((await up.part(id, 0, part.subarray(0, 1000))).json).toMatchObject({ code: 'PART_TOO_SMALL' })
    expect((await up.part(id, 0, Buffer.alloc(bytes.length + 1))).json).toMatchObject({ code: 'PART_TOO_LONG' })
    expect((await up.part(id, 0, part, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await up.part(id, 0, part, { 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await up.part(newId(), 0, part)).status).toBe(404)
    const path = `/files/${organization}/uploads/${id}`
    const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' }
    expect((await server.send('PATCH', path, { cookie: owner.cookie, headers, body: part, chunked: true })).status).toBe(411)
    expect((await server.send('PATCH', path, { cookie: owner.cookie, headers, body: part, origin: 'https://evil.example' })).status).toBe(
      403,
    )
    expect((await server.send('PUT', path, { cookie: owner.cookie, headers, body: part })).status).toBe(405)
    expect((await up.look(id)).headers['upload-offset']).toBe('0')
    const at = await Promise.all([up.part(id, 0, bytes.subarray(0, 100_000)), up.part(id, 0, bytes.subarray(0, 200_000))])
    expect(new Set(at.map(({ status }) => status))).toEqual(new Set([204, 409]))
    expect((await up.end(id)).status).toBe(204)
    expect((await up.look(id)).status).toBe(404)
    expect((await up.end(id)).status).toBe(404)
  })

  test('a connection that is cut leaves the upload where it was', { timeout: 60_000 }, async () => {
    const library = await create()
    const bytes = epub('Cut off', { padding: 400_000 })
    const id = up.idOf(await up.begin(library, 'cut.epub', bytes.length))
    await up.part(id, 0, bytes.subarray(0, 100_000))
    for (let i = 0; i < 30; i += 1) {
      const socket = connect(server.port, '127.0.0.1')
      socket.write(
        `PATCH /files/${organization}/uploads/${id} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\norigin: ${server.url}\r\ncookie: ${owner.cookie}\r\n` +
          `content-type: application/offset+octet-stream\r\nupload-offset: 100000\r\ncontent-length: 200000\r\n\r\n`,
      )
      socket.write(bytes.subarray(100_000, 100_000 + i * 6000))
      await wait(i)
      socket.destroy()
    }
    await wait(300)
    expect((await up.look(id)).headers['upload-offset']).toBe('100000')
    expect((await up.part(id, 100_000, bytes.subarray(100_000))).status).toBe(204)
    expect((await ended(library)).get(id)).toMatchObject({ state: 'done' })
    if (storage === 'fs') await expect.poll(() => readdirSync(path.join(server.dataDir, 'blobs/.tmp')), { timeout: 5000 }).toEqual([])
  })

  test('uploads that begin together do not exceed the quota of the workspace', { timeout: 60_000 }, async () => {
    const library = await create()
    const { held } = (await listed(library)).store
    await server.db.superuser`insert into organization_quota (organization_id, max_bytes) values (${organization}, ${held + 1_000_000})`
    try {
      const answers = await Promise.all(Array.from({ length: 30 }, () => up.begin(library, 'a.epub', 100_000)))
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(10)
      for (const { status, json } of answers) if (status !== 201) expect(json).toMatchObject({ code: 'QUOTA_EXCEEDED', status: 413 })
      expect((await listed(library)).store).toEqual({ held: held + 1_000_000, most: held + 1_000_000 })
      const first = answers.find(({ status }) => status === 201)
      await up.end(String(first?.headers.location).split('/').at(-1) ?? '')
      expect((await up.begin(library, 'a.epub', 100_001)).status).toBe(413)
      expect((await up.begin(library, 'a.epub', 100_000)).status).toBe(201)
    } finally {
      await server.db.superuser`delete from organization_quota where organization_id = ${organization}`
      await server.db.superuser`delete from upload where state = 'open'`
    }
  })

  test('is for those who may upload into it, each of whom sees their own uploads alone', { timeout: 60_000 }, async () => {
    const library = await create()
    const [contributor, reader, stranger] = [
      await makePerson(server, 'Contributor'),
      await makePerson(server, 'Reader'),
      await makePerson(server, 'Stranger'),
    ]
    for (const person of [contributor, reader]) {
      await server.db
        .superuser`insert into member ${server.db.superuser({ id: newId(), organization_id: organization, user_id: person.id, role: 'guest' })}`
      await server.db
        .superuser`insert into member_role ${server.db.superuser({ organization_id: organization, user_id: person.id, builtin: 'guest' })}`
    }
    for (const [person, level] of [
      [contributor, 'contributor'],
      [reader, 'viewer'],
    ] as const)
      await server.db
        .superuser`insert into library_grant ${server.db.superuser({ organization_id: organization, library_id: library, user_id: person.id, level })}`
    expect((await uploaderOf(server, reader, organization).begin(library, 'a.epub', 10)).status).toBe(403)
    expect((await uploaderOf(server, stranger, organization).begin(library, 'a.epub', 10)).status).toBe(404)
    expect((await uploaderOf(server, { cookie: '' }, organization).begin(library, 'a.epub', 10)).status).toBe(401)
    const theirs = uploaderOf(server, contributor, organization)
    const id = await theirs.whole(library, 'theirs.epub', epub('By a contributor'))
    await expect.poll(async () => (await books(library)).map(({ title }) => title), { timeout: 20_000 }).toEqual(['By a contributor'])
    expect((await listed(library)).items).toEqual([])
    const other = up.idOf(await up.begin(library, 'mine.epub', 100))
    for (const answer of [await theirs.look(other), await theirs.end(other), await theirs.part(other, 0, Buffer.alloc(100))])
      expect(answer.status).toBe(404)
    expect((await up.look(id)).status).toBe(404)
    await server.db.superuser`delete from library_grant where user_id = ${contributor.id}`
    expect((await theirs.look(id)).status).toBe(404)
  })

  test('a book goes into the trash, is nowhere then, and comes back', { timeout: 60_000 }, async () => {
    const library = await create()
    const bytes = epub('Thrown away', { cover })
    await up.whole(library, 'away.epub', bytes)
    await up.whole(library, 'kept.epub', epub('Kept'))
    await ended(library)
    await scanned(server, owner, organization, library)
    const card = (await books(library)).find(({ title }) => title === 'Thrown away')
    const id = card?.id ?? ''
    const { files } = (await call('GET', `/books/${id}`)).json as { files: { id: string }[] }
    const bookCount = async () => ((await call('GET', `/libraries/${library}`)).json as { bookCount: number }).bookCount
    const seen = async () => ({
      count: await bookCount(),
      list: (await books(library)).map(({ title }) => title),
      search: ((await call('GET', `/books/search?query=thrown`)).json as { items: unknown[] }).items.length,
      page: (await call('GET', `/books/${id}`)).status,
      cover: (await server.send('GET', `/files/${organization}/books/${id}/cover/320.webp`, { cookie: owner.cookie })).status,
      download: (await server.send('GET', `/files/${organization}/files/${files[0]?.id}`, { cookie: owner.cookie })).status,
      trash: ((await call('GET', `/libraries/${library}/trash`)).json as { items: { title: string }[] }).items.map(({ title }) => title),
    })
    const there = { count: 2, list: ['Kept', 'Thrown away'], search: 1, page: 200, cover: 200, download: 200, trash: [] }
    const gone = { count: 1, list: ['Kept'], search: 0, page: 404, cover: 404, download: 404, trash: ['Thrown away'] }
    expect(await seen()).toEqual(there)
    expect((await call('DELETE', `/books/${id}`)).status).toBe(200)
    expect(await seen()).toEqual(gone)
    expect((await call('DELETE', `/books/${id}`)).status).toBe(404)
    expect((await call('POST', `/libraries/${library}/scan`)).status).toBe(200)
    await scanned(server, owner, organization, library)
    expect(await seen()).toEqual(gone)
    expect((await call('POST', `/libraries/${library}/trash/${id}/restore`)).status).toBe(200)
    expect(await seen()).toEqual(there)
    expect((await call('POST', `/libraries/${library}/trash/${id}/restore`)).status).toBe(404)
    // What is uploaded again is back, and not hidden behind what was thrown away.
    await call('DELETE', `/books/${id}`)
    await up.whole(library, 'again.epub', bytes)
    await ended(library)
    expect(await seen()).toEqual(there)
  })

  test('many books go into the trash at once, come back, and go for good, which gives their room back', { timeout: 60_000 }, async () => {
    const library = await create()
    for (const title of ['Many 1', 'Many 2', 'Many 3', 'Stays']) await up.whole(library, `${title}.epub`, epub(title))
    await ended(library)
    const ids = (await books(library)).filter(({ title }) => title !== 'Stays').map(({ id }) => id)
    const at = `/libraries/${library}/trash`
    const held = async () => ((await call('GET', `/libraries/${library}/uploads`)).json as { store: { held: number } }).store.held
    const seen = async () => ({
      count: ((await call('GET', `/libraries/${library}`)).json as { bookCount: number }).bookCount,
      list: (await books(library)).map(({ title }) => title).toSorted(),
      trash: ((await call('GET', at)).json as { total: number }).total,
    })
    const all = { count: 4, list: ['Many 1', 'Many 2', 'Many 3', 'Stays'], trash: 0 }
    const before = await held()
    expect((await call('POST', at, { bookIds: ids })).json).toEqual({ books: 3 })
    expect((await call('POST', at, { bookIds: ids })).json).toEqual({ books: 0 })
    expect(await seen()).toEqual({ count: 1, list: ['Stays'], trash: 3 })
    expect(await held()).toBe(before)
    expect((await call('POST', `${at}/restore`, { bookIds: ids })).json).toEqual({ books: 3 })
    expect(await seen()).toEqual(all)
    // What is not in the trash stays, whoever names it.
    expect((await call('POST', `${at}/empty`, { bookIds: ids.slice(0, 2) })).json).toEqual({ removed: 0, left: 0 })
    await call('POST', at, { bookIds: ids })
    expect((await call('POST', `${at}/empty`, { bookIds: ids.slice(0, 1) })).json).toEqual({ removed: 1, left: 2 })
    expect((await call('POST', `${at}/restore`, { bookIds: ids })).json).toEqual({ books: 2 })
    await call('POST', at, { bookIds: ids })
    expect((await call('POST', `${at}/empty`, {})).json).toEqual({ removed: 2, left: 0 })
    expect(await seen()).toEqual({ count: 1, list: ['Stays'], trash: 0 })
    expect(await held()).toBe(before - ['Many 1', 'Many 2', 'Many 3'].reduce((sum, title) => sum + epub(title).length, 0))
    const [told] = await server.db.superuser`select array_agg(action || ' ' || (after ->> 'books') order by id) as actions
      from audit_event where target_id = ${library} and action like 'trash.%'`
    expect(told?.['actions']).toEqual(
      ['filled 3', 'restored 3', 'filled 3', 'emptied 1', 'restored 2', 'filled 2', 'emptied 2'].map((action) => `trash.${action}`),
    )
    // The same content is a new book again.
    await up.whole(library, 'again.epub', epub('Many 1'))
    await ended(library)
    expect((await seen()).list).toEqual(['Many 1', 'Stays'])
  })

  test('what was in the trash for thirty days goes with its files, and unfinished uploads after a day', { timeout: 60_000 }, async () => {
    const library = await create()
    const old = await up.whole(library, 'old.epub', epub('Old'))
    const young = await up.whole(library, 'young.epub', epub('Young'))
    const half = up.idOf(await up.begin(library, 'half.epub', 200_000))
    await up.part(half, 0, Buffer.alloc(100_000))
    const fresh = up.idOf(await up.begin(library, 'fresh.epub', 200_000))
    await up.part(fresh, 0, Buffer.alloc(100_000))
    const items = new Map((await listed(library)).items.map((item) => [item.id, item]))
    expect(items.size).toBe(4)
    await expect.poll(async () => (await books(library)).length, { timeout: 20_000 }).toBe(2)
    await scanned(server, owner, organization, library)
    for (const { id } of await books(library)) await call('DELETE', `/books/${id}`)
    const { superuser } = server.db
    await superuser`update book set deleted_at = now() - interval '31 days' where title = 'Old' and library_id = ${library}`
    await superuser`update upload set updated_at = now() - interval '25 hours' where id = ${half}`
    const blobs = { ...server.deps.blobs, delete: (key: string) => server.deps.blobs.delete(key) }
    // As if all files were written days ago.
    await runTidy({ ...server.deps, blobs }, new AbortController().signal)
    const found = await keys()
    expect(found.filter((key) => key.includes(old) || key.includes(half))).toEqual([])
    expect(found.filter((key) => key.includes(young))).toHaveLength(1)
    expect(found.filter((key) => key.includes(fresh))).toHaveLength(1)
    expect((await up.look(half)).status).toBe(404)
    expect((await up.look(fresh)).status).toBe(200)
    expect((await call('GET', `/libraries/${library}/trash`)).json).toMatchObject({ total: 1, items: [{ title: 'Young' }] })
    // With the library go its files; nobody else's.
    const other = await create()
    await up.whole(other, 'other.epub', epub('Other'))
    await ended(other)
    expect((await call('DELETE', `/libraries/${library}`)).status).toBe(200)
    await tidy()
    expect(
      (await keys()).filter((key) => key.includes(young)),
      'a file written lately is spared',
    ).toHaveLength(1)
    await runTidy({ ...server.deps, blobs }, new AbortController().signal)
    expect((await keys()).filter((key) => key.includes(library) || key.includes(fresh))).toEqual([])
    expect((await keys('library/')).filter((key) => key.includes(other))).toHaveLength(1)
    expect(existsSync(path.join(server.dataDir, 'tmp/uploads', fresh))).toBe(false)
  })
})
