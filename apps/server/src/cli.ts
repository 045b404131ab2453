import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { BanUser, ConsoleRefusal, CreateUser, console as deeds, exportMembers, importMembers, limits, readMembers } from '@carrel/api'
import { createOperator, heldBy, needsSetup } from '@carrel/auth'
import { createTransact, migrate, openPools, refusePrivileged, type Pools, type Transact } from '@carrel/db'
import { findRunningPostgres, FolderInUse, startEmbeddedPostgres } from '@carrel/db/embedded'
import { keepSecret, openDataDir } from './data-dir.ts'
import { readEnv, SettingError, type Env } from './env.ts'
import { migrationsDir } from './place.ts'
import { startFailure } from './start-failure.ts'

const usage = `Usage: carrel COMMAND …

  create-admin --name NAME --email ADDRESS     make an operator; the first one closes the setup
  reset-password USER                          set a new password and sign them out everywhere
  list-users [--query TEXT] [--only banned|operators] [--json]
  ban USER --reason TEXT [--until TIME]        keep somebody out; TIME as 2027-01-31T12:00:00Z
  unban USER
  export-members WORKSPACE [FILE]              as JSON lines; without FILE to standard output
  import-members WORKSPACE FILE [--dry-run]    JSON lines or a JSON list; - reads standard input

USER is an address or an id, WORKSPACE an address or an id. create-admin and reset-password make a
password and print it; with --password-stdin they read it from the first line of standard input.
It works while the server runs and when it does not. It ends with 0 when done, 1 when refused or
failed, 2 when it was called wrongly.`

class UsageError extends Error {}

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const complain = (line: string): void => void process.stderr.write(`${line}\n`)

type Given = { positionals: string[]; values: Record<string, string | boolean | undefined> }
type Open = { transact: Transact; authDb: Pools['authDb'] }
type Command = {
  options?: Record<string, { type: 'string' | 'boolean' }>
  /** How many words follow, at least and at most. */
  words: [number, number]
  /** Checks what was given before anything is opened; what it answers is done then. */
  prepare: (given: Given) => Promise<(open: Open) => Promise<void>> | ((open: Open) => Promise<void>)
  /** May make the data folder. */
  begins?: boolean
}

const passwordOption = { 'password-stdin': { type: 'boolean' } } as const

const commands: Readonly<Record<string, Command>> = {
  'create-admin': {
    options: { name: { type: 'string' }, email: { type: 'string' }, ...passwordOption },
    words: [0, 0],
    begins: true,
    async prepare({ values }) {
      const { password, made } = await takePassword(values)
      const input = CreateUser.safeParse({ name: values['name'], email: values['email'], password })
      if (!input.success) throw new UsageError(faultOf(input.error.issues))
      const { name, email } = input.data
      return async ({ transact, authDb }) => {
        const first = (await needsSetup(authDb)) ? await createOperator(authDb, { name, email, password }) : null
        if (first) await deeds.noteFirstOperator(transact, { id: first, name, email })
        else await deeds.createAdmin(transact, { name, email, password })
        say(`${email} is an operator of this server.${made}`)
      }
    },
  },
  'reset-password': {
    options: passwordOption,
    words: [1, 1],
    async prepare({ positionals: [who = ''], values }) {
      const { password, made } = await takePassword(values)
      return async ({ transact }) => {
        const { email } = await deeds.resetPassword(transact, who, password)
        say(`${email} has a new password and is signed out everywhere.${made}`)
      }
    },
  },
  'list-users': {
    options: { query: { type: 'string' }, only: { type: 'string' }, json: { type: 'boolean' } },
    words: [0, 0],
    prepare({ values: { query, only, json } }) {
      if (only !== undefined && only !== 'banned' && only !== 'operators') throw new UsageError('--only takes banned or operators.')
      const filter: Parameters<typeof deeds.eachUser>[1] = { ...(typeof query === 'string' && { query }), ...(only && { only }) }
      return ({ transact }) =>
        deeds.eachUser(transact, filter, (user) => {
          const marks = [user.operator && 'operator', user.ban && 'banned'].filter(Boolean).join(', ')
          say(json ? JSON.stringify(user) : `${user.email}\t${user.name}\t${marks}`)
        })
    },
  },
  ban: {
    options: { reason: { type: 'string' }, until: { type: 'string' } },
    words: [1, 1],
    prepare({ positionals: [who = ''], values: { reason, until } }) {
      if (!reason) throw new UsageError('--reason is missing: say in a line why; the person reads it when they sign in.')
      if (until !== undefined && !BanUser.shape.until.safeParse(until).success)
        throw new UsageError('--until must look like 2027-01-31T12:00:00Z.')
      const input = BanUser.omit({ userId: true }).safeParse({ reason, until })
      if (!input.success) throw new UsageError(faultOf(input.error.issues))
      const end = input.data.until ?? null
      if (end !== null && Date.parse(end) <= Date.now()) throw new UsageError('--until must be in the future.')
      return async ({ transact }) => {
        const { email } = await deeds.ban(transact, who, input.data.reason, end)
        say(`${email} is banned${end === null ? '' : ` until ${end}`} and signed out everywhere.`)
      }
    },
  },
  unban: {
    words: [1, 1],
    prepare:
      ({ positionals: [who = ''] }) =>
      async ({ transact }) => {
        const { email, ban } = await deeds.unban(transact, who)
        say(ban ? `${email} may sign in again.` : `${email} was not banned.`)
      },
  },
  'export-members': {
    words: [1, 2],
    prepare:
      ({ positionals: [workspace = '', file] }) =>
      async ({ transact }) => {
        const lines = (await exportMembers(transact, workspace)).map((member) => `${JSON.stringify(member)}\n`).join('')
        if (file === undefined) process.stdout.write(lines)
        else writeFileSync(file, lines, { mode: 0o600 })
      },
  },
  'import-members': {
    options: { 'dry-run': { type: 'boolean' } },
    words: [2, 2],
    async prepare({ positionals: [workspace = '', file = ''], values }) {
      const members = readMembers(await readFile(file))
      const dryRun = values['dry-run'] === true
      return async ({ transact }) => {
        const { accounts, joined, changed, teams } = await importMembers(transact, workspace, members, { dryRun })
        say(
          [
            dryRun ? 'Nothing was written. It would be:' : 'Imported.',
            `${members.length} people: ${accounts} new accounts, ${joined} new members, ${changed} members with more roles or teams.`,
            ...(teams.length > 0 ? [`New teams: ${teams.join(', ')}`] : []),
          ].join('\n'),
        )
      }
    },
  },
}

