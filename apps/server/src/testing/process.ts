import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { setupCode } from '@carrel/auth'
import { connect } from '@carrel/db'

const running = new Set<ChildProcess>()

/** Ends what was started and not stopped; for afterEach. */
export function endProcesses(): void {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
}

export type ProcessOptions = {
  dataDir: string
  /** Its HOME. */
  home: string
  roots?: readonly string[]
  env?: Record<string, string>
  /** A program with its arguments that starts the server, such as `strace -f`. */
  by?: readonly string[]
  cwd?: string
  user?: { uid: number; gid: number }
}
export type ServerProcess = { child: ChildProcess; url: string; said: () => string }

/** The server as a person starts it, who does not wait for it. */
export function spawnProcess({ dataDir, home, roots = [], env = {}, by = [], cwd, user }: ProcessOptions) {
  const [program = process.execPath, ...args] = [...by, process.execPath, path.join(import.meta.dirname, '../main.ts'), ...roots]
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      NODE_ENV: 'production',
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      RATE_LIMIT: 'false',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    ...user,
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (said += String(data)))
  return { child, said: () => said }
}

/** A process by itself, with its own Postgres, that is ready. */
export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  const { child, said } = spawnProcess(options)
  for (let i = 0; i < 1200; i += 1) {
    const port = /ready at http:\/\/localhost:(\d+)/.exec(said())?.[1]
    if (port) return { child, url: `http://127.0.0.1:${port}`, said }
    if (child.exitCode !== null || child.signalCode !== null) break
    await wait(50)
  }
  throw new Error(`It did not start: ${said()}`)
}

export async function endProcess({ child }: Pick<ServerProcess, 'child'>, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

export type Account = {
  organization: string
  ask: (method: string, at: string, more?: Record<string, string>, body?: Uint8Array<ArrayBuffer> | string) => Promise<Response>
  /** One call of the REST interface that has to succeed. */
  call: (method: string, at: string, body?: object) => Promise<Record<string, unknown>>
}

/** Sets a fresh server up, with one workspace. `now` tells where it answers, which changes with each start. */
export async function openAccount(dataDir: string, now: () => { url: string }): Promise<Account> {
  let headers: Record<string, string> = {}
  const ask: Account['ask'] = (method, at, more = {}, body) =>
    fetch(now().url + at, {
      method,
      headers: { ...headers, origin: now().url, ...more },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(60_000),
    })
  const send = async (method: string, at: string, body?: object) => {
    const answer = await ask(method, `/api/v1${at}`, body && { 'content-type': 'application/json' }, body && JSON.stringify(body))
    const text = await answer.text()
    expect(answer.status, text).toBe(200)
    return { json: JSON.parse(text) as Record<string, unknown>, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
  }
  const code = setupCode(readFileSync(path.join(dataDir, 'secret'), 'utf8').trim())
  const { cookie } = await send('POST', '/setup/operator', { code, name: 'Mika', email: 'mika@example.org', password: 'correct horse' })
  headers = { cookie }
  const organization = String((await send('POST', '/organizations', { name: 'Faults', slug: 'faults' })).json['id'])
  headers = { cookie, 'x-carrel-organization': organization }
  return { organization, ask, call: async (method, at, body) => (await send(method, at, body)).json }
}

export type LibraryAnswer = {
  scanning: boolean
  bookCount: number
  problemCount: number
  scan: { status: string; error: string | null; held: number; missing: number }
}

/** The library, once no run of it is under way. */
export async function scanEnded({ call }: Account, libraryId: string, ms = 90_000): Promise<LibraryAnswer> {
  for (const end = Date.now() + ms; Date.now() < end; await wait(100)) {
    // The shape that `libraries.get` answers.
    const library = (await call('GET', `/libraries/${libraryId}`)) as unknown as LibraryAnswer
    if (!library.scanning) return library
  }
  throw new Error('The scan did not end')
}

export const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0])

/** Where its Postgres listens, and the passwords that it keeps beside its cluster. */
function postgresOf(dataDir: string) {
  const host = readFileSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[4] ?? ''
  const passwords = JSON.parse(readFileSync(path.join(dataDir, 'postgres/credentials.json'), 'utf8')) as {
    superuserPassword: string
    ownerPassword: string
  }
  return { host, ...passwords }
}

/** A connection to its Postgres past all walls. */
export function superuserOf(dataDir: string) {
  const { host, superuserPassword } = postgresOf(dataDir)
  return connect({ host, port: 5432, database: 'carrel' }, { user: 'carrel_super', password: superuserPassword }, { max: 1 })
}

/** Settings of another process that works on this one's Postgres. */
export function besides(dataDir: string): Record<string, string> {
  const { host, ownerPassword } = postgresOf(dataDir)
  return { DATABASE_URL: 'postgres:///carrel', PGHOST: host, PGPORT: '5432', PGUSER: 'carrel_owner', PGPASSWORD: ownerPassword }
}
