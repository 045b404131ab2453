import { createHmac } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { createOperator, sessionCookie } from '@carrel/auth'
import { watchPace, type Network, type WatchPace } from '@carrel/api'
import { newId } from '@carrel/db'
import { createTestDatabase, insertRow, type TestCluster, type TestDatabase } from '@carrel/db/testing'
import { createApp } from '../app.ts'
import { createDeps, type ServerDeps } from '../deps.ts'
import { readEnv } from '../env.ts'
import { createWorker } from '../worker.ts'
import { createSender, type Sender } from './send.ts'

export type TestServer = AsyncDisposable & {
  url: string
  port: number
  deps: ServerDeps
  db: TestDatabase
  secret: string
  dataDir: string
  /** A folder that the operator allows to the server. */
  root: string
  send: Sender
  /** Lines of the log, as they were written. */
  logs: string[]
  startWorker: (processes?: number) => Promise<void>
  stopWorker: () => Promise<void>
}

export type Parts = { createDeps: typeof createDeps; createApp: typeof createApp; createWorker: typeof createWorker }

export type TestServerOptions = {
  /** Settings, as they would stand in the environment. */
  env?: Record<string, string>
  /** Runs jobs too, with this many reading processes. */
  worker?: number
  /** How long a file must rest before a scan reads it; 0 by default. */
  settleMs?: number
  turnMs?: number
  /** Watches folders, at this pace; not by default. */
  watch?: Partial<WatchPace>
  database?: TestDatabase
  dataDir?: string
  /** Instead of one temporary folder. */
  roots?: string[]
  cluster?: TestCluster
  /** The world outside that the server meets; the real one by default. */
  network?: Network
  /** The server's own parts, for a run with changed ones. */
  parts?: Parts
}

export const tempDir = (): string => realpathSync(mkdtempSync(path.join(tmpdir(), 'carrel-server-')))

/** The real server, built as main.ts builds it, on a free port with a cloned database and a temporary data folder. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const scratch = tempDir()
  const dataDir = options.dataDir ?? path.join(scratch, 'data')
  const webDir = path.join(scratch, 'web')
  const root = options.roots?.[0] ?? path.join(scratch, 'books')
  for (const folder of [dataDir, root, path.join(webDir, 'assets')]) mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(webDir, 'index.html'), '<!doctype html><title>Carrel</title>')
  // More than the buffers of a connection hold.
  writeFileSync(path.join(webDir, 'assets/app-1234.js'), 'void 0\n'.repeat(100_000))

  const db = options.database ?? (await createTestDatabase(options.cluster))
  const logs: string[] = []
  const log = pino({ level: 'info', base: null }, { write: (line: string) => void logs.push(line) })
  const env = readEnv({ SIGN_UP: 'open', RATE_LIMIT: 'false', ...options.env })
  const parts = options.parts ?? { createDeps, createApp, createWorker }
  const deps = await parts.createDeps({
    env,
    target: db.target,
    owner: db.owner,
    secret: db.secret,
    roots: options.roots ?? [root],
    dataDir,
    migrationsDir: db.migrationsFolder,
    webDir,
    version: '0.0.0-test',
    log,
    ...(options.network && { network: options.network }),
  })
  const listener = parts.createApp(deps)
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000, maxHeaderSize: 32 * 1024 }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}`
  const send = createSender(address.port)

  let worker: Awaited<ReturnType<typeof createWorker>> | undefined
  const stopWorker = async () => {
    const running = worker
    worker = undefined
    await running?.stop()
  }
  const startWorker = async (processes = 2) => {
    worker = await parts.createWorker(deps, {
      processes,
      settleMs: options.settleMs ?? 0,
      ...(options.turnMs !== undefined && { turnMs: options.turnMs }),
      watch: options.watch ? { ...watchPace, pollMs: 900_000, ...options.watch } : null,
    })
  }
  if (options.worker) await startWorker(options.worker)

  return {
    url,
    port: address.port,
    deps,
    db,
    secret: db.secret,
    dataDir,
    root,
    send,
    logs,
    startWorker,
    stopWorker,
    async [Symbol.asyncDispose]() {
      send.end()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await stopWorker()
      await deps.close()
      if (!options.database) await db[Symbol.asyncDispose]()
      rmSync(scratch, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

export type Person = { id: string; name: string; email: string; token: string; cookie: string }

/** The cookie of a session, as Better Auth signs it. */
export function signCookie(token: string, secret: string, secure = false): string {
  const signature = createHmac('sha256', secret).update(token).digest('base64')
  return `${sessionCookie(secure)}=${encodeURIComponent(`${token}.${signature}`)}`
}

/** A user with a live session, written straight into the tables; see auth.test.ts for the way by sign-up. */
export async function makePerson(
  server: Pick<TestServer, 'db' | 'secret'>,
  name: string,
  how: { operator?: boolean; banned?: boolean; expired?: boolean; activeOrganizationId?: string } = {},
): Promise<Person> {
  const { superuser } = server.db
  const id = newId()
  const email = `${name.toLowerCase().replaceAll(/\W+/g, '-')}-${id.slice(-8)}@example.org`
  await insertRow(superuser, 'user', { id, name, email, role: how.operator ? 'admin' : 'user', banned: how.banned ?? false })
  const token = id.replaceAll('-', '')
  await insertRow(superuser, 'session', {
    id: newId(),
    user_id: id,
    token,
    expires_at: new Date(Date.now() + (how.expired ? -1000 : 3_600_000)),
    active_organization_id: how.activeOrganizationId ?? null,
  })
  return { id, name, email, token, cookie: signCookie(token, server.secret) }
}

/** Closes the setup with an operator's account whose password is known. */
export async function setUp(server: TestServer): Promise<{ id: string; email: string; password: string }> {
  const account = { name: 'Operator', email: `operator-${newId().slice(-8)}@example.org`, password: 'correct horse battery' }
  const id = await createOperator(server.deps.authDb, account)
  if (!id) throw new Error('is set up already')
  return { id, email: account.email, password: account.password }
}

export async function makeOrganization(
  server: Pick<TestServer, 'db'>,
  name: string,
  members: Record<string, readonly Person[]> = {},
  id: string = newId(),
) {
  const slug = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${id.slice(-6)}`
  await insertRow(server.db.superuser, 'organization', { id, name, slug })
  for (const [role, people] of Object.entries(members)) for (const person of people) await addMember(server, id, person, role)
  return { id, name, slug }
}

export async function addMember(
  server: Pick<TestServer, 'db'>,
  organizationId: string,
  person: Pick<Person, 'id'>,
  role: string,
): Promise<void> {
  const row = { organization_id: organizationId, user_id: person.id }
  await insertRow(server.db.superuser, 'member', { ...row, id: newId(), role })
  await insertRow(server.db.superuser, 'member_role', { ...row, builtin: role })
}

/** Opens a folder to an organization. */
export async function assignRoot(server: Pick<TestServer, 'db'>, organizationId: string, folder: string): Promise<void> {
  await insertRow(server.db.superuser, 'root_assignment', { organization_id: organizationId, id: newId(), path: folder })
}
