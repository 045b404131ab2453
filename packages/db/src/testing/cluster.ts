import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Sql } from 'postgres'
import { connect, type Credentials, type Target } from '../client.ts'
import { startEmbeddedPostgres } from '../embedded/index.ts'
import { migrate, type MigrateOptions } from '../migrate.ts'
import { loginPassword, type Login } from '../roles.ts'

const template = 'carrel'
const migrationsSource = path.join(import.meta.dirname, '../../migrations')

/** One Postgres for a whole test run, with a migrated database to clone. Plain data: it travels to test workers. */
export type TestCluster = {
  host: string
  port: number
  superuser: { user: string; password: string }
  owner: { user: string; password: string }
  secret: string
  migrationsFolder: string
}

/** Starts the cluster in a temporary folder and migrates its template. `stop` removes everything. */
export async function startTestCluster(heldBy: MigrateOptions['heldBy']): Promise<{ cluster: TestCluster; stop: () => Promise<void> }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'carrel-test-'))
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false, database: template, settings: { max_connections: '200' } })
  // A copy, so that whoever works on the migrations meanwhile does not disturb the run.
  const migrationsFolder = path.join(dataDir, 'migrations')
  cpSync(migrationsSource, migrationsFolder, { recursive: true })
  const stop = async () => {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    const { superuserPassword } = JSON.parse(readFileSync(path.join(dataDir, 'postgres/credentials.json'), 'utf8')) as {
      superuserPassword: string
    }
    const { host, port, user, password } = postgres.options
    const cluster: TestCluster = {
      host,
      port,
      superuser: { user: 'carrel_super', password: superuserPassword },
      owner: { user, password },
      secret: 'a-secret-of-the-tests-0123456789-abcdefghij',
      migrationsFolder,
    }
    await migrate({
      target: { host, port, database: template },
      owner: cluster.owner,
      secret: cluster.secret,
      folder: migrationsFolder,
      heldBy,
      managePasswords: true,
    })
    return { cluster, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export type TestDatabase = AsyncDisposable & {
  name: string
  target: Extract<Target, { database: string }>
  owner: Credentials
  secret: string
  migrationsFolder: string
  /** Sees and does everything; for setting up and looking behind the walls. */
  superuser: Sql
  /** A pool of one of the run-time logins, ended with the database. */
  login: (login: Login, max?: number) => Sql
  /** Milliseconds that making it took. */
  ms: number
}

/** The cluster that the vitest run provides; see the globalSetup of the root's vitest.config.ts. */
async function providedCluster(): Promise<TestCluster> {
  const { inject } = await import('vitest')
  return inject('cluster')
}

/** A database of its own for a test: a clone of `from`, by default of the migrated template; `empty` has no table yet. */
export async function createTestDatabase(given?: TestCluster, options: { from?: string; empty?: boolean } = {}): Promise<TestDatabase> {
  const cluster = given ?? (await providedCluster())
  const { host, port } = cluster
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  const started = performance.now()
  const admin = connect({ host, port, database: 'postgres' }, cluster.superuser, { max: 1 })
  const source = options.empty ? 'template0' : (options.from ?? template)
  await admin.unsafe(`create database ${name} owner ${cluster.owner.user} template ${source} strategy file_copy`)
  const ms = performance.now() - started
  const target = { host, port, database: name }
  const superuser = connect(target, cluster.superuser, { max: 3 })
  const pools: Sql[] = [superuser]
  return {
    name,
    target,
    owner: cluster.owner,
    secret: cluster.secret,
    migrationsFolder: cluster.migrationsFolder,
    superuser,
    login: (login, max = 3) => {
      const pool = connect(target, { user: login, password: loginPassword(cluster.secret, login) }, { max })
      pools.push(pool)
      return pool
    },
    ms,
    async [Symbol.asyncDispose]() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 2 })))
      await admin.unsafe(`drop database if exists ${name} with (force)`)
      await admin.end({ timeout: 2 })
    },
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    cluster: TestCluster
  }
}
