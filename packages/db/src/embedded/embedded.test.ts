import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findBinaries, platformPackage } from './binaries.ts'
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from './index.ts'

const entry = path.join(import.meta.dirname, 'index.ts')
const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'carrel-embedded-'))
const started: EmbeddedPostgres[] = []
const servers: ChildProcess[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) server.kill('SIGKILL')
  await Promise.all(started.splice(0).map((pg) => pg.stop()))
})
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }))

async function start(dataDir: string, durable = false) {
  const pg = await startEmbeddedPostgres({ dataDir, durable })
  started.push(pg)
  return pg
}

async function query<T extends postgres.Row>(pg: EmbeddedPostgres, text: string): Promise<T> {
  const sql = postgres({ ...pg.options, max: 1, onnotice: () => {} })
  try {
    const [row] = await sql.unsafe<T[]>(text)
    return row as T
  } finally {
    await sql.end()
  }
}

/** A server in another process, to be killed; prints its Postgres' pid when that is up. */
function serverProcess(dataDir: string, how: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {}) {
  const code = `
    const { startEmbeddedPostgres } = await import(process.argv[1])
    const pg = await startEmbeddedPostgres({ dataDir: process.argv[2], durable: process.argv[3] === 'durable' })
    console.log(pg.pid)
    setInterval(() => {}, 1000)
    process.on('SIGTERM', () => pg.stop().then(() => process.exit()))`
  const server = spawn(process.execPath, ['--input-type=module', '-e', code, entry, dataDir], {
    cwd: '/',
    ...how,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  servers.push(server)
  const up = new Promise<number>((resolve, reject) => {
    let complaint = ''
    server.stderr.on('data', (data: Buffer) => (complaint += String(data)))
    server.stdout.once('data', (data: Buffer) => resolve(Number(data)))
    server.once('exit', () => reject(new Error(complaint)))
  })
  up.catch(() => {})
  return { server, up }
}

async function killed(server: ChildProcess) {
  server.kill('SIGKILL')
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
}

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

async function untilGone(pid: number) {
  for (let tries = 0; tries < 300 && isAlive(pid); tries++) await sleep(10)
  return !isAlive(pid)
}

describe('a life', { timeout: 60_000 }, () => {
  const dataDir = path.join(scratch, 'with spaces', 'long'.repeat(50), 'path'.repeat(50))
  let pg: EmbeddedPostgres

  beforeAll(async () => {
    pg = await startEmbeddedPostgres({ dataDir })
    await query(pg, 'create table kept as select 42 as answer')
  })
  afterAll(() => pg.stop())

  test('gives the owner of the database the rights of a managed server, and no more', async () => {
    const row = await query(
      pg,
      `select current_user::text, rolsuper, rolbypassrls, rolreplication, rolcreaterole, rolcreatedb,
              pg_get_userbyid(datdba)::text as owner
       from pg_roles, pg_database where rolname = current_user and datname = current_database()`,
    )
    expect(row).toEqual({
      current_user: 'carrel_owner',
      rolsuper: false,
      rolbypassrls: false,
      rolreplication: false,
      rolcreaterole: true,
      rolcreatedb: true,
      owner: 'carrel_owner',
    })
    for (const name of ['pg_trgm', 'unaccent']) await query(pg, `create extension ${name}`)
  })

  test('keeps checksums, crash safety and an order that no library update changes', async () => {
    const row = await query(
      pg,
      `select current_setting('data_checksums') as checksums, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages,
              datlocprovider::text as provider, datlocale as locale, lower('ÄЖΣ') as folded
       from pg_database where datname = current_database()`,
    )
    expect(row).toEqual({ checksums: 'on', fsync: 'on', commit: 'on', pages: 'on', provider: 'b', locale: 'C.UTF-8', folded: 'äжσ' })
  })

  test('listens on a private socket only, and asks for the password', async () => {
    expect(fs.statSync(pg.options.host).mode & 0o777).toBe(0o700)
    expect(path.join(pg.options.host, '.s.PGSQL.5432').length).toBeLessThanOrEqual(103)
    expect(await query(pg, `select current_setting('listen_addresses') as addresses`)).toEqual({ addresses: '' })
    const credentials = path.join(dataDir, 'postgres', 'credentials.json')
    expect(fs.statSync(credentials).mode & 0o777).toBe(0o600)
    const wrong = postgres({ ...pg.options, password: 'wrong', max: 1 })
    await expect(wrong`select 1`).rejects.toMatchObject({ code: '28P01' })
    await wrong.end()
  })

  test.runIf(isLinux)('runs as an ordinary user in a session of its own', () => {
    const [uid] = /^Uid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pg.pid}/status`, 'utf8'))?.slice(1) ?? []
    expect(Number(uid)).not.toBe(0)
    const session = fs.readFileSync(`/proc/${pg.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]
    expect(Number(session)).toBe(pg.pid)
  })

  test('refuses a second server on the same data, in this process and in another', async () => {
    const refusal = new RegExp(`Another Carrel \\(process ${process.pid}\\) is using .*: stop it first`)
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(refusal)
    await expect(serverProcess(dataDir).up).rejects.toThrow(refusal)
    expect(await query(pg, 'select answer from kept')).toEqual({ answer: 42 })
  })

  test('stops without a trace outside the data folder and starts again with everything', async () => {
    const { pid, options } = pg
    await pg.stop()
    await pg.stop()
    expect(await pg.exited).toEqual({ expected: true })
    expect(isAlive(pid)).toBe(false)
    expect(fs.existsSync(options.host)).toBe(false)
    const before = performance.now()
    pg = await startEmbeddedPostgres({ dataDir })
    expect(performance.now() - before).toBeLessThan(10_000)
    expect(await query(pg, 'select answer from kept')).toEqual({ answer: 42 })
    expect(pg.options.password).toBe(options.password)
  })

  test('survives kill -9 of Postgres with a busy backend', async () => {
    const sql = postgres({ ...pg.options, max: 1, onnotice: () => {} })
    const busy = sql`select count(*) from generate_series(1, 10000000000)`.catch(() => {})
    await query(pg, 'create table committed as select 1 as one')
    process.kill(pg.pid, 'SIGKILL')
    expect(await pg.exited).toMatchObject({ expected: false, complaint: expect.any(String) })
    await pg.stop()
    pg = await startEmbeddedPostgres({ dataDir })
    expect(await query(pg, 'select one from committed')).toEqual({ one: 1 })
    await busy
    await sql.end({ timeout: 0 })
  })

  test.runIf(isLinux)('is not stopped by the pid file of a machine that went down, though another process has the pid', async () => {
    await pg.stop()
    const cluster = path.join(dataDir, 'postgres', 'cluster')
    const { uid, gid } = fs.statSync(cluster)
    const bystander = spawn('sleep', ['60'], { uid, gid, cwd: '/' })
    try {
      fs.writeFileSync(path.join(cluster, 'postmaster.pid'), `${bystander.pid}\n${cluster}\n1\n5432\n/tmp\n\n0 0\nready\n`)
      pg = await startEmbeddedPostgres({ dataDir })
      expect(await query(pg, 'select answer from kept')).toEqual({ answer: 42 })
      expect(bystander.exitCode).toBeNull()
    } finally {
      bystander.kill()
    }
  })

  test('rotates a big log', async () => {
    await pg.stop()
    const log = path.join(dataDir, 'postgres', 'server.log')
    fs.appendFileSync(log, 'x'.repeat(6 * 1024 * 1024))
    pg = await startEmbeddedPostgres({ dataDir })
    expect(fs.statSync(log).size).toBeLessThan(100_000)
    expect(fs.statSync(`${log}.1`).size).toBeGreaterThan(6 * 1024 * 1024)
  })

  test('says in one line what stands in the way', async () => {
    await pg.stop()
    const home = path.join(dataDir, 'postgres')
    const version = path.join(home, 'cluster', 'PG_VERSION')
    const credentials = path.join(home, 'credentials.json')
    const refusal = async () => {
      const error: unknown = await startEmbeddedPostgres({ dataDir }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(EmbeddedPostgresError)
      expect((error as Error).message).not.toContain('\n')
      return (error as Error).message
    }
    const [original, secret] = [fs.readFileSync(version), fs.readFileSync(credentials)]
    fs.writeFileSync(version, '17\n')
    expect(await refusal()).toMatch(/is of Postgres 17, this Carrel brings 18/)
    fs.writeFileSync(version, original)
    fs.rmSync(credentials)
    expect(await refusal()).toMatch(/credentials\.json is missing/)
    fs.writeFileSync(credentials, secret, { mode: 0o600 })
    const configuration = path.join(home, 'cluster', 'postgresql.conf')
    fs.appendFileSync(configuration, '\nno_such_setting = on\n')
    expect(await refusal()).toMatch(/Postgres did not start: .*server\.log/)
    fs.writeFileSync(configuration, fs.readFileSync(configuration, 'utf8').replace('no_such_setting = on', ''))
    await expect(startEmbeddedPostgres({ dataDir: 'relative' })).rejects.toThrow('not an absolute path')
    pg = await startEmbeddedPostgres({ dataDir })
  })
})

describe('a server that is killed', { timeout: 60_000 }, () => {
  test('during the very first start leaves nothing that hinders the next', async () => {
    const dataDir = path.join(scratch, 'interrupted')
    const home = path.join(dataDir, 'postgres')
    const { server } = serverProcess(dataDir)
    const isUnfinished = () =>
      fs.existsSync(home) && fs.readdirSync(home).some((name) => fs.existsSync(path.join(home, name, 'cluster', 'base')))
    while (!isUnfinished()) await sleep(1)
    await killed(server)
    expect(fs.existsSync(path.join(home, 'cluster'))).toBe(false)
    const pg = await start(dataDir)
    expect(await query(pg, 'select 1 as one')).toEqual({ one: 1 })
    expect(fs.readdirSync(home).filter((name) => name.startsWith('unfinished'))).toEqual([])
  })

  test.runIf(isLinux && spawnSync('setpriv', ['--pdeathsig', 'INT', 'true']).status === 0)('takes its Postgres with it', async () => {
    const dataDir = path.join(scratch, 'orphan')
    const { server, up } = serverProcess(dataDir)
    const pid = await up
    await killed(server)
    expect(await untilGone(pid)).toBe(true)
    await start(dataDir)
  })

  test('and its Postgres running on: the next start ends that one and has its data', async () => {
    const bin = path.join(scratch, 'bin-without-setpriv')
    fs.mkdirSync(bin)
    fs.symlinkSync(spawnSync('which', ['id'], { encoding: 'utf8' }).stdout.trim(), path.join(bin, 'id'))
    const dataDir = path.join(scratch, 'left-running')
    const { server, up } = serverProcess(dataDir, { env: { PATH: bin } })
    const pid = await up
    const oldSocket = fs.readlinkSync(path.join(dataDir, 'postgres', 'socket'))
    await killed(server)
    expect(isAlive(pid)).toBe(true)
    const before = performance.now()
    const pg = await start(dataDir)
    expect(performance.now() - before).toBeLessThan(10_000)
    expect(isAlive(pid)).toBe(false)
    expect(fs.existsSync(oldSocket)).toBe(false)
    expect(await query(pg, 'select 1 as one')).toEqual({ one: 1 })
  })
})

describe.runIf(isRoot && isLinux)('as root', { timeout: 60_000 }, () => {
  const nobody = { uid: 65_534, gid: 65_534 }

  test('keeps the data where it was asked to, though the folder is closed to the user of Postgres', async () => {
    const closed = path.join(scratch, 'closed')
    fs.mkdirSync(closed, { mode: 0o700 })
    const pg = await start(path.join(closed, 'data'))
    expect(await query(pg, 'select 1 as one')).toEqual({ one: 1 })
    expect(fs.statSync(closed)).toMatchObject({ uid: 0, mode: 0o40700 })
    expect(fs.existsSync(path.join(closed, 'data/postgres/cluster/PG_VERSION'))).toBe(true)
  })

  test('copies the programs once when their folder is closed to the user of Postgres', () => {
    const folder = path.join(scratch, 'closed-programs', 'package')
    fs.mkdirSync(path.dirname(folder), { mode: 0o700 })
    fs.cpSync(platformPackage(), folder, { recursive: true, verbatimSymlinks: true })
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: '@x/test', version: `18.0.0-${process.pid}` }))
    const { postgres: program } = findBinaries(nobody, folder)
    try {
      expect(program).toBe(`/var/lib/carrel/postgres-test-18.0.0-${process.pid}/bin/postgres`)
      expect(findBinaries(nobody, folder).postgres).toBe(program)
      expect(spawnSync(program, ['--version'], { ...nobody, cwd: '/', encoding: 'utf8' }).stdout).toContain('18.4')
    } finally {
      fs.rmSync(path.resolve(program, '../..'), { recursive: true })
    }
  })

  test('carries on as the user that made the data; that user cannot open root’s', async (context) => {
    if (spawnSync('test', ['-r', entry], { ...nobody, cwd: '/' }).status !== 0) context.skip('this checkout is closed to nobody')
    const theirs = path.join(scratch, 'nobodys')
    fs.mkdirSync(theirs)
    fs.chownSync(theirs, nobody.uid, nobody.gid)
    fs.chmodSync(scratch, 0o711)
    const { server, up } = serverProcess(theirs, nobody)
    expect(fs.statSync(`/proc/${await up}`).uid).toBe(nobody.uid)
    server.kill('SIGTERM')
    await once(server, 'exit')
    const pg = await start(theirs)
    expect(fs.statSync(`/proc/${pg.pid}`).uid).toBe(nobody.uid)

    const ours = path.join(scratch, 'roots')
    fs.mkdirSync(ours)
    await (await start(ours)).stop()
    await expect(serverProcess(ours, nobody).up).rejects.toThrow(/DATA_DIR cannot be used|belongs to another user/)
  })
})
