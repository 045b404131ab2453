import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logins, migrate, refusePrivileged } from './index.ts'
import { connect } from './client.ts'
import * as schema from './schema/index.ts'
import { createTestDatabase, type TestDatabase } from './testing.ts'
import { inject } from 'vitest'

/** Every table has one class; see docs/adr/0001-walls.md. A new table is added here, by hand, with its reason. */
const classes = {
  tenant: [
    'admission',
    'audit_event',
    'book',
    'book_change',
    'book_contributor',
    'book_distinction',
    'book_edit',
    'book_identifier',
    'book_series',
    'book_tag',
    'cover_task',
    'custom_role',
    'custom_role_permission',
    'former_content',
    'invitation_token',
    'join_link',
    'library',
    'library_access',
    'library_file',
    'library_folder',
    'library_grant',
    'member_role',
    'metadata_field',
    'metadata_value',
    'organization_quota',
    'outbox',
    'person',
    'publisher',
    'root_assignment',
    'scan',
    'series',
    'tag',
    'team',
    'team_member',
    'upload',
  ],
  personal: ['merged_reading', 'reading_state'],
  auth: [
    'account',
    'attempt',
    'email_token',
    'invitation',
    'member',
    'organization',
    'organization_slug',
    'rate_limit',
    'session',
    'user',
    'verification',
  ],
  system: ['extra_permission', 'guard_permission', 'instance', 'instance_event', 'level_permission', 'mail', 'role_permission'],
}
const classed = Object.values(classes).flat().toSorted()
const ofTenants = [...classes.tenant, ...classes.personal]

/** Functions that run with the rights of their owner. Each is a door through the walls. */
const definerFunctions = [
  'app.accept_own',
  'app.add_permission',
  'app.admit',
  'app.ban_user',
  'app.bytes_held',
  'app.came_by',
  'app.claim_events',
  'app.could_give',
  'app.could_share',
  'app.count_deleted',
  'app.count_night',
  'app.create_organization',
  'app.create_user',
  'app.decline',
  'app.decline_own',
  'app.delete_organization',
  'app.delete_user',
  'app.discount',
  'app.edited_library',
  'app.empty_trash',
  'app.end_beyond',
  'app.end_sessions',
  'app.end_support',
  'app.ended_organizations',
  'app.ended_uploads',
  'app.enter',
  'app.enter_console',
  'app.enter_job',
  'app.enter_mail',
  'app.expire_missing',
  'app.expire_sidecars',
  'app.expire_trash',
  'app.expire_uploads',
  'app.follow_admission',
  'app.follow_grant',
  'app.follow_link',
  'app.follow_member',
  'app.follow_role',
  'app.follow_team',
  'app.follow_visibility',
  'app.forget_organization',
  'app.has_other_operator',
  'app.held_by',
  'app.ignore_problem',
  'app.impersonate',
  'app.import_member',
  'app.instance_figures',
  'app.instance_organizations',
  'app.instance_sessions',
  'app.instance_users',
  'app.instance_workspaces',
  'app.join',
  'app.keep_owner',
  'app.keep_quota',
  'app.let_go',
  'app.lock_own',
  'app.lock_token',
  'app.logo_of_token',
  'app.may_give',
  'app.may_share',
  'app.merge_reading',
  'app.metadata_uses',
  'app.mirror_role',
  'app.note_event',
  'app.note_heard',
  'app.note_seen',
  'app.open_token',
  'app.outranks',
  'app.own_invitations',
  'app.own_store',
  'app.part_reading',
  'app.password_token',
  'app.purge_organization',
  'app.recount_books',
  'app.recover_organization',
  'app.refresh_access',
  'app.refresh_statistics',
  'app.remember_organization',
  'app.remove_missing',
  'app.remove_organization',
  'app.remove_permission',
  'app.rename_slug',
  'app.require_in_library',
  'app.restore_organization',
  'app.resume_organization',
  'app.retry_problems',
  'app.scheduled_libraries',
  'app.set_operator',
  'app.set_password',
  'app.shares_like_team',
  'app.sign_up_by_token',
  'app.stop_impersonating',
  'app.suspend_organization',
  'app.tell_workspace',
  'app.tidy',
  'app.unban_user',
  'app.unused_files',
  'app.unused_pictures',
  'app.waiting_mails',
  'app.waiting_scans',
  'app.watched_folders',
  'app.within_mine',
]
const triggers = [
  'admission_end_beyond',
  'audit_event_outbox',
  'book_count_deleted',
  'custom_role_permission_end_beyond',
  'join_link_end_beyond',
  'library_end_beyond',
  'library_grant_follow',
  'library_keep_shut',
  'member_end_beyond',
  'member_role_end_beyond',
  'member_role_keep_owner',
  'member_role_mirror',
  'session_end_support',
  'session_support_short',
  'team_member_follow',
  'upload_keep_quota',
]

