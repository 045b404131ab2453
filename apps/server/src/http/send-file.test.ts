import { createHash, randomBytes } from 'node:crypto'
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { constants, open, type FileHandle } from 'node:fs/promises'
import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { tempDir } from '../testing/server.ts'
import { sendFile } from './send-file.ts'

const scratch = tempDir()
const file = path.join(scratch, 'book.epub')
const size = 20_000_000
let openHandle: () => Promise<FileHandle>
let onOpened: (response: ServerResponse) => void
let outcome: Promise<unknown>
const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  outcome = openHandle()
    .then((handle) =>
      sendFile(request, response, handle, {
        type: 'application/epub+zip',
        disposition: 'attachment',
        etag: () => {
          onOpened(response)
          return '"x"'
        },
      }),
    )
    .catch((error: unknown) => {
      response.destroy()
      return error
    })
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
beforeEach(() => {
  writeFileSync(file, Buffer.alloc(size))
  openHandle = () => open(file)
  onOpened = () => {}
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(scratch, { recursive: true })
})

/** Bytes that arrived, and whether the answer was whole. */
const ask = (hangUpAfter = Infinity) =>
  new Promise<{ bytes: number; whole: boolean }>((resolve) => {
    const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, (answer) => {
      let bytes = 0
      answer.on('data', (part: Buffer) => {
        bytes += part.length
        if (bytes > hangUpAfter) request.destroy()
      })
      answer.on('error', () => {})
      answer.on('close', () => resolve({ bytes, whole: answer.complete }))
    })
    request.on('error', () => resolve({ bytes: 0, whole: false }))
  })

test('a file that stays is sent whole', async () => {
  expect(await ask()).toEqual({ bytes: size, whole: true })
  expect(await outcome).toBeUndefined()
})

test('a file that shrinks while it is sent ends the connection', async () => {
  onOpened = () => truncateSync(file, 1000)
  expect((await ask()).whole).toBe(false)
  expect(await outcome).toBeUndefined()
})

test('a file that cannot be read is a fault', async () => {
  openHandle = () => open(file, constants.O_WRONLY)
  expect((await ask()).whole).toBe(false)
  expect(await outcome).toMatchObject({ code: 'EBADF' })
})

test('a client that goes away is none', async () => {
  expect((await ask(1000)).whole).toBe(false)
  expect(await outcome).toBeUndefined()
  onOpened = (response) => response.destroy()
  expect((await ask()).whole).toBe(false)
  expect(await outcome).toBeUndefined()
})

test('each of many clients gets its own bytes, though some hang up and buffers are used again', async () => {
  const files = Array.from({ length: 6 }, (_, n) => {
    const content = randomBytes(3_000_000 + n)
    writeFileSync(path.join(scratch, `${n}`), content)
    return createHash('sha256').update(content).digest('hex')
  })
  const asked: string[] = []
  openHandle = () => open(path.join(scratch, asked.shift() ?? ''))
  const digest = (n: number, hangUp: boolean) =>
    new Promise<string>((resolve) => {
      asked.push(`${n}`)
      const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false }, (answer) => {
        const hash = createHash('sha256')
        answer.on('data', (part: Buffer) => (hangUp ? request.destroy() : hash.update(part)))
        answer.on('error', () => {})
        answer.on('close', () => resolve(hangUp ? 'hung up' : hash.digest('hex')))
      })
      request.on('error', () => resolve('hung up'))
    })
  for (let round = 0; round < 4; round += 1) {
    const results = await Promise.all([0, 1, 2, 3, 4, 5, 0, 1, 2].map((n, at) => digest(n, at > 5)))
    expect(results.slice(0, 6).toSorted()).toEqual(files.toSorted())
  }
})
