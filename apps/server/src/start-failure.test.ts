import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let dataDir = ''
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'carrel-start-'))
})
afterAll(() => rm(dataDir, { recursive: true }))

/** Starts the server with these settings only; what it says until it ends. */
async function start(settings: Record<string, string>): Promise<{ code: number; said: string }> {
  const main = path.join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main], { env: { PORT: '0', DATA_DIR: dataDir, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const [code] = (await once(child, 'close')) as [number]
  return { code, said }
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('a database that does not answer fails the start with one line, without the password', async () => {
  const { code, said } = await start({ DATABASE_URL: `postgres://carrel:hidden-word@127.0.0.1:${await closedPort()}/carrel` })
  expect(code).toBe(1)
  expect(said).toMatch(/^DATABASE_URL: the database does not answer \(.*\)\.\n$/)
  expect(said).not.toContain('hidden-word')
})

test('a data folder that cannot be made fails the start with one line', async () => {
  const { code, said } = await start({ DATA_DIR: '/dev/null/data' })
  expect(code).toBe(1)
  expect(said).toMatch(/^DATA_DIR cannot be used: .*\n$/)
})

test.skipIf(process.getuid?.() === 0)('so does one that cannot be written', async () => {
  const { code, said } = await start({ DATA_DIR: '/' })
  expect(code).toBe(1)
  expect(said).toMatch(/^DATA_DIR cannot be used: user \d+ cannot write \/ .*\n$/)
})