let db: TestDatabase
const rows = async <T>(text: string): Promise<T[]> => [...(await db.superuser.unsafe(text))] as T[]

beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db[Symbol.asyncDispose]())

describe('tables', () => {
  test('each has a class, and each class names tables that exist', async () => {
    const tables = await rows<{ name: string }>(`select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f', 'm', 'v') order by relname collate "C"`)
    expect(tables.map((table) => table.name)).toEqual(classed)
  })

  test('the Drizzle schema and the database hold the same tables and columns', async () => {
    const declared = Object.values(schema as Record<string, unknown>)
      .filter((value) => value instanceof PgTable)
      .map((table) => getTableConfig(table))
    const columns = await rows<{ table: string; column: string; nullable: boolean }>(`select table_name as table, column_name as column,
      is_nullable = 'YES' as nullable from information_schema.columns where table_schema = 'public'`)
    const ours = declared.flatMap((table) =>
      table.columns.map((column) => `${table.name}.${column.name}${column.notNull || column.primary ? '' : '?'}`),
    )
    const theirs = columns.map(({ table, column, nullable }) => `${table}.${column}${nullable ? '?' : ''}`)
    expect(theirs.toSorted()).toEqual(ours.toSorted())
  })

  test('row policies are enabled on all and forced on all but the system tables', async () => {
    const tables = await rows<{ name: string; on: boolean; forced: boolean }>(`select relname as name, relrowsecurity as on,
      relforcerowsecurity as forced from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`)
    for (const { name, on, forced } of tables)
      expect({ name, on, forced }).toEqual({ name, on: true, forced: !classes.system.includes(name) })
  })

  test('each has a policy, none of them for everybody, and tenant policies for each command that is granted', async () => {
    const policies = await rows<{ table: string; name: string; roles: string; command: string }>(
      `select tablename as table, policyname as name, array_to_string(roles, ',') as roles, cmd as command from pg_policies where schemaname = 'public'`,
    )
    expect([...new Set(policies.map((policy) => policy.table))].toSorted()).toEqual(classed)
    for (const { name, roles } of policies)
      expect([name, roles.split(',').every((role) => /^carrel_(app|auth|gate)$/.test(role))]).toEqual([name, true])
    const granted = await rows<{ table: string; command: string }>(`select distinct table_name as table, privilege_type as command
      from information_schema.column_privileges where grantee = 'carrel_app' and table_schema = 'public'
      union select table_name, privilege_type from information_schema.table_privileges where grantee = 'carrel_app' and table_schema = 'public'`)
    for (const { table, command } of granted) {
      const covering = policies.filter(
        (p) => p.table === table && p.roles.includes('carrel_app') && (p.command === command || p.command === 'ALL'),
      )
      expect([table, command, covering.length > 0]).toEqual([table, command, true])
    }
  })

  test.each(ofTenants)(
    '%s: organization_id leads the primary key, every unique index and every foreign key to a tenant table',
    async (table) => {
      const indexes = await rows<{ name: string; primary: boolean; first: string }>(`select c.relname as name, i.indisprimary as primary,
      (select attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0]) as first
      from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'public.${table}'::regclass and i.indisunique`)
      expect(indexes.filter((index) => index.primary)).toHaveLength(1)
      for (const { name, first } of indexes) expect([name, first]).toEqual([name, 'organization_id'])

      const keys = await rows<{
        name: string
        target: string
        from: string[]
        to: string[]
      }>(`select conname as name, confrelid::regclass::text as target,
      array(select attname from unnest(conkey) with ordinality k(n, o) join pg_attribute a on a.attrelid = conrelid and a.attnum = n order by o) as from,
      array(select attname from unnest(confkey) with ordinality k(n, o) join pg_attribute a on a.attrelid = confrelid and a.attnum = n order by o) as to
      from pg_constraint where conrelid = 'public.${table}'::regclass and contype = 'f'`)
      for (const { name, target, from, to } of keys) {
        if (ofTenants.includes(target)) expect([name, from[0], to[0]]).toEqual([name, 'organization_id', 'organization_id'])
      }
      expect(keys.length, 'hangs on something').toBeGreaterThan(['person', 'series', 'publisher', 'tag'].includes(table) ? -1 : 0)

      const [column] = await rows<{ type: string; required: boolean }>(`select format_type(atttypid, null) as type, attnotnull as required
      from pg_attribute where attrelid = 'public.${table}'::regclass and attname = 'organization_id'`)
      expect(column).toEqual({ type: 'uuid', required: true })
    },
  )

  test.each(classes.personal)('%s: the user is part of the key', async (table) => {
    const [key] = await rows<{ columns: string[] }>(`select array(select attname from pg_attribute a where a.attrelid = i.indrelid
      and a.attnum = any (i.indkey)) as columns from pg_index i where i.indrelid = 'public.${table}'::regclass and i.indisprimary`)
    expect(key?.columns).toContain('user_id')
  })

  test('deleting an organization takes every tenant row with it', async () => {
    const orphans = await rows<{ table: string }>(`select relname as table from pg_class c where relnamespace = 'public'::regnamespace
      and exists (select from pg_attribute where attrelid = c.oid and attname = 'organization_id' and not attisdropped) and relkind = 'r'
      and not exists (select from pg_constraint where conrelid = c.oid and contype = 'f' and confdeltype = 'c'
        and conkey @> array(select attnum from pg_attribute where attrelid = c.oid and attname = 'organization_id'))`)
    expect(orphans.map((row) => row.table).toSorted()).toEqual([])
  })
})