async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv
  if (['help', '--help', '-h'].includes(name)) {
    say(usage)
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new UsageError(name ? `There is no command ${name}.` : 'A command is missing.')
  const work = await command.prepare(parse(command, rest))
  // oxlint-disable-next-line no-restricted-properties -- the one place besides env.ts that hands the environment over
  const env = readEnv(process.env)
  await using opened = await open(env, command.begins ?? false)
  await work(opened)
  return 0
}

function parse({ options = {}, words: [least, most] }: Command, rest: string[]): Given {
  try {
    const { positionals, values } = parseArgs({ args: rest, options, allowPositionals: true, strict: true })
    if (positionals.length < least || positionals.length > most)
      throw new UsageError(positionals.length < least ? 'Something is missing.' : `This is too much: ${positionals.slice(most).join(' ')}`)
    return { positionals, values }
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error
    throw new UsageError(error.message)
  }
}

const faultOf = (issues: readonly { path: PropertyKey[]; message: string }[]): string =>
  `--${issues[0]?.path.join('.')}: ${issues[0]?.message}`

/** The password of the first line of standard input, or a new one and how it is told. */
async function takePassword(values: Given['values']): Promise<{ password: string; made: string }> {
  if (values['password-stdin'] !== true) {
    const password = randomBytes(15).toString('base64url')
    return { password, made: `\nPassword: ${password}` }
  }
  const [password = ''] = (await text(process.stdin)).split('\n')
  const trimmed = password.replace(/\r$/, '')
  const { min, max } = limits.passwordLength
  if (trimmed.length < min || trimmed.length > max) throw new ConsoleRefusal(`A password has ${min} to ${max} characters.`)
  return { password: trimmed, made: '' }
}

async function readFile(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConsoleRefusal(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
}

/** The database of the server: the one that runs, or the embedded one, which is started for as long as this takes. */
async function open(env: Env, begins: boolean): Promise<Open & AsyncDisposable> {
  await using opening = new AsyncDisposableStack()
  const folder = path.resolve(env.DATA_DIR)
  const known = env.DATABASE_URL ? env.BETTER_AUTH_SECRET !== undefined || existsSync(path.join(folder, 'secret')) : hasCluster(folder)
  if (!known && !begins)
    throw new SettingError(
      `DATA_DIR: there is no Carrel in ${folder}. Set it as for the server, or make the first account with create-admin.`,
    )
  const dataDir = env.DATABASE_URL && env.BETTER_AUTH_SECRET ? folder : openDataDir(env.DATA_DIR)
  const secret = keepSecret(dataDir, env.BETTER_AUTH_SECRET)
  const urls = {
    ...(env.DATABASE_APP_URL && { carrel_app: env.DATABASE_APP_URL }),
    ...(env.DATABASE_AUTH_URL && { carrel_auth: env.DATABASE_AUTH_URL }),
    ...(env.DATABASE_JOBS_URL && { carrel_jobs: env.DATABASE_JOBS_URL }),
  }
  const database = env.DATABASE_URL ? { target: { url: env.DATABASE_URL }, owner: null, ours: true } : await openEmbedded(dataDir, opening)
  // A running server has brought its database up to date itself.
  if (database.ours) await migrate({ ...database, secret, folder: migrationsDir, heldBy, managePasswords: !env.DATABASE_APP_URL })
  const pools = openPools(database.target, secret, urls, 2)
  opening.defer(() => pools.end())
  await Promise.all([pools.app, pools.auth, pools.jobs].map(refusePrivileged))
  const opened = opening.move()
  return {
    transact: createTransact(pools.app),
    authDb: pools.authDb,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const hasCluster = (folder: string): boolean => existsSync(path.join(folder, 'postgres/cluster'))

async function openEmbedded(dataDir: string, opening: AsyncDisposableStack) {
  const login = ({ host, port, database, user, password }: Awaited<ReturnType<typeof findRunningPostgres>>) => ({
    target: { host, port, database },
    owner: { user, password },
  })
  try {
    const postgres = await startEmbeddedPostgres({ dataDir })
    opening.defer(() => postgres.stop())
    return { ...login(postgres.options), ours: true }
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error
    return { ...login(await findRunningPostgres(dataDir)), ours: false }
  }
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof UsageError) {
    complain(`${error.message}\n\n${usage}`)
    return 2
  }
  if (error instanceof ConsoleRefusal) complain(error.message)
  else complain(startFailure(error) ?? (error instanceof Error ? (error.stack ?? error.message) : 'It failed.'))
  return 1
})
