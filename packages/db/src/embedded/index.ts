import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import postgres, { type Sql } from 'postgres'
import { findBinaries } from './binaries.ts'
import { checkVersion, createCluster, ensureDatabase, readCredentials, superuser } from './cluster.ts'
import { EmbeddedPostgresError } from './error.ts'
import { endLeftovers } from './leftovers.ts'
import { lockFolder } from './lock.ts'
import { chooseOsUser } from './os-user.ts'
import { spawnOn } from './program.ts'
import { makeSocketFolder, removeSocketFolder } from './socket-folder.ts'

export { EmbeddedPostgresError, FolderInUse } from './error.ts'

export type EmbeddedPostgres = {
  /** libpq form, the socket folder percent-encoded as host: for pg and psql. postgres.js cannot read it; give it `options`. */
  ownerUrl: string
  /** The owner's login; spreads into postgres.js and pg alike. `host` is the socket folder. */
  options: { host: string; port: number; user: string; password: string; database: string }
  pid: number
  /** Resolves when Postgres has ended; `expected` when stop() ended it, else with the last complaint of its log. */
  exited: Promise<{ expected: true } | { expected: false; complaint: string }>
  /** Fast shutdown, immediate after 8 s. May be called again. */
  stop(): Promise<void>
}

const port = 5432
const logLimitBytes = 5 * 1024 * 1024

const smallServer = {
  listen_addresses: '',
  port: String(port),
  cluster_name: 'carrel',
  max_connections: '60',
  shared_buffers: '128MB',
  work_mem: '8MB',
  max_wal_size: '512MB',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  // Files instead of /dev/shm: containers allow 64 MB there, and systemd empties it when its user logs out.
  dynamic_shared_memory_type: process.platform === 'linux' ? 'mmap' : 'posix',
  min_dynamic_shared_memory: '8MB',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
}
const notDurable = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/**
 * Starts the Postgres that comes with Carrel on `<dataDir>/postgres/cluster`, made on first use, and resolves
 * once its database takes connections. It listens on a private unix socket only. When this process dies
 * without stop(), Postgres shuts down (see spawnOn) and the next start ends what is left.
 * @throws EmbeddedPostgresError, whose message is one line for the operator.
 */
export async function startEmbeddedPostgres(options: {
  /** Absolute path. */
  dataDir: string
  database?: string
  owner?: string
  settings?: Record<string, string>
  /** False gives up crash safety for speed; for tests. */
  durable?: boolean
}): Promise<EmbeddedPostgres> {
  const { dataDir, database = 'carrel', owner = 'carrel_owner', settings = {}, durable = true } = options
  const home = path.join(dataDir, 'postgres')
  const cluster = path.join(home, 'cluster')
  makeHome(home)
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(lockFolder(home))

  const osUser = chooseOsUser(cluster)
  const binaries = findBinaries(osUser)
  checkVersion(cluster, binaries)
  await endLeftovers(cluster)
  const clusterExists = fs.existsSync(cluster)
  const { superuserPassword, ownerPassword } = readCredentials(path.join(home, 'credentials.json'), clusterExists)
  if (!clusterExists) await createCluster(cluster, { superuserPassword, ownerPassword }, binaries, osUser, durable)

  cleanup.defer(() => removeSocketFolder(home))
  const socketDir = makeSocketFolder(home, osUser)
  const flags = {
    ...smallServer,
    ...(durable ? {} : notDurable),
    ...settings,
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
  }
  const args = (folder: string) => ['-D', folder, ...Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const log = openLog(path.join(home, 'server.log'))
  const child = spawnOn(cluster, binaries.postgres, args, { osUser, deathSignal: 'INT', output: log.fd })
  fs.closeSync(log.fd)
  child.unref()
  const ended = new Promise<'ended'>((resolve) => {
    child.once('exit', () => resolve('ended'))
    child.once('error', () => resolve('ended'))
  })
  cleanup.defer(() => shutDown(child, ended))

  const connect = () =>
    postgres({
      host: socketDir,
      port,
      user: superuser,
      password: superuserPassword,
      database: 'postgres',
      ssl: false,
      max: 1,
      fetch_types: false,
    })
  const sql = await firstConnection(connect, path.join(socketDir, `.s.PGSQL.${port}`), ended, log)
  try {
    await ensureDatabase(sql, owner, ownerPassword, database)
  } finally {
    await sql.end({ timeout: 1 })
  }

  const running = cleanup.move()
  let stopped: Promise<void> | undefined
  return {
    ownerUrl: `postgres://${owner}:${ownerPassword}@${encodeURIComponent(socketDir)}:${port}/${database}`,
    options: { host: socketDir, port, user: owner, password: ownerPassword, database },
    pid: child.pid as number,
    exited: ended.then(() => (stopped ? { expected: true } : { expected: false, complaint: lastComplaint(log) })),
    stop: () => (stopped ??= running.disposeAsync()),
  }
}

/**
 * The owner's login of the embedded Postgres that another process runs on `<dataDir>/postgres`. One that is about to be ready
 * is waited for. @throws EmbeddedPostgresError when there is none after 30 s.
 */
export async function findRunningPostgres(
  dataDir: string,
  database = 'carrel',
  owner = 'carrel_owner',
): Promise<EmbeddedPostgres['options']> {
  const home = path.join(dataDir, 'postgres')
  const link = path.join(home, 'socket')
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (!fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) continue
    const host = fs.readlinkSync(link)
    if (!fs.existsSync(path.join(host, `.s.PGSQL.${port}`))) continue
    const { ownerPassword } = readCredentials(path.join(home, 'credentials.json'), true)
    const options = { host, port, user: owner, password: ownerPassword, database }
    const sql = postgres({ ...options, ssl: false, max: 1, fetch_types: false })
    const answers = await sql`select 1`.then(
      () => true,
      () => false,
    )
    await sql.end({ timeout: 1 })
    if (answers) return options
  }
  throw new EmbeddedPostgresError(
    `The database in ${home} belongs to a running Carrel and does not answer; see ${path.join(home, 'server.log')}`,
  )
}