describe('grants', () => {
  test('run-time logins hold only select, insert, update and delete, and cannot pass them on', async () => {
    const grants = await rows<{ table: string; grantee: string; privilege: string; grantable: boolean }>(`select c.relname as table,
      coalesce(r.rolname, 'PUBLIC') as grantee, a.privilege_type as privilege, a.is_grantable as grantable
      from pg_class c cross join lateral aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
      where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace, 'pgboss'::regnamespace) and a.grantee <> c.relowner and c.relkind in ('r', 'p', 'v', 'm')`)
    expect(grants.length).toBeGreaterThan(20)
    for (const grant of grants) {
      expect(['carrel_app', 'carrel_auth', 'carrel_jobs', 'carrel_gate'], JSON.stringify(grant)).toContain(grant.grantee)
      // Nobody logs in as the gate, which refreshes what the planner knows of a table.
      const more = grant.grantee === 'carrel_gate' ? ['MAINTAIN'] : []
      expect(['SELECT', 'INSERT', 'UPDATE', 'DELETE', ...more], JSON.stringify(grant)).toContain(grant.privilege)
      expect(grant.grantable, JSON.stringify(grant)).toBe(false)
    }
  })

  test('the app login reads no password, session, address or e-mail table; the auth login reads no library, book or reading row', async () => {
    const may = (login: string, tables: readonly string[]) =>
      rows<{ table: string }>(`select t as table from unnest(array[${tables.map((table) => `'${table}'`).join()}]) t
        where has_table_privilege('${login}', 'public.' || quote_ident(t), 'select, insert, update, delete')
        or has_any_column_privilege('${login}', 'public.' || quote_ident(t), 'select, insert, update')`)
    expect(await may('carrel_app', ['account', 'attempt', 'email_token', 'verification', 'rate_limit', 'organization_slug'])).toEqual([])
    const people = await rows<{
      name: string
    }>(`select attname as name from pg_attribute where attrelid = 'public.user'::regclass and attnum > 0
      and has_column_privilege('carrel_app', attrelid, attnum, 'select') order by 1`)
    expect(people.map(({ name }) => name)).toEqual(['banned', 'created_at', 'email', 'email_verified', 'id', 'image', 'name'])
    const sessions = await rows<{
      name: string
    }>(`select attname as name from pg_attribute where attrelid = 'public.session'::regclass and attnum > 0
      and has_column_privilege('carrel_app', attrelid, attnum, 'select') order by 1`)
    expect(sessions.map(({ name }) => name)).not.toContain('token')
    expect(await may('carrel_auth', [...ofTenants, 'extra_permission', 'guard_permission', 'level_permission', 'role_permission'])).toEqual(
      [],
    )
    expect(await may('carrel_jobs', classed)).toEqual([])
  })

  test('the app login may queue a job but reads no payload of any', async () => {
    const app = db.login('carrel_app')
    await expect(app`select data from pgboss.job`).rejects.toMatchObject({ code: '42501' })
    await expect(app`select * from pgboss.job`).rejects.toMatchObject({ code: '42501' })
    await expect(app`update pgboss.job set state = 'cancelled'`).rejects.toMatchObject({ code: '42501' })
    await expect(app`delete from pgboss.job`).rejects.toMatchObject({ code: '42501' })
    await expect(app`select id from pgboss.job`).resolves.toBeDefined()
  })

  test('run-time logins and the gate own nothing and may not create anything', async () => {
    const roles = [...logins, 'carrel_gate']
    const owned = await rows<{
      thing: string
    }>(`select relname as thing from pg_class where relowner::regrole::text = any (array[${logins.map((l) => `'${l}'`).join()}])
      union all select proname from pg_proc where proowner::regrole::text = any (array[${logins.map((l) => `'${l}'`).join()}])
      union all select nspname from pg_namespace where nspowner::regrole::text = any (array[${roles.map((l) => `'${l}'`).join()}])
      union all select relname from pg_class where relowner::regrole::text = 'carrel_gate'`)
    expect(owned).toEqual([])
    for (const role of roles) {
      const [found] = await rows<{ may: boolean }>(`select has_schema_privilege('${role}', 'public', 'create')
        or has_schema_privilege('${role}', 'app', 'create') or has_schema_privilege('${role}', 'pgboss', 'create')
        or has_database_privilege('${role}', current_database(), 'create') as may`)
      expect([role, found?.may]).toEqual([role, false])
    }
    const privileged = await rows<{
      name: string
    }>(`select rolname as name from pg_roles where rolname = any (array[${roles.map((l) => `'${l}'`).join()}])
      and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)`)
    expect(privileged).toEqual([])
    const memberships = await rows(
      `select from pg_auth_members where member::regrole::text = any (array[${roles.map((l) => `'${l}'`).join()}])`,
    )
    expect(memberships).toEqual([])
  })
})

