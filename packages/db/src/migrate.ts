import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import { connect, type Credentials, type Target } from './client.ts'
import { migrateQueues } from './queues.ts'
import { DatabaseRefusal } from './refusal.ts'
import { ensureRoles, secretFingerprint } from './roles.ts'

const lock = 7_274_226_117

export type MigrateOptions = {
  target: Target
  /** Login of the owner; null when the URL carries it. */
  owner: Credentials | null
  secret: string
  folder: string
  /** What each built-in role may do, from the permission catalogue. */
  rolePermissions: Readonly<Record<string, readonly string[]>>
  /** False when the run-time logins are given by URL, with passwords of their own. */
  managePasswords: boolean
}

/**
 * Brings the database to this version, under one advisory lock, so that replicas may start together.
 * @throws DatabaseRefusal when the server has another secret than the one that set the database up, or Postgres is too old.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const owner = connect(options.target, options.owner, { max: 1, idle_timeout: 0, max_lifetime: null })
  try {
    await owner`select pg_advisory_lock(${lock})`
    const [version] = await owner<{ number: number }[]>`select current_setting('server_version_num')::int as number`
    if ((version?.number ?? 0) < 160_000) throw new DatabaseRefusal('DATABASE_URL: Carrel needs PostgreSQL 16 or newer.')
    await refuseOtherSecret(owner, options.secret)
    await ensureRoles(owner, options.secret, options.managePasswords)
    await runMigrations(drizzle({ client: owner }), { migrationsFolder: options.folder })
    await owner`insert into instance (secret_fingerprint) values (${secretFingerprint(options.secret)}) on conflict do nothing`
    await seedPermissions(owner, options.rolePermissions)
    await migrateQueues(owner)
  } finally {
    await owner.end({ timeout: 5 })
  }
}

async function refuseOtherSecret(owner: ReturnType<typeof connect>, secret: string): Promise<void> {
  const [table] = await owner<{ name: string | null }[]>`select to_regclass('public.instance')::text as name`
  if (!table?.name) return
  const [known] = await owner<{ secretFingerprint: string }[]>`select secret_fingerprint as "secretFingerprint" from instance`
  if (known && known.secretFingerprint !== secretFingerprint(secret)) {
    throw new DatabaseRefusal('BETTER_AUTH_SECRET differs from the one this database was set up with; give every replica the same secret.')
  }
}

async function seedPermissions(owner: ReturnType<typeof connect>, rolePermissions: MigrateOptions['rolePermissions']): Promise<void> {
  const wanted = Object.entries(rolePermissions).flatMap(([role, list]) => list.map((permission) => ({ role, permission })))
  const json = JSON.stringify(wanted)
  await drizzle({ client: owner }).transaction(async (tx) => {
    await tx.execute(
      sql`delete from role_permission where (role, permission) not in (select role, permission from json_to_recordset(${json}::text::json) as w(role text, permission text))`,
    )
    await tx.execute(
      sql`insert into role_permission select role, permission from json_to_recordset(${json}::text::json) as w(role text, permission text) on conflict do nothing`,
    )
  })
}
