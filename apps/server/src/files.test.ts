import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { coverKey } from '@carrel/api'
import { fillRows, freshPlace, placeRows, type Place } from '@carrel/db/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, tempDir, type Person, type TestServer } from './testing/server.ts'

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251))
let server: TestServer
let reader: Person
let place: Place
let folder: string
let organizationId: string

/** Puts the book's file under a name; the database knows it as scanned now unless `stale`. */
async function putFile(name: string, data: Buffer = bytes, stale = false): Promise<string> {
  const file = path.join(folder, name)
  writeFileSync(file, data)
  utimesSync(file, 1_700_000_000, 1_700_000_000)
  await server.db.superuser`update library_file set path = ${name}, size = ${data.length}, modified_ms = ${stale ? 1 : 1_700_000_000_000},
    sha256 = ${'ab'.repeat(32)} where organization_id = ${organizationId}`
  return file
}
const get = (headers: Record<string, string> = {}, method = 'GET') =>
  server.send(method, `/files/${organizationId}/files/${place.fileId}`, { cookie: reader.cookie, headers })

beforeAll(async () => {
  server = await startTestServer()
  reader = await makePerson(server, 'Reader')
  organizationId = (await makeOrganization(server, 'Files', { member: [reader] })).id
  place = freshPlace(organizationId, 'FILES')
  await fillRows(server.db.superuser, place, [], ['root_assignment'])
  folder = path.join(server.root, 'shelf')
  mkdirSync(folder)
  await assignRoot(server, organizationId, server.root)
  await server.db.superuser`update library_folder set path = ${folder}`
  await putFile('book.epub')
})
afterAll(() => server[Symbol.asyncDispose]())

