import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import { connect, type Credentials, type Target } from './client.ts'
import { migrateQueues } from './queues.ts'
import { DatabaseRefusal } from './refusal.ts'
import { ensureRoles, letGateMaintain, secretFingerprint } from './roles.ts'

const lock = 7_274_226_117

export type MigrateOptions = {
  target: Target
  /** Login of the owner; null when the URL carries it. */
  owner: Credentials | null
  secret: string
  folder: string
  /** What each built-in role, and each level of a library grant, allows, and what each guard asks for: from the permission catalogue. */
  heldBy: Record<'role' | 'level' | 'guard', Readonly<Record<string, readonly string[]>>>
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
    await letGateMaintain(owner)
    await owner`insert into instance (secret_fingerprint) values (${secretFingerprint(options.secret)}) on conflict do nothing`
    // A name that a later version took into its own catalogue is no longer the operator's.
    await owner`delete from extra_permission where name = any (${Object.values(options.heldBy.role).flat()})`
    await seedPermissions(owner, 'role', options.heldBy.role)
    await seedPermissions(owner, 'level', options.heldBy.level)
    await seedPermissions(owner, 'guard', options.heldBy.guard)
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

/** Makes `role_permission`, `level_permission` or `guard_permission` hold exactly these, beside what the operator added. */
async function seedPermissions(
  owner: ReturnType<typeof connect>,
  holder: keyof MigrateOptions['heldBy'],
  held: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const json = JSON.stringify(Object.entries(held).flatMap(([name, list]) => list.map((permission) => ({ name, permission }))))
  const wanted = sql`select name, permission from json_to_recordset(${json}::text::json) as w(name text, permission text)`
  const table = sql.identifier(`${holder}_permission`)
  await drizzle({ client: owner }).transaction(async (tx) => {
    await tx.execute(sql`delete from ${table} where (${sql.identifier(holder)}, permission) not in (${wanted})
      and permission not in (select name from extra_permission)`)
    await tx.execute(sql`insert into ${table} ${wanted} on conflict do nothing`)
  })
}
