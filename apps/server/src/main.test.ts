import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openEvents } from './testing/send.ts'
import { makePerson, signCookie, tempDir } from './testing/server.ts'
import { connect } from '@carrel/db'

const scratch = tempDir()
const dataDir = path.join(scratch, 'the data')
const books = path.join(scratch, 'books')
mkdirSync(books)
const running = new Set<ChildProcess>()
afterEach(async () => {
  for (const child of running) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  for (const child of running) if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  running.clear()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }))

/** The server as a person starts it. */
function start(env: Record<string, string> = {}, ...folders: string[]) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...folders], {
    env: { PATH: process.env.PATH, HOME: scratch, NODE_ENV: 'production', PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let said = ''
  child.stdout.on('data', (data: Buffer) => (said += String(data)))
  child.stderr.on('data', (data: Buffer) => (said += String(data)))
  const ended = once(child, 'exit').then(([code]: unknown[]) => code as number | null)
  return {
    child,
    ended,
    said: () => said,
    ready: async (): Promise<number> => {
      for (let i = 0; i < 1200; i++) {
        const port = /ready at http:\/\/localhost:(\d+)/.exec(said)?.[1]
        if (port) return Number(port)
        if (child.exitCode !== null) break
        await wait(50)
      }
      throw new Error(`It did not start: ${said}`)
    },
  }
}
const get = (port: number, at: string, headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${port}${at}`, { headers })
const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

/** Programs that work in a folder: Postgres does in its cluster. */
function processesOf(folder: string): string[] {
  const cwd = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`)
    } catch {
      return ''
    }
  }
  return readdirSync('/proc').filter((pid) => cwd(pid).startsWith(folder))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('a start', { timeout: 120_000 }, () => {
  test('prints the address and the one-time code, answers, and is gone with its database after SIGTERM', async () => {
    const server = start({ DATABASE_POOL: '70' }, books)
    const port = await server.ready()
    expect(server.said()).toMatch(/\/setup\?code=[0-9A-Z]{5}-[0-9A-Z]{5}/)
    expect(server.said()).toContain(books)
    expect([(await get(port, '/livez')).status, (await get(port, '/readyz')).status]).toEqual([200, 200])
    expect(await (await get(port, '/api/v1/setup')).json()).toMatchObject({ needsSetup: true })
    const postmaster = Number(readFileSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0])
    expect(isAlive(postmaster)).toBe(true)

    // An open stream and an idle connection must not hold it up.
    const credentials = JSON.parse(readFileSync(path.join(dataDir, 'postgres/credentials.json'), 'utf8')) as { superuserPassword: string }
    const socket = readFileSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[4] ?? ''
    const superuser = connect(
      { host: socket, port: 5432, database: 'carrel' },
      { user: 'carrel_super', password: credentials.superuserPassword },
      { max: 1 },
    )
    expect(await superuser`show max_connections`).toEqual([{ max_connections: '100' }])
    const secret = readFileSync(path.join(dataDir, 'secret'), 'utf8').trim()
    const person = await makePerson({ db: { superuser } as never, secret }, 'Watcher')
    await superuser.end()
    const stream = await openEvents(port, signCookie(person.token, secret))
    expect(stream.status).toBe(200)

    const stopped = performance.now()
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(performance.now() - stopped).toBeLessThan(10_000)
    await stream.ended
    expect(isAlive(postmaster)).toBe(false)
  })

  test('after a kill goes on with what was there, with the same secret and folders', async () => {
    const first = start()
    const port = await first.ready()
    const code = /code=([0-9A-Z-]+)/.exec(first.said())?.[1]
    const account = { code, name: 'Mika', email: 'mika@example.org', password: 'correct horse' }
    const made = await fetch(`http://127.0.0.1:${port}/api/v1/setup/operator`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(account),
    })
    expect(made.status).toBe(200)
    const cookie = made.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    first.child.kill('SIGKILL')
    await first.ended
    const second = start()
    const again = await second.ready()
    expect(second.said()).not.toContain('code=')
    expect(second.said()).toContain(books)
    expect(await (await get(again, '/api/v1/account', { cookie })).json()).toMatchObject({
      user: { email: 'mika@example.org', operator: true },
    })
    second.child.kill('SIGINT')
    expect(await second.ended).toBe(0)
  })

  test.each([
    ['the database is being made', 'postgres/credentials.json'],
    ['it starts', 'postgres/cluster/postmaster.pid'],
  ])('that is called off while %s ends quietly and leaves no database', async (_when, sign) => {
    const fresh = path.join(scratch, sign.replaceAll('/', '-'))
    const server = start({ DATA_DIR: fresh })
    while (!existsSync(path.join(fresh, sign)) && server.child.exitCode === null) await wait(5)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(server.said()).toBe('')
    expect(processesOf(fresh)).toEqual([])
  })

  test('of a worker answers its health and nothing else', async () => {
    const port = await freePort()
    const server = start({ ROLE: 'worker', PORT: String(port) })
    const status = (at: string) =>
      get(port, at).then(
        (answer) => answer.status,
        () => 0,
      )
    while ((await status('/readyz')) !== 200 && server.child.exitCode === null) await wait(50)
    expect([await status('/livez'), await status('/readyz')]).toEqual([200, 200])
    for (const at of ['/', '/rpc/account/get', '/api/v1/setup', '/files/x', '/api/auth/get-session'])
      expect([at, await status(at)]).toEqual([at, 404])
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })

  test('on a port that is taken says so in one line', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const server = start({ PORT: String(port), DATA_DIR: path.join(scratch, 'unused') })
    expect(await server.ended).toBe(1)
    expect(server.said().trim()).toMatch(new RegExp(`^PORT ${port} is taken.*$`))
    other.close()
  })

  test.each([
    [{ SIGN_UP: 'maybe' }, /^SIGN_UP /],
    [{ DATA_DIR: '/dev/null/data' }, /^DATA_DIR /],
    [{ DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none' }, /^DATABASE_URL/],
    [{ APP_URL: 'books' }, /^APP_URL /],
    [{ TRUSTED_PROXIES: 'nginx' }, /^TRUSTED_PROXIES /],
  ])('with %j ends with one line that names the setting', async (env, line) => {
    const server = start({ DATA_DIR: path.join(scratch, 'unused'), ...env })
    expect(await server.ended).toBe(1)
    expect(server.said().trim()).toMatch(line)
    expect(server.said().trim().split('\n')).toHaveLength(1)
    expect(server.said()).not.toContain('hunter2')
  })
})
