import { readdirSync, readlinkSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './testing/server.ts'

const assets = ['/assets/app-1234.js', '/', '/api/docs/swagger-ui-bundle.js', '/api/docs/swagger-ui.css']
let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  // Some are read from the disk when they are first asked for.
  for (const at of assets) expect((await server.send('GET', at)).status).toBe(200)
})
afterAll(() => server[Symbol.asyncDispose]())

/** Writes to a socket of its own what no client would; what was answered is in `said`. */
function connect() {
  const socket: Socket = createConnection(server.port, '127.0.0.1')
  let text = ''
  socket.on('data', (data) => (text += String(data)))
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return {
    socket,
    closed,
    answers: () => text.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0,
    ask: (at: string, times: number) => socket.write(`GET ${at} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times)),
  }
}
const expectAlive = async () => expect((await server.send('GET', '/api/v1/setup')).status).toBe(200)

describe('one connection', () => {
  test.each(['/api/v1/setup', '/livez', '/assets/app-1234.js'])(
    'may have 16 requests for %s unanswered, and any number one after another',
    async (at) => {
      const { socket, ask, answers } = connect()
      for (let round = 1; round <= 5; round++) {
        ask(at, 16)
        await expect.poll(answers).toBe(round * 16)
      }
      expect(socket.destroyed).toBe(false)
      socket.destroy()
    },
  )

  test.each(['/api/v1/setup', '/livez', '/api/docs/swagger-ui-bundle.js'])(
    'that sends hundreds of requests for %s without reading is closed; others are answered',
    async (at) => {
      const { closed, ask, answers } = connect()
      ask(at, 500)
      await expect(Promise.race([closed.then(() => 'closed'), wait(10_000, 'open')])).resolves.toBe('closed')
      expect(answers()).toBeLessThanOrEqual(16)
      await expectAlive()
    },
  )
})

/** Assets and sockets that this process, the server's, has open. */
function openDescriptors(): { assets: string[]; sockets: number } {
  const targets = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return []
    }
  })
  return {
    assets: targets.filter((target) => target.startsWith(server.deps.webDir) || target.includes('/swagger-ui-dist/')),
    sockets: targets.filter((target) => target.startsWith('socket:')).length,
  }
}

describe.runIf(process.platform === 'linux')('hundreds of requests for assets that nobody reads to the end', () => {
  test.each(assets)('open no file for %s and leave no connection', async (at) => {
    const before = openDescriptors()
    const opened = new Set<string>()
    const look = setInterval(() => openDescriptors().assets.forEach((asset) => opened.add(asset)), 5)
    for (let round = 0; round < 6; round++) {
      const visitors = Array.from({ length: 20 }, connect)
      for (const [i, { socket, ask }] of visitors.entries()) {
        ask(at, i % 2 ? 12 : 40)
        if (i % 4 === 1) socket.once('data', () => socket.destroy())
        else if (i % 4 === 3) setTimeout(() => socket.destroy(), i)
      }
      await Promise.all(visitors.map(({ closed }) => closed))
    }
    clearInterval(look)
    expect([...opened]).toEqual([])
    // The queue and the pools may open a few meanwhile.
    await expect.poll(() => openDescriptors().sockets, { timeout: 5000 }).toBeLessThan(before.sockets + 10)
    expect(openDescriptors().assets).toEqual([])
    await expectAlive()
  })
})
