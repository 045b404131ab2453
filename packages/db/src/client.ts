import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres, { type Options, type Sql } from 'postgres'
import { loginPassword, type Login } from './roles.ts'

/** Where a database is: a URL, or the socket folder of the embedded one. */
export type Target = { url: string } | { host: string; port: number; database: string }
export type Credentials = { user: string; password: string }

/** Opens a pool. A credential given here wins over the one in the URL. */
export function connect(target: Target, credentials: Credentials | null, options: Options<Record<string, never>> = {}): Sql {
  const settings = {
    onnotice: () => {},
    ...options,
    connection: { application_name: 'carrel', ...options.connection },
    ...(credentials && { user: credentials.user, password: credentials.password }),
  }
  if ('url' in target) return postgres(target.url, settings)
  return postgres({ ...settings, host: target.host, port: target.port, database: target.database })
}

export type Pools = {
  /** Requests and jobs, under row policies. */
  app: Sql
  /** Better Auth's tables. */
  auth: Sql
  authDb: PostgresJsDatabase
  /** The job queue's tables. */
  jobs: Sql
  end: () => Promise<void>
}

/** URLs of the run-time logins, where the server may not make roles itself. */
export type LoginUrls = Partial<Record<Login, string>>

/** Opens one pool for each run-time login. Statements end after 30 s, idle transactions after 60 s. */
export function openPools(target: Target, secret: string, urls: LoginUrls = {}, max = 10): Pools {
  const open = (login: Login, size: number) => {
    const url = urls[login]
    return connect(url ? { url } : target, url ? null : { user: login, password: loginPassword(secret, login) }, {
      max: size,
      connection: { statement_timeout: 30_000, idle_in_transaction_session_timeout: 60_000 },
    })
  }
  const app = open('carrel_app', max)
  const auth = open('carrel_auth', 4)
  const jobs = open('carrel_jobs', 3)
  return {
    app,
    auth,
    authDb: drizzle({ client: auth }),
    jobs,
    end: async () => {
      await Promise.all([app.end({ timeout: 5 }), auth.end({ timeout: 5 }), jobs.end({ timeout: 5 })])
    },
  }
}
