import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'

export const repository = path.resolve(import.meta.dirname, '../..')
const bundle = path.join(repository, 'apps/server/dist/main.js')
const startLimitMs = 120_000
/** As scripts/start.mjs starts it. */
const asStarted = ['--max-semi-space-size=8', '--heap-growing-percent=50']

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}

/** Builds the server as it is shipped. */
export async function buildServer(): Promise<void> {
  const folder = path.join(repository, 'apps/server')
  const build = spawn(process.execPath, [path.join(folder, 'node_modules/rolldown/bin/cli.mjs'), '-c'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(build, 'exit')
  if (code !== 0) throw new Error('The server could not be built.')
}

export type RunningServer = {
  url: string
  port: number
  pid: number
  dataDir: string
  log: string
  /** Milliseconds from the start of the process to the first good /readyz. */
  readyAfterMs: number
  stop: () => Promise<void>
}

export type StartOptions = {
  dataDir: string
  roots?: readonly string[]
  /** Through `npm start`, as people do it; otherwise the bundle alone. */
  command?: readonly string[]
  nodeFlags?: readonly string[]
}

/** Starts the built server on its own data folder and port, as `npm start` does, with embedded Postgres as shipped, durable. */
export async function startServer({ dataDir, roots = [], command, nodeFlags = [] }: StartOptions): Promise<RunningServer> {
  mkdirSync(dataDir, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log = path.join(dataDir, 'bench-server.log')
  const output = openSync(log, 'a')
  const [program = process.execPath, ...args] = command ?? [process.execPath, ...asStarted, ...nodeFlags, bundle]
  const startedAt = performance.now()
  const child = spawn(program, args, {
    cwd: repository,
    stdio: ['ignore', output, output],
    env: {
      // `npm start` brings what it lacks with the caller's npm settings; the bundle alone needs nothing of them.
      ...(command ? process.env : { PATH: process.env['PATH'], HOME: dataDir }),
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      RATE_LIMIT: 'false',
      ...(roots.length > 0 && { LIBRARY_ROOTS: roots.join(path.delimiter) }),
    },
  })
  closeSync(output)
  running.add(child)
  child.once('exit', () => running.delete(child))
  const server = { url, port, pid: child.pid ?? 0, dataDir, log, readyAfterMs: 0, stop: () => stopServer(child) }
  try {
    while (!(await isReady(url))) {
      if (child.exitCode !== null) throw new Error(`The server did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`)
      if (performance.now() - startedAt > startLimitMs) throw new Error('The server does not get ready.')
      await wait(20)
    }
  } catch (error) {
    await server.stop()
    throw error
  }
  return { ...server, readyAfterMs: performance.now() - startedAt }
}

const running = new Set<ChildProcess>()

/** Stops every server that still runs, for an interrupted run. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map(stopServer))
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    async (answer) => (await answer.text(), answer.ok),
    () => false,
  )

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const limit = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await exited
  clearTimeout(limit)
}

/** A signed-in person in a workspace of their own. */
export type Session = {
  organizationId: string
  headers: Record<string, string>
  post: <T>(path: string, body: unknown) => Promise<T>
  get: <T>(path: string) => Promise<T>
}

/** The code stands in the greeting, which may come a moment after the server is ready. */
async function setupCode(log: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const code = /\/setup\?code=(\S+)/.exec(readFileSync(log, 'utf8'))?.[1]
    if (code) return code
    await wait(50)
  }
  throw new Error('The start printed no setup code.')
}

/** Walks the setup over HTTP: operator, workspace, session. */
export async function setUp(server: RunningServer): Promise<Session> {
  const code = await setupCode(server.log)
  const headers: Record<string, string> = { origin: server.url, 'content-type': 'application/json' }
  const call = async (method: string, route: string, body?: unknown) => {
    const answer = await fetch(`${server.url}/api/v1${route}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status} ${await answer.text()}`)
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '')
    if (cookies.length > 0) headers['cookie'] = cookies.join('; ')
    return answer.json()
  }
  await call('POST', '/setup/operator', { code, name: 'Mika Bench', email: 'mika@example.org', password: 'correct horse battery' })
  const { id } = (await call('POST', '/organizations', { name: 'Bench' })) as { id: string }
  headers['x-carrel-organization'] = id
  return {
    organizationId: id,
    headers,
    post: async <T>(route: string, body: unknown) => (await call('POST', route, body)) as T,
    get: async <T>(route: string) => (await call('GET', route)) as T,
  }
}

export type DatabaseLogin = { host: string; port: number; user: string; password: string; database: string }

/** Login of the superuser of a running server's embedded Postgres, whom no policy binds. */
export function superuserOf(dataDir: string): DatabaseLogin {
  const home = path.join(dataDir, 'postgres')
  const socketFolder = readFileSync(path.join(home, 'cluster/postmaster.pid'), 'utf8').split('\n')[4] ?? ''
  const { superuserPassword } = JSON.parse(readFileSync(path.join(home, 'credentials.json'), 'utf8')) as { superuserPassword: string }
  return { host: socketFolder, port: 5432, user: 'carrel_super', password: superuserPassword, database: 'carrel' }
}

export const connect = (login: DatabaseLogin, max = 1): Sql => postgres({ ...login, max, onnotice: () => {} })

export const npmStart = (): string[] | undefined =>
  existsSync(path.join(repository, 'scripts/start.mjs')) ? ['npm', 'start', '--silent'] : undefined
