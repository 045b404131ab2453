import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import type { Sql } from 'postgres'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './error.ts'
import { endLeftovers } from './leftovers.ts'
import type { OsUser } from './os-user.ts'
import { spawnOn } from './program.ts'

export type Credentials = { superuserPassword: string; ownerPassword: string }

export const superuser = 'carrel_super'

/** @throws EmbeddedPostgresError when the cluster was made by another major version of Postgres. */
export function checkVersion(cluster: string, binaries: Binaries): void {
  const file = path.join(cluster, 'PG_VERSION')
  const version = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : binaries.major
  if (version === binaries.major) return
  throw new EmbeddedPostgresError(
    `The database in ${cluster} is of Postgres ${version}, this Carrel brings ${binaries.major}: see "Update" in the README`,
  )
}

/** The passwords of the cluster; made and kept (mode 600) before there is a cluster, so that none is without. */
export function readCredentials(file: string, clusterExists: boolean): Credentials {
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as Credentials
  if (clusterExists) throw new EmbeddedPostgresError(`${file} is missing and the database cannot be opened without it: restore it`)
  const password = () => randomBytes(24).toString('hex')
  const credentials: Credentials = { superuserPassword: password(), ownerPassword: password() }
  fs.writeFileSync(`${file}.new`, JSON.stringify(credentials), { mode: 0o600, flush: true })
  fs.renameSync(`${file}.new`, file)
  return credentials
}

/** Makes the cluster in a folder beside its place and moves it there when complete; what an interrupted run left goes. */
export async function createCluster(
  cluster: string,
  credentials: Credentials,
  binaries: Binaries,
  osUser: OsUser | undefined,
  durable: boolean,
): Promise<void> {
  const home = path.dirname(cluster)
  for (const name of fs.readdirSync(home)) {
    if (!name.startsWith('unfinished-')) continue
    // What a killed first start began may write on for a moment.
    await endLeftovers(path.join(home, name, 'cluster'))
    fs.rmSync(path.join(home, name), { recursive: true, force: true, maxRetries: 5 })
  }
  const unfinished = fs.mkdtempSync(path.join(home, 'unfinished-'))
  fs.writeFileSync(path.join(unfinished, 'password'), credentials.superuserPassword, { mode: 0o600 })
  if (osUser) for (const file of [path.join(unfinished, 'password'), unfinished]) fs.chownSync(file, osUser.uid, osUser.gid)
  const args = (folder: string) => [
    `--pgdata=${folder}/cluster`,
    `--username=${superuser}`,
    `--pwfile=${folder}/password`,
    '--auth-local=scram-sha-256',
    '--auth-host=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    `--locale=${process.platform === 'linux' ? 'C.UTF-8' : 'C'}`,
    '--data-checksums',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]
  const initdb = spawnOn(unfinished, binaries.initdb, args, { osUser, deathSignal: 'KILL', output: 'pipe' })
  const [complaints, [status]] = await Promise.all([
    text(initdb.stderr as Readable),
    once(initdb, 'exit').catch((error: Error) => [error.message]),
    text(initdb.stdout as Readable),
  ])
  if (status !== 0) {
    fs.rmSync(unfinished, { recursive: true, force: true })
    throw new EmbeddedPostgresError(`The database could not be made in ${home}: ${complaints.trim().split('\n')[0] || status}`)
  }
  fs.renameSync(path.join(unfinished, 'cluster'), cluster)
  fs.rmSync(unfinished, { recursive: true })
  if (durable) syncFolder(home)
}

/** Makes the owner login and its database where they are missing. The rights are those that managed servers grant. */
export async function ensureDatabase(sql: Sql, owner: string, password: string, database: string): Promise<void> {
  const [found] = await sql<[{ owner: boolean; database: boolean }]>`
    select exists (select from pg_roles where rolname = ${owner}) as owner,
           exists (select from pg_database where datname = ${database}) as database`
  if (!found.owner) {
    await sql`create role ${sql(owner)} login nosuperuser createrole createdb nobypassrls noreplication password ${sql.unsafe(`'${password}'`)}`
  }
  if (!found.database) await sql`create database ${sql(database)} owner ${sql(owner)}`
}

function syncFolder(folder: string): void {
  const fd = fs.openSync(folder, 'r')
  fs.fsyncSync(fd)
  fs.closeSync(fd)
}
