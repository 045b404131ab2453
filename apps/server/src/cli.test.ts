import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { hashPassword } from '@carrel/auth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSender, openEvents, type Sender } from './testing/send.ts'
import { tempDir } from './testing/server.ts'

const scratch = tempDir()
const dataDir = path.join(scratch, 'data')
const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH,
  HOME: scratch,
  NODE_ENV: 'production',
  DATA_DIR: dataDir,
  ...more,
})

/** The command line as the operator types it. */
async function carrel(args: readonly string[], input = '', env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'cli.ts'), ...args], {
    env: environment(env),
    cwd: scratch,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<[number | null]>])
  return { code, out, err }
}

afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }))

describe('called wrongly', { timeout: 30_000 }, () => {
  test.each([
    [[], /A command is missing/],
    [['toString'], /no command toString/],
    [['ban', 'x@example.org', '--reason', 'x', '--until', '2001-01-01T00:00:00Z'], /future/],
    [['reset-password', 'x@example.org', '--password', 'in the list of processes'], /--password/],
    [['create-admin', '--name', 'X', '--email', 'nothing'], /--email/],
    [['import-members', 'x'], /missing/],
  ])('%j ends with 2 and says how it is called', async (args, message) => {
    const { code, out, err } = await carrel(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(err).toContain('Usage: carrel COMMAND')
  })

  test('help ends with 0', async () => {
    expect(await carrel(['--help'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('import-members WORKSPACE FILE') })
  })

  test('where no Carrel is, nothing is made', async () => {
    const { code, err } = await carrel(['list-users'])
    expect([code, err.split('\n').length]).toEqual([1, 2])
    expect(err).toContain(`no Carrel in ${dataDir}`)
    expect(existsSync(dataDir)).toBe(false)
  })
})

describe('the command line', { timeout: 180_000 }, () => {
  let server: ChildProcess
  let port: number
  let send: Sender
  let ada: string
  const signIn = async (email: string, password: string) => {
    const answer = await send('POST', '/api/auth/sign-in/email', { body: { email, password } })
    return { status: answer.status, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' }
  }
  const ask = (method: string, at: string, body?: unknown, organization?: string) =>
    send(method, `/api/v1${at}`, { cookie: ada, body, organization })

  beforeAll(async () => {
    // Before the server was ever started: the database is made and stopped again.
    const refused = await carrel(['create-admin', '--name', 'Ada', '--email', 'ada@example.org', '--password-stdin'], 'short\n')
    expect(refused).toMatchObject({ code: 1, out: '', err: 'A password has 8 to 128 characters.\n' })
    const made = await carrel(['create-admin', '--name', 'Ada', '--email', 'Ada@Example.org', '--password-stdin'], 'ada has a password\n')
    expect(made).toEqual({ code: 0, err: '', out: expect.stringMatching(/^Ada@Example.org is an operator of this server\.\n$/i) })
    const alone = await carrel(['list-users', '--only', 'operators'])
    expect(alone).toEqual({ code: 0, err: '', out: 'ada@example.org\tAda\toperator\n' })
    expect(existsSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'))).toBe(false)

    server = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
      env: environment({ PORT: '0', HOST: '127.0.0.1' }),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    server.stdout?.on('data', (data: Buffer) => (said += String(data)))
    // While it starts, the command line waits for its database.
    for (let i = 0; i < 600 && !existsSync(path.join(dataDir, 'postgres/server.pid')); i++) await wait(10)
    const early = carrel(['list-users'])
    for (let i = 0; i < 600 && !said.includes('ready at'); i++) await wait(50)
    port = Number(/ready at http:\/\/localhost:(\d+)/.exec(said)?.[1])
    expect(said).not.toContain('/setup?code=')
    expect((await early).code).toBe(0)
    send = createSender(port)
    ada = (await signIn('ada@example.org', 'ada has a password')).cookie
  }, 180_000)
  afterAll(async () => {
    send.end()
    if (server.exitCode !== null) return
    server.kill('SIGTERM')
    await once(server, 'exit')
  })

  test('makes further operators beside the running server, with a password that it tells once', async () => {
    const made = await carrel(['create-admin', '--name', 'Bob', '--email', 'bob@example.org'])
    expect(made).toMatchObject({ code: 0, err: '' })
    const password = /^Password: (\S{20})$/m.exec(made.out)?.[1] ?? ''
    const { cookie } = await signIn('bob@example.org', password)
    expect(await send('GET', '/api/v1/instance/users', { cookie })).toMatchObject({ status: 200 })
    const again = await carrel(['create-admin', '--name', 'Bob', '--email', 'BOB@example.org'])
    expect(again).toMatchObject({ code: 1, out: '', err: expect.stringContaining('There is an account with the address') })
  })

  test('sets passwords, bans and unbans; who is there hears of it at once, and the log tells of the command line', async () => {
    await ask('POST', '/instance/users', { name: 'Cleo', email: 'cleo@example.org', password: 'the first one' })
    const first = await signIn('cleo@example.org', 'the first one')
    {
      await using stream = await openEvents(port, first.cookie)
      expect(await carrel(['reset-password', 'cleo@example.org', '--password-stdin'], 'the second one\n')).toMatchObject({
        code: 0,
        err: '',
      })
      await stream.ended
    }
    expect((await signIn('cleo@example.org', 'the first one')).status).toBe(401)
    const second = await signIn('CLEO@example.org', 'the second one')
    expect(second.status).toBe(200)
    {
      await using stream = await openEvents(port, second.cookie)
      const until = new Date(Date.now() + 3_600_000).toISOString()
      expect(await carrel(['ban', 'cleo@example.org', '--reason', 'Spam', '--until', until])).toEqual({
        code: 0,
        err: '',
        out: `cleo@example.org is banned until ${until} and signed out everywhere.\n`,
      })
      await stream.ended
    }
    expect((await signIn('cleo@example.org', 'the second one')).status).toBe(403)
    expect((await carrel(['list-users', '--only', 'banned'])).out).toBe('cleo@example.org\tCleo\tbanned\n')
    expect(await carrel(['unban', 'cleo@example.org'])).toMatchObject({ code: 0, out: 'cleo@example.org may sign in again.\n' })
    expect((await signIn('cleo@example.org', 'the second one')).status).toBe(200)
    const [user] = (await carrel(['list-users', '--query', 'CLEO', '--json'])).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string })
    const { items } = (await ask('GET', `/instance/audit?targetId=${user?.id}`)).json as { items: object[] }
    const byConsole = { actorId: null, actorName: 'The operator (command line)' }
    expect(items).toMatchObject([
      { action: 'user.unbanned', ...byConsole },
      { action: 'user.banned', reason: 'Spam', ...byConsole },
      { action: 'user.password-reset', ...byConsole },
      { action: 'user.created', actorName: 'Ada' },
    ])
  })

  test('refuses what cannot be: nobody of that name, the last operator', async () => {
    expect(await carrel(['ban', 'nobody@example.org', '--reason', 'x'])).toEqual({
      code: 1,
      out: '',
      err: 'There is no user nobody@example.org.\n',
    })
    await ask(
      'POST',
      `/instance/users/${(JSON.parse((await carrel(['list-users', '--query', 'bob@', '--json'])).out) as { id: string }).id}/ban`,
      { reason: 'x' },
    )
    expect(await carrel(['ban', 'ada@example.org', '--reason', 'x'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('last operator'),
    })
    expect((await ask('GET', '/account')).status).toBe(200)
  })

  test('members leave a workspace by a file and come to another by it, and nothing is half done', async () => {
    const { slug } = (await ask('POST', '/organizations', { name: 'First Readers' })).json as { slug: string }
    const target = (await ask('POST', '/organizations', { name: 'Second Readers' })).json as { id: string; slug: string }
    await ask('POST', '/roles', { name: 'Curator', permissions: ['book:read'] }, slug)
    const hash = await hashPassword('brought along')
    const lines = [
      { name: 'Dora', email: 'Dora@example.org', roles: ['librarian', 'curator'], teams: ['Night', 'Day'], passwordHash: hash },
      { name: 'Emil', email: 'emil@example.org' },
      { email: 'cleo@example.org', roles: ['guest'], teams: ['Night'] },
    ]
    const file = path.join(scratch, 'members.jsonl')
    writeFileSync(file, `\uFEFF${lines.map((line) => JSON.stringify(line)).join('\r\n')}\n\n`)

    const would = await carrel(['import-members', slug, 'members.jsonl', '--dry-run'])
    const summary = '3 people: 2 new accounts, 3 new members, 0 members with more roles or teams.\nNew teams: Night, Day\n'
    expect(would).toEqual({ code: 0, err: '', out: `Nothing was written. It would be:\n${summary}` })
    expect((await carrel(['list-users', '--query', 'dora'])).out).toBe('')
    expect(await carrel(['import-members', slug, 'members.jsonl'])).toEqual({ code: 0, err: '', out: `Imported.\n${summary}` })
    expect((await signIn('dora@example.org', 'brought along')).status).toBe(200)
    expect((await carrel(['import-members', slug, '-'], JSON.stringify(lines))).out).toContain(
      '0 new accounts, 0 new members, 0 members with more',
    )

    expect(await carrel(['export-members', slug, 'out.jsonl'])).toEqual({ code: 0, err: '', out: '' })
    const out = path.join(scratch, 'out.jsonl')
    expect(statSync(out).mode & 0o777).toBe(0o600)
    const exported = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(exported).toEqual([
      { name: 'Ada', email: 'ada@example.org', roles: ['owner'], teams: [] },
      { name: 'Cleo', email: 'cleo@example.org', roles: ['guest'], teams: ['Night'] },
      { name: 'Dora', email: 'dora@example.org', roles: ['librarian', 'Curator'], teams: ['Day', 'Night'] },
      { name: 'Emil', email: 'emil@example.org', roles: ['member'], teams: [] },
    ])
    const { items } = (await ask('GET', '/audit?kind=member', undefined, slug)).json as { items: object[] }
    expect(items).toHaveLength(3)
    expect(items[0]).toMatchObject({ action: 'member.created', actorId: null, actorName: 'The operator (command line)' })

    // The other workspace has no such role.
    const refused = await carrel(['import-members', target.slug, 'out.jsonl'])
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no role Curator') })
    expect((await carrel(['export-members', target.id])).out).toBe(`${JSON.stringify(exported[0])}\n`)
    expect(await carrel(['export-members', 'no-such-workspace'])).toMatchObject({ code: 1, out: '' })
  })

  test('a file with faults names each of them by its line', async () => {
    const lines = [
      '{"email":"x@example.org"',
      '{"name":"X","email":"nothing"}',
      '{"name":"X","email":"x@example.org","secret":1}',
      '{"name":"X","email":"y@example.org","passwordHash":"plain"}',
      '{"name":"X","email":"z@example.org"}',
      '{"name":"X","email":"Z@example.org"}',
    ]
    const { code, err } = await carrel(['import-members', 'first-readers', '-'], lines.join('\n'))
    expect(code).toBe(1)
    expect(err).toMatch(
      /^Nothing was imported\.\nline 1: this is no JSON\nline 2: email .*\nline 3: .*secret.*\nline 4: passwordHash must be a hash .*\nline 6: z@example.org stands at line 5 already\n$/,
    )
    const nameless = await carrel(['import-members', 'first-readers', '-'], '{"email":"nobody-yet@example.org"}')
    expect(nameless).toMatchObject({ code: 1, err: expect.stringContaining('nobody-yet@example.org has no account yet') })
    expect(await carrel(['import-members', 'first-readers', 'missing.jsonl'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('ENOENT'),
    })
  })

  test('a hash by bcrypt is taken as it is', async () => {
    const bcrypt = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'
    const line = JSON.stringify({ name: 'Bea', email: 'bea@example.org', passwordHash: bcrypt })
    expect(await carrel(['import-members', 'first-readers', '-'], line)).toMatchObject({ code: 0, err: '' })
    const { out } = await carrel(['list-users', '--query', 'bea@', '--json'])
    const { id } = JSON.parse(out) as { id: string }
    expect((await ask('GET', `/instance/users/${id}`)).json).toMatchObject({ hasPassword: true })
  })

  test('told another secret than that of the database, it changes nothing', async () => {
    const { code, err } = await carrel(['list-users'], '', { BETTER_AUTH_SECRET: 'another-secret-0123456789-0123456789-xyz' })
    expect(code).toBe(1)
    expect(err.trim().split('\n')).toHaveLength(1)
  })
})
