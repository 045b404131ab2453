import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, expect, test } from 'vitest'
import { buildEpub, buildMp3 } from '@carrel/formats/testing'
import { endProcess, endProcesses, openAccount, startProcess } from './testing/process.ts'
import { makeOrganization, makePerson, startTestServer, tempDir } from './testing/server.ts'
import { partType, uploaderOf } from './testing/uploads.ts'

/** Kills; more of them by hand, with FAULT_TRIALS. */
const trials = Number(process.env['FAULT_TRIALS'] ?? 4)
/** Megabytes of each of the twenty uploads whose memory is measured. */
const megabytes = Number(process.env['UPLOAD_MB'] ?? 40)
const scratch = tempDir()
afterEach(endProcesses)
afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }))

async function openLibrary(dataDir: string) {
  let served = await startProcess({ dataDir, home: scratch })
  const { organization, ask, call } = await openAccount(dataDir, () => served)
  const library = String((await call('POST', '/libraries', { name: 'Managed', kind: 'managed' }))['id'])
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return {
    call,
    ask,
    library,
    organization,
    pid: () => served.child.pid ?? 0,
    async killed() {
      await endProcess(served, 'SIGKILL')
      served = await startProcess({ dataDir, home: scratch })
    },
    stop: () => endProcess(served),
    async begin(name: string, size: number, together?: string): Promise<string> {
      const answer = await ask('POST', `/files/${organization}/uploads`, {
        'upload-length': String(size),
        'upload-metadata': `filename ${base64(name)},library ${base64(library)}${together === undefined ? '' : `,together ${base64(together)}`}`,
      })
      expect(answer.status).toBe(201)
      return answer.headers.get('location')?.split('/').at(-1) ?? ''
    },
    look: async (id: string) => Number((await ask('HEAD', `/files/${organization}/uploads/${id}`)).headers.get('upload-offset')),
    send: async (id: string, start_: number, bytes: Uint8Array<ArrayBuffer>) =>
      (await ask('PATCH', `/files/${organization}/uploads/${id}`, { 'content-type': partType, 'upload-offset': String(start_) }, bytes))
        .status,
    items: async () =>
      (await call('GET', `/libraries/${library}/uploads`))['items'] as {
        id: string
        state: string
        bookId: string | null
        problem: unknown
      }[],
  }
}

test('kill -9 at any moment leaves an upload where it was or makes a book of it, whole, once', { timeout: 300_000 }, async () => {
  const served = await openLibrary(path.join(scratch, 'killed'))
  const files = Array.from({ length: 12 }, (_, at) =>
    Buffer.from(buildEpub({ title: `Book ${at}`, identifier: `urn:x:${at}`, padding: 3_000_000 })),
  )
  const ids = new Map<number, string>()
  let going = true
  const sendAll = async () => {
    for (const [at, bytes] of files.entries()) {
      for (let sent = 0; going && sent < bytes.length;) {
        try {
          const id = ids.get(at) ?? (await served.begin(`${at}.epub`, bytes.length))
          ids.set(at, id)
          sent = await served.look(id)
          if (sent >= bytes.length) break
          await served.send(id, sent, bytes.subarray(sent, sent + 400_000))
        } catch {
          await wait(100)
        }
      }
    }
  }
  const sending = sendAll()
  for (let trial = 0; trial < trials; trial += 1) {
    await wait(200 + ((trial * 397 + 131) % 900))
    await served.killed()
  }
  await sending
  going = false
  await expect
    .poll(async () => (await served.items()).filter(({ state }) => state === 'done').length, { timeout: 120_000, interval: 500 })
    .toBe(files.length)
  const library = await served.call('GET', `/libraries/${served.library}`)
  expect(library).toMatchObject({ bookCount: files.length, problemCount: 0 })
  for (const item of await served.items()) {
    if (item.bookId === null) continue
    const book = await served.call('GET', `/books/${item.bookId}`)
    const [file, ...others] = book['files'] as { id: string; fileName: string }[]
    expect(others).toEqual([])
    const got = Buffer.from(await (await served.ask('GET', `/files/${served.organization}/files/${file?.id}`)).arrayBuffer())
    expect(got.equals(files[Number.parseInt(file?.fileName ?? '')] ?? Buffer.alloc(0)), file?.fileName).toBe(true)
  }
  await served.stop()
})