describe('a download', () => {
  test('is the whole file, with its type, length, tag and headers that keep it private', async () => {
    const answer = await get()
    expect([answer.status, answer.body.equals(bytes)]).toEqual([200, true])
    expect(answer.headers).toMatchObject({
      'content-type': 'application/epub+zip',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      vary: 'Cookie',
    })
    expect(answer.headers['content-security-policy']).toMatch(/sandbox/)
    expect(answer.headers.etag).toMatch(/^"[^"]+"$/)
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="?book\.epub"?$/)
  })

  test('answers HEAD with the same headers and no body', async () => {
    const [whole, head] = [await get(), await get({}, 'HEAD')]
    expect([head.status, head.body.length]).toEqual([200, 0])
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified', 'content-disposition', 'accept-ranges', 'cache-control'])
      expect([name, head.headers[name]]).toEqual([name, whole.headers[name]])
  })

  test('is not sent again to who has it', async () => {
    const { etag = '' } = (await get()).headers
    for (const tags of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const answer = await get({ 'if-none-match': tags })
      expect([tags, answer.status, answer.body.length, answer.headers.etag]).toEqual([tags, 304, 0, etag])
    }
    expect((await get({ 'if-none-match': '"x"' })).status).toBe(200)
  })

  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-99', 0, 99],
    ['bytes=99999-', 99_999, 99_999],
    ['bytes=-10', 99_990, 99_999],
    ['bytes=500-999999999', 500, 99_999],
    ['bytes=-999999999', 0, 99_999],
  ])('can be read in part: %s', async (range, start, end) => {
    const answer = await get({ range })
    expect([answer.status, answer.headers['content-range'], answer.headers['content-length']]).toEqual([
      206,
      `bytes ${start}-${end}/${bytes.length}`,
      String(end - start + 1),
    ])
    expect(answer.body.equals(bytes.subarray(start, end + 1))).toBe(true)
  })

  test.each(['bytes=100000-', 'bytes=999999-1000000', 'bytes=-0'])('has no such part: %s', async (range) => {
    const answer = await get({ range })
    expect([answer.status, answer.headers['content-range'], answer.body.length]).toEqual([416, `bytes */${bytes.length}`, 0])
  })

  test.each([
    'bytes=0-1,5-6',
    'items=0-1',
    'bytes',
    'bytes=x-y',
    'bytes=5-1',
    `bytes=${'0-0,'.repeat(10_000)}1-1`.slice(0, 6000),
    'bytes=0-1, 99999999-',
  ])('of several or odd parts is whole, or refused: %s', async (range) => {
    const answer = await get({ range })
    expect([200, 206, 416]).toContain(answer.status)
    if (answer.status === 200) expect(answer.body.length).toBe(bytes.length)
    expect(String(answer.headers['content-type'])).not.toMatch(/multipart/)
  })

  test('in parts starts anew when the file has changed', async () => {
    const { etag = '' } = (await get()).headers
    expect((await get({ range: 'bytes=0-9', 'if-range': etag })).status).toBe(206)
    expect((await get({ range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200)
    expect((await get({ range: 'bytes=0-9', 'if-range': `W/${etag}` })).status).toBe(200)
    await putFile('book.epub', Buffer.concat([bytes, bytes]), true)
    const changed = await get({ range: 'bytes=0-9', 'if-range': etag })
    expect([changed.status, changed.body.length]).toEqual([200, 2 * bytes.length])
    expect(changed.headers.etag).not.toBe(etag)
    await putFile('book.epub')
  })

  test('of an empty file is empty', async () => {
    await putFile('empty.epub', Buffer.alloc(0))
    const answer = await get()
    expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, '0', 0])
    expect((await get({ range: 'bytes=0-' })).status).toBeOneOf([200, 416])
    await putFile('book.epub')
  })

  test.each([
    ['吾輩は猫である.epub', "filename*=UTF-8''%E5%90%BE"],
    ['quote"and\\back.epub', 'filename='],
    ["it's 100% (new); a=b.epub", 'filename'],
    ['line\nbreak\r\nset-cookie: x=y.epub', 'filename'],
    ['مرحبا.epub', "filename*=UTF-8''"],
    [`${'x'.repeat(240)}.epub`, 'filename='],
  ])('keeps the name %j in a header that is one line', async (name, part) => {
    await putFile(name)
    const answer = await get()
    expect(answer.status).toBe(200)
    expect(answer.headers['content-disposition']).toContain(part)
    expect(answer.headers['set-cookie']).toBeUndefined()
    await putFile('book.epub')
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('is not written by %s', async (method) => {
    expect((await server.send(method, `/files/${organizationId}/files/${place.fileId}`, { cookie: reader.cookie, body: {} })).status).toBe(
      405,
    )
  })

  test('survives readers that go away in the middle', async () => {
    await putFile('large.epub', Buffer.alloc(20 * 1024 * 1024, 1))
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { request } = await import('node:http')
        await new Promise<void>((resolve) => {
          const outgoing = request(
            {
              port: server.port,
              host: '127.0.0.1',
              path: `/files/${organizationId}/files/${place.fileId}`,
              headers: { cookie: reader.cookie },
            },
            (incoming) => {
              incoming.once('data', () => {
                outgoing.destroy()
                resolve()
              })
            },
          )
          outgoing.on('error', () => resolve())
          outgoing.end()
        })
      }),
    )
    await putFile('book.epub')
    expect((await get()).status).toBe(200)
  })
})