describe('functions and views', () => {
  test('those with the rights of their owner are on the list, belong to carrel_gate and fix their search path', async () => {
    const found = await rows<{ name: string; owner: string; settings: string | null }>(`select n.nspname || '.' || p.proname as name,
      p.proowner::regrole::text as owner, array_to_string(p.proconfig, ';') as settings
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') order by 1`)
    expect(found.map((f) => f.name)).toEqual(definerFunctions)
    for (const { name, owner, settings } of found) {
      expect([name, owner]).toEqual([name, 'carrel_gate'])
      expect(settings, name).toMatch(/^search_path=pg_catalog, (public, )?pg_temp$/)
    }
  })

  test('nobody but the app login and the gate may call the functions of the schema app', async () => {
    const open = await rows<{
      name: string
      role: string
    }>(`select p.proname as name, r.role from pg_proc p, unnest(array['carrel_auth', 'carrel_jobs']) r(role)
      where p.pronamespace = 'app'::regnamespace and has_function_privilege(r.role, p.oid, 'execute')`)
    expect(open).toEqual([])
  })

  test('no view shows rows with the rights of its owner, and no materialized view holds any', async () => {
    const views = await rows<{ name: string }>(`select relname as name from pg_class where relkind in ('v', 'm')
      and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and (relkind = 'm' or not coalesce(reloptions::text ~ 'security_invoker=(true|on)', false))`)
    expect(views).toEqual([])
  })

  test('no trigger or rule runs code that the list does not name', async () => {
    const found = await rows<{ name: string }>(`select tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not tgisinternal and c.relnamespace in ('public'::regnamespace, 'app'::regnamespace) order by 1`)
    const rules = await rows(`select rulename from pg_rules where schemaname in ('public', 'app')`)
    expect(found.map(({ name }) => name)).toEqual(triggers)
    expect(rules).toEqual([])
  })
})