test('kill -9 while a recording comes leaves one book of it, its parts in order', { timeout: 120_000 }, async () => {
  const served = await openLibrary(path.join(scratch, 'recording'))
  const together = 'c'.repeat(32)
  const opf = `<package xmlns="http://www.idpf.org/2007/opf" version="2.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Sea, told</dc:title></metadata></package>`
  const tracks = [9, 3, 10, 1, 7, 2, 8, 5, 4, 6].map(
    (n) => [`The Sea/${n}.mp3`, buildMp3({ seconds: n, tags: { TIT2: `Part ${n}` } })] as const,
  )
  const files = [['The Sea/metadata.opf', new Uint8Array(Buffer.from(opf))] as const, ...tracks]
  for (const [at, [name, bytes]] of files.entries()) {
    const id = await served.begin(name, bytes.length, together)
    expect(await served.send(id, 0, bytes)).toBe(204)
    // The sidecar has come alone, or some tracks are being read.
    if (at % 4 === 1) await served.killed()
  }
  await expect
    .poll(async () => (await served.items()).filter(({ state }) => state === 'done').length, { timeout: 60_000, interval: 500 })
    .toBe(files.length)
  const [bookId, ...others] = new Set((await served.items()).map((item) => item.bookId))
  expect(others).toEqual([])
  const book = await served.call('GET', `/books/${bookId}`)
  expect(book['title']).toBe('The Sea, told')
  expect((book['files'] as { fileName: string }[]).map(({ fileName }) => fileName)).toEqual(tracks.map((_, at) => `${at + 1}.mp3`))
  await served.stop()
})

const memoryOf = (pid: number, what: 'VmRSS' | 'VmHWM') =>
  Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

test('twenty large uploads at once raise the memory of the server by 150 MB at most', { timeout: 1_200_000 }, async () => {
  const served = await openLibrary(path.join(scratch, 'large'))
  const part = randomBytes(8_000_000)
  const size = megabytes * 1_000_000
  // Warm: what a first upload loads stays.
  const first = await served.begin('warm.epub', 100_000)
  expect(await served.send(first, 0, part.subarray(0, 100_000))).toBe(204)
  await expect.poll(async () => (await served.items())[0]?.state, { timeout: 30_000 }).toBe('refused')
  const idle = memoryOf(served.pid(), 'VmRSS')
  writeFileSync(`/proc/${served.pid()}/clear_refs`, '5')
  const started = performance.now()
  await Promise.all(
    Array.from({ length: 20 }, async (_, at) => {
      const id = await served.begin(`${at}.epub`, size)
      for (let sent = 0; sent < size; sent += part.length)
        expect(await served.send(id, sent, part.subarray(0, Math.min(part.length, size - sent)))).toBe(204)
    }),
  )
  const seconds = (performance.now() - started) / 1000
  await expect
    .poll(async () => (await served.items()).filter(({ state }) => state === 'refused').length, { timeout: 600_000, interval: 1000 })
    .toBe(21)
  const rise = memoryOf(served.pid(), 'VmHWM') - idle
  console.log(`20 x ${megabytes} MB in ${seconds.toFixed(1)} s: ${idle.toFixed(0)} MB, + ${rise.toFixed(0)} MB at most`)
  expect(rise).toBeLessThanOrEqual(150)
  await served.stop()
})

const mayMount = (() => {
  const folder = path.join(scratch, 'mount')
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.skipIf(!mayMount)(
  'a disk that is full is said, and the upload goes on from there when there is room',
  { timeout: 60_000 },
  async () => {
    const dataDir = path.join(scratch, 'full')
    const blobs = path.join(dataDir, 'blobs')
    mkdirSync(blobs, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', blobs])
    try {
      await using server = await startTestServer({ worker: 1, dataDir })
      const owner = await makePerson(server, 'Owner')
      const organization = (await makeOrganization(server, 'Full', { owner: [owner] })).id
      const made = await server.send('POST', '/api/v1/libraries', {
        cookie: owner.cookie,
        organization,
        body: { name: 'Full', kind: 'managed' },
      })
      const up = uploaderOf(server, owner, organization)
      const bytes = Buffer.from(buildEpub({ title: 'Large', identifier: 'urn:x:large', padding: 9_000_000 }))
      const id = up.idOf(await up.begin((made.json as { id: string }).id, 'large.epub', bytes.length))
      expect((await up.part(id, 0, bytes.subarray(0, 4_000_000))).status).toBe(204)
      const refused = await up.part(id, 4_000_000, bytes.subarray(4_000_000, 8_000_000))
      expect(refused.json).toMatchObject({ status: 507, code: 'STORAGE_FULL', message: expect.stringContaining('full') })
      expect((await up.look(id)).headers['upload-offset']).toBe('4000000')
      execFileSync('mount', ['-o', 'remount,size=40m', blobs])
      expect((await up.part(id, 4_000_000, bytes.subarray(4_000_000))).status).toBe(204)
      await expect
        .poll(async () => (await server.send('GET', '/api/v1/books', { cookie: owner.cookie, organization })).text, { timeout: 20_000 })
        .toContain('Large')
    } finally {
      execFileSync('umount', ['-l', blobs])
    }
  },
)