describe('a file that may no longer be read', () => {
  const outside = tempDir()
  afterAll(() => rmSync(outside, { recursive: true, force: true }))
  const expectGone = async () => {
    const answer = await get()
    expect([answer.status, (answer.json as { code: string }).code]).toEqual([410, 'FILE_UNAVAILABLE'])
    expect(answer.text).not.toContain('outside secret')
    expect(answer.text).not.toContain(outside)
  }

  test('because it is gone', async () => {
    rmSync(path.join(folder, 'book.epub'), { force: true })
    await expectGone()
    await putFile('book.epub')
  })

  test('because it became a link to elsewhere', async () => {
    writeFileSync(path.join(outside, 'secret'), 'outside secret')
    rmSync(path.join(folder, 'book.epub'), { force: true })
    symlinkSync(path.join(outside, 'secret'), path.join(folder, 'book.epub'))
    await expectGone()
    rmSync(path.join(folder, 'book.epub'), { force: true })
    await putFile('book.epub')
  })

  test('because a folder above it became a link to elsewhere', async () => {
    mkdirSync(path.join(folder, 'inner'))
    await putFile('inner/book.epub')
    expect((await get()).status).toBe(200)
    mkdirSync(path.join(outside, 'inner'))
    writeFileSync(path.join(outside, 'inner/book.epub'), 'outside secret')
    renameSync(path.join(folder, 'inner'), path.join(folder, 'was-inner'))
    symlinkSync(path.join(outside, 'inner'), path.join(folder, 'inner'))
    await expectGone()
    rmSync(path.join(folder, 'inner'))
    await putFile('book.epub')
  })

  test.each(['../secret', '/etc/passwd', 'a/../../secret', './book.epub/..', '..', '.', 'inner/../../../../../../etc/passwd'])(
    'because its path in the database leads elsewhere: %s',
    async (at) => {
      writeFileSync(path.join(server.root, 'secret'), 'outside secret')
      await server.db.superuser`update library_file set path = ${at}`
      await expectGone()
      await putFile('book.epub')
    },
  )

  test('because it is a folder, or a pipe', async () => {
    mkdirSync(path.join(folder, 'folder.epub'))
    await server.db.superuser`update library_file set path = 'folder.epub'`
    await expectGone()
    const { spawnSync } = await import('node:child_process')
    spawnSync('mkfifo', [path.join(folder, 'pipe.epub')])
    await server.db.superuser`update library_file set path = 'pipe.epub'`
    await expectGone()
    await putFile('book.epub')
  })

  test('because the folder was taken from the workspace, and again when it is given back', async () => {
    await server.db.superuser`delete from root_assignment where organization_id = ${organizationId}`
    await expectGone()
    await assignRoot(server, organizationId, path.join(server.root, 'shelf-elsewhere'))
    await expectGone()
    await assignRoot(server, organizationId, folder)
    expect((await get()).status).toBe(200)
  })

  test('because the operator allows the folder no more', async () => {
    await using other = await startTestServer({ database: server.db, dataDir: server.dataDir, roots: [outside] })
    const answer = await other.send('GET', `/files/${organizationId}/files/${place.fileId}`, { cookie: reader.cookie })
    expect(answer.status).toBe(410)
  })
})

describe('a cover', () => {
  const at = (width: number | string) => `/files/${organizationId}/books/${place.bookId}/cover/${width}.webp`
  const hash = () => String(placeRows.book(place)[0]?.cover_hash)
  const cover = (width: number | string, headers = {}, method = 'GET') => server.send(method, at(width), { cookie: reader.cookie, headers })

  test('comes in its two widths, with a tag, and not again to who has it', async () => {
    for (const width of [320, 640]) {
      await server.deps.blobs.put(coverKey(organizationId, hash(), width), Buffer.from(`picture ${width}`))
      const answer = await cover(width)
      expect([answer.status, answer.text, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
        200,
        `picture ${width}`,
        'image/webp',
        'private, no-cache',
      ])
      const again = await cover(width, { 'if-none-match': answer.headers.etag })
      expect([again.status, again.body.length]).toEqual([304, 0])
      const head = await cover(width, {}, 'HEAD')
      expect([head.status, head.body.length, head.headers.etag]).toEqual([200, 0, answer.headers.etag])
    }
  })

  test.each(['1', '5000', '0320', '320.0', '3200', '-320', '320.webp/..'])('does not come in the width %s', async (width) => {
    expect((await cover(width)).status).toBe(404)
  })

  test('that was lost is not found', async () => {
    await server.deps.blobs.delete(coverKey(organizationId, hash(), 640))
    expect((await cover(640)).status).toBe(404)
  })
})