function makeHome(home: string): void {
  if (!path.isAbsolute(home)) throw new EmbeddedPostgresError(`DATA_DIR is not an absolute path: ${path.dirname(home)}`)
  try {
    fs.mkdirSync(home, { recursive: true, mode: 0o711 })
    fs.accessSync(home, fs.constants.W_OK | fs.constants.X_OK)
  } catch (error) {
    throw new EmbeddedPostgresError(`DATA_DIR cannot be used, ${home} is not writable`, { cause: error })
  }
}

type Log = { fd: number; file: string; start: number }

function openLog(file: string): Log {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const rotate = size > logLimitBytes
  if (rotate) fs.renameSync(file, `${file}.1`)
  return { fd: fs.openSync(file, 'a', 0o600), file, start: rotate ? 0 : size }
}

async function firstConnection(connect: () => Sql, socket: string, ended: Promise<'ended'>, log: Log): Promise<Sql> {
  for (;;) {
    const pause = new Promise((resolve) => setTimeout(resolve, 10))
    if ((await Promise.race([ended, pause])) === 'ended') throw new EmbeddedPostgresError(`Postgres did not start: ${lastComplaint(log)}`)
    if (!fs.existsSync(socket)) continue
    const sql = connect()
    try {
      await sql`select 1`
      return sql
    } catch (error) {
      await sql.end({ timeout: 0 })
      // Recovery after a crash may take long; Postgres answers 57P03 until it is done.
      if (error instanceof postgres.PostgresError && error.code !== '57P03') {
        throw new EmbeddedPostgresError(`Postgres refuses our superuser: ${error.message}`, { cause: error })
      }
    }
  }
}

function lastComplaint({ file, start }: Log): string {
  // The folder may be gone with its disk, and Postgres for that reason.
  const lines = fs.existsSync(file) ? fs.readFileSync(file).subarray(start).toString().trim().split('\n') : []
  const complaint = lines.findLast((line) => /(FATAL|PANIC): /.test(line)) ?? lines.at(-1)
  return `${complaint?.replace(/^.*?(FATAL|PANIC): +/, '') || 'no reason given'} (${file})`
}

async function shutDown(child: ChildProcess, ended: Promise<'ended'>): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', 8_000],
    ['SIGQUIT', 2_000],
    ['SIGKILL', 2_000],
  ]
  for (const [signal, patience] of steps) {
    child.kill(signal)
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, patience)))
    const outcome = await Promise.race([ended, timeout])
    clearTimeout(timer)
    if (outcome === 'ended') return
  }
}