describe('migrating', () => {
  const options = (target: TestDatabase, over: Partial<Parameters<typeof migrate>[0]> = {}) => ({
    target: target.target,
    owner: target.owner,
    secret: target.secret,
    folder: inject('cluster').migrationsFolder,
    heldBy: { role: { owner: ['library:read'] }, level: {}, guard: {} },
    managePasswords: true,
    ...over,
  })

  test(
    'three replicas that start together on an empty database all succeed, and once more changes nothing',
    { timeout: 60_000 },
    async () => {
      await using fresh = await createTestDatabase(undefined, { empty: true })
      await Promise.all([1, 2, 3].map(() => migrate(options(fresh))))
      const state = () =>
        fresh.superuser`select (select count(*)::int from drizzle.__drizzle_migrations) as migrations, (select count(*)::int from instance) as instances,
        (select md5(string_agg(oid::text, ',' order by oid)) from pg_class) as tables`
      const before = [...(await state())]
      await migrate(options(fresh))
      expect([...(await state())]).toEqual(before)
      expect(before[0]).toMatchObject({ instances: 1 })
    },
  )

  test('servers that start together on several databases of one Postgres do not disturb each other', { timeout: 60_000 }, async () => {
    const databases = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase()))
    try {
      for (let round = 0; round < 3; round++) await Promise.all(databases.map((own) => migrate(options(own))))
    } finally {
      await Promise.all(databases.map((own) => own[Symbol.asyncDispose]()))
    }
  })

  test('a server with another secret is refused and changes nothing', async () => {
    await using own = await createTestDatabase()
    await expect(migrate(options(own, { secret: 'another-secret-0123456789-0123456789-xyz' }))).rejects.toThrow(/BETTER_AUTH_SECRET/)
    const app = own.login('carrel_app')
    expect(await app`select 1 as one`).toMatchObject([{ one: 1 }])
  })

  test('permissions of the roles follow the catalogue at each start', async () => {
    await using own = await createTestDatabase()
    await migrate(options(own, { heldBy: { role: { owner: ['library:read', 'book:read'] }, level: { viewer: ['book:read'] }, guard: {} } }))
    const seeded = await own.superuser`select role, permission from role_permission order by 1, 2`
    expect([...seeded]).toEqual([
      { role: 'owner', permission: 'book:read' },
      { role: 'owner', permission: 'library:read' },
    ])
  })
})

describe('privileged logins', () => {
  test.each([...logins])('%s is accepted', async (login) => {
    await expect(refusePrivileged(db.login(login))).resolves.toBeUndefined()
  })

  test('a superuser and the owner of the tables are refused', async () => {
    await expect(refusePrivileged(db.superuser)).rejects.toThrow(/superuser/)
    const owner = connect(db.target, db.owner, { max: 1 })
    await expect(refusePrivileged(owner)).rejects.toThrow(/create roles|owns tables/)
    await owner.end()
  })

  test.each([
    ['bypassrls', 'create role NAME login bypassrls', /bypass/],
    ['createrole', 'create role NAME login createrole', /create roles/],
    ['a member of the owner', 'create role NAME login in role carrel_owner', /owns tables|privileged/],
    ['a member of the owner who does not inherit', 'create role NAME login noinherit in role carrel_owner', /owns tables|privileged/],
    ['a member of a superuser', 'create role NAME login noinherit in role carrel_super', /owns tables|privileged/],
    ['a member of the gate', 'create role NAME login noinherit in role carrel_gate', /carrel_gate/],
  ])('%s is refused', async (_what, statement, message) => {
    const name = `test_${Math.random().toString(36).slice(2, 10)}`
    await db.superuser.unsafe(`${statement.replace('NAME', name)} password 'pass'`)
    const connection = connect(db.target, { user: name, password: 'pass' }, { max: 1 })
    try {
      await expect(refusePrivileged(connection)).rejects.toThrow(message)
    } finally {
      await connection.end()
      await db.superuser.unsafe(`drop role ${name}`)
    }
  })
})
