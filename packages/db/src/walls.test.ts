import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTransact, newId } from './index.ts'
import { book, library, readingState } from './schema/index.ts'
import {
  buildSqlWorld,
  createTestDatabase,
  fillRows,
  freshPlace,
  insertRow,
  otherTables,
  placeRows,
  runSqlMatrix,
  tenantTables,
  type SqlWorld,
  type TenantTable,
  type TestDatabase,
} from './testing.ts'

let db: TestDatabase
let world: SqlWorld

beforeAll(async () => {
  db = await createTestDatabase()
  world = await buildSqlWorld(db.superuser)
})
afterAll(() => db[Symbol.asyncDispose]())

const token = (name: keyof SqlWorld['users']) => `token-${world.users[name]}`

describe('the SQL matrix', () => {
  test('has a row for every table', async () => {
    const tables = await db.superuser<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`
    expect([...tenantTables, ...otherTables].toSorted()).toEqual(tables.map((table) => table.name).toSorted())
  })

  test('every statement of every actor on every table does what the table of rules says', { timeout: 120_000 }, async () => {
    const { cells, failures } = await runSqlMatrix(db.login('carrel_app'), db.superuser, world)
    expect(failures).toEqual([])
    expect(cells).toBeGreaterThan(4000)
  })
})

describe('references', () => {
  /** Columns that name a row of a tenant table, by table. */
  const references: [TenantTable, string, keyof SqlWorld['places']['open']][] = [
    ['library_access', 'library_id', 'libraryId'],
    ['library_folder', 'library_id', 'libraryId'],
    ['scan', 'library_id', 'libraryId'],
    ['cover_task', 'library_id', 'libraryId'],
    ['cover_task', 'book_id', 'bookId'],
    ['book', 'library_id', 'libraryId'],
    ['book', 'publisher_id', 'publisherId'],
    ['book', 'merged_into', 'bookId'],
    ['book_contributor', 'book_id', 'bookId'],
    ['book_contributor', 'person_id', 'personId'],
    ['book_series', 'book_id', 'bookId'],
    ['book_series', 'series_id', 'seriesId'],
    ['book_tag', 'book_id', 'bookId'],
    ['book_tag', 'tag_id', 'tagId'],
    ['book_identifier', 'book_id', 'bookId'],
    ['book_edit', 'book_id', 'bookId'],
    ['book_change', 'book_id', 'bookId'],
    ['merged_reading', 'book_id', 'bookId'],
    ['book_distinction', 'library_id', 'libraryId'],
    ['book_distinction', 'book_id', 'bookId'],
    ['book_distinction', 'other_id', 'spareBookId'],
    ['former_content', 'library_id', 'libraryId'],
    ['former_content', 'book_id', 'bookId'],
    ['library_file', 'library_id', 'libraryId'],
    ['library_file', 'folder_id', 'folderId'],
    ['library_file', 'book_id', 'bookId'],
    ['reading_state', 'book_id', 'bookId'],
    ['metadata_value', 'book_id', 'bookId'],
    ['metadata_value', 'field_id', 'metadataFieldId'],
    ['custom_role_permission', 'role_id', 'roleId'],
    ['member_role', 'role_id', 'roleId'],
    ['outbox', 'event_id', 'auditId'],
    ['upload', 'library_id', 'libraryId'],
    ['upload', 'book_id', 'bookId'],
    ['team_member', 'team_id', 'teamId'],
    ['library_grant', 'library_id', 'libraryId'],
    ['library_grant', 'team_id', 'teamId'],
    ['admission', 'invitation_id', 'invitationId'],
    ['admission', 'join_link_id', 'joinLinkId'],
    ['admission', 'role_id', 'roleId'],
    ['admission', 'team_id', 'teamId'],
    ['admission', 'library_id', 'libraryId'],
    ['invitation_token', 'invitation_id', 'invitationId'],
    ['mail', 'invitation_id', 'invitationId'],
  ]

  /** An invitation gives one thing a row, so the others must be empty. */
  const alone: Record<string, object> = {
    join_link_id: { invitation_id: null },
    role_id: { builtin: null },
    team_id: { builtin: null },
    library_id: { builtin: null, level: 'viewer' },
  }

  test.each(references)('%s.%s cannot point into another organization, whoever writes it', async (table, column, of) => {
    const row = { ...placeRows[table](world.places.open, world.users.librarian)[0], [column]: world.places.foreign[of] }
    if (table === 'admission') Object.assign(row, alone[column])
    if ('id' in row) row.id = newId()
    const written = db.superuser.begin(async (tx) => {
      // Only the key that is asked about may refuse.
      await tx`delete from ${tx(table)} where organization_id = ${world.organizations.own} ${table === 'member_role' ? tx`and builtin is null` : tx``}`
      await insertRow(tx, table, row)
    })
    await expect(written).rejects.toMatchObject({ code: '23503' })
  })

  test('all of them are in this list', async () => {
    const keys = await db.superuser<{ table: string; column: string }[]>`
      select conrelid::regclass::text as table, a.attname as column from pg_constraint
      join pg_attribute a on a.attrelid = conrelid and a.attnum = any (conkey)
      where contype = 'f' and confrelid::regclass::text = any (${tenantTables as string[]}) and a.attname not in ('organization_id', 'kind')`
    expect(keys.map((key) => `${key.table}.${key.column}`).toSorted()).toEqual(references.map(([t, c]) => `${t}.${c}`).toSorted())
  })

  test('an organization that is deleted takes all its rows along and no other', async () => {
    const organizationId = newId()
    await db.superuser`insert into organization ${db.superuser({ id: organizationId, name: 'Doomed', slug: `doomed-${organizationId.slice(-6)}` })}`
    await db.superuser`insert into member ${db.superuser({ id: newId(), user_id: world.users.member, organization_id: organizationId, role: 'owner' })}`
    await fillRows(db.superuser, freshPlace(organizationId, 'DOOMED'), [world.users.member])
    const count = async (table: string) =>
      (
        await db.superuser<
          { doomed: number; others: number }[]
        >`select count(*) filter (where organization_id = ${organizationId})::int as doomed,
          count(*) filter (where organization_id <> ${organizationId})::int as others from ${db.superuser(table)}`
      )[0]
    const before = new Map<string, number | undefined>()
    for (const table of tenantTables) before.set(table, (await count(table))?.others)
    await db.superuser`delete from organization where id = ${organizationId}`
    for (const table of tenantTables) expect([table, await count(table)]).toEqual([table, { doomed: 0, others: before.get(table) }])
  })
})

describe('a pooled connection', () => {
  const one = () => db.login('carrel_app', 1)
  const enter = (organization: string) => ({ kind: 'organization' as const, token: token('owner'), organization })

  test.each([
    ['a commit', async () => 'done', false],
    ['the commit of a read', async () => 'done', true],
    ['an error of the caller', async () => Promise.reject(new Error('thrown')), false],
    ['an error of the caller in a read', async () => Promise.reject(new Error('thrown')), true],
  ])('keeps no context after %s', async (_what, work, readOnly) => {
    const pool = one()
    const transact = createTransact(pool)
    await transact(
      enter(world.organizations.own),
      async (tx, actor) => {
        expect(actor?.organizationId).toBe(world.organizations.own)
        expect(await tx.select({ id: book.id }).from(book)).not.toEqual([])
        return work()
      },
      { readOnly },
    ).catch(() => {})
    expect(await pool`select id from book`).toHaveLength(0)
    expect(
      await pool`select app.current_organization() as o, app.current_user_id() as u, app.visible_libraries() as l, app.is_operator() as op`,
    ).toEqual([{ o: null, u: null, l: null, op: false }])
  })

  test('keeps no context after a statement that the database refused', async () => {
    const pool = one()
    const refused = createTransact(pool)(enter(world.organizations.own), async (tx) => tx.execute(sql`select 1 / 0`))
    await expect(refused).rejects.toThrow()
    expect(await pool`select id from book`).toHaveLength(0)
  })

  test.each([true, false])(
    'returns to the pool after errors, however many (read-only: %s)',
    async (readOnly) => {
      const transact = createTransact(db.login('carrel_app', 2))
      for (let i = 0; i < 10; i++) {
        await transact(enter(world.organizations.own), async () => Promise.reject(new Error('thrown')), { readOnly }).catch(() => {})
      }
      await expect(transact(enter(world.organizations.own), async () => 'still there', { readOnly })).resolves.toBe('still there')
    },
    5_000,
  )

  test('a hundred transactions of two organizations at once never see each other', async () => {
    const transact = createTransact(db.login('carrel_app', 4))
    const seen = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const mine = i % 2 === 0
        const entry = mine
          ? enter(world.organizations.own)
          : { kind: 'organization' as const, token: token('outsider'), organization: world.organizations.foreign }
        return transact(
          entry,
          async (tx) => {
            await tx.execute(sql`select pg_sleep(${Math.random() / 200})`)
            const rows = await tx.select({ organizationId: book.organizationId }).from(book)
            return (
              rows.every((row) => row.organizationId === (mine ? world.organizations.own : world.organizations.foreign)) && rows.length > 0
            )
          },
          { readOnly: true },
        )
      }),
    )
    expect(seen.every(Boolean)).toBe(true)
  })

  test('a read may not write', async () => {
    const written = createTransact(db.login('carrel_app'))(
      enter(world.organizations.own),
      async (tx) => tx.update(library).set({ name: 'x' }),
      { readOnly: true },
    )
    await expect(written).rejects.toMatchObject({ cause: { code: '25006' } })
  })

  test('entering again leaves nothing of the first entry', async () => {
    const pool = one()
    await pool.begin(async (tx) => {
      await tx`select app.enter_job(${world.places.open.libraryId})`
      await tx`select app.enter(${token('owner')}, 'organization', ${world.organizations.own})`
      expect(await tx`select app.job_library() as job`).toEqual([{ job: null }])
      await tx`select app.enter(${token('operator')}, 'user', null)`
      expect(await tx`select app.current_organization() as o, app.is_operator() as op, app.may('library:read') as may`).toEqual([
        { o: null, op: true, may: false },
      ])
      await tx`select app.enter('unknown', 'user', null)`
      expect(await tx`select app.current_user_id() as u, app.is_operator() as op`).toEqual([{ u: null, op: false }])
    })
  })
})

describe('entering', () => {
  const actorOf = (entry: Parameters<ReturnType<typeof createTransact>>[0]) =>
    createTransact(db.login('carrel_app'))(entry, async (_tx, actor) => actor)

  test.each([
    ['an id in upper case', (w: SqlWorld) => w.organizations.own.toUpperCase(), true],
    ['an id in braces', (w: SqlWorld) => `{${w.organizations.own}}`, false],
    ['an empty name', () => '', false],
    ['spaces', () => '   ', false],
    ['a name with a quote', () => "x' or '1'='1", false],
    ['two names', (w: SqlWorld) => `${w.organizations.own}, ${w.organizations.own}`, false],
    ['the other organization', (w: SqlWorld) => w.organizations.foreign, false],
  ])('an organization named by %s', async (_what, name, entered) => {
    const actor = await actorOf({ kind: 'organization', token: token('owner'), organization: name(world) })
    expect(actor && 'userId' in actor && actor.organizationId !== null).toBe(entered)
  })

  test('a member who was removed, a user who was banned and a session that ended are out at the next transaction', async () => {
    const id = newId()
    const { superuser } = db
    await superuser`insert into "user" ${superuser({ id, name: 'Leaver', email: `${id}@example.org` })}`
    await superuser`insert into member ${superuser({ id: newId(), user_id: id, organization_id: world.organizations.own, role: 'owner' })}`
    await superuser`insert into member_role ${superuser({ user_id: id, organization_id: world.organizations.own, builtin: 'owner' })}`
    await superuser`insert into session ${superuser({ id: newId(), user_id: id, token: id, expires_at: new Date(Date.now() + 60_000), active_organization_id: world.organizations.own })}`
    const entry = { kind: 'organization', token: id, organization: null } as const
    expect(await actorOf(entry)).toMatchObject({ organizationId: world.organizations.own })
    await superuser`update "user" set banned = true where id = ${id}`
    expect(await actorOf(entry)).toBeNull()
    await superuser`update "user" set ban_expires = now() - interval '1 second' where id = ${id}`
    expect(await actorOf(entry)).toMatchObject({ organizationId: world.organizations.own })
    await superuser`delete from member where user_id = ${id}`
    expect(await actorOf(entry)).toMatchObject({ userId: id, organizationId: null, permissions: [] })
    await superuser`update session set expires_at = now() where user_id = ${id}`
    expect(await actorOf(entry)).toBeNull()
  })

  test('a session in somebody’s place ends with the right of the operator who began it', async () => {
    const id = newId()
    const { superuser } = db
    await superuser`insert into "user" ${superuser({ id, name: 'Support', email: `${id}@example.org`, role: 'admin' })}`
    await superuser`insert into session ${superuser({ id: newId(), user_id: world.users.member, token: id, impersonated_by: id, expires_at: new Date(Date.now() + 60_000) })}`
    const entry = { kind: 'organization', token: id, organization: world.organizations.own } as const
    expect(await actorOf(entry)).toMatchObject({ organizationId: world.organizations.own, impersonatorId: id, operator: false })
    await superuser`update "user" set banned = true where id = ${id}`
    expect(await actorOf(entry)).toBeNull()
    await superuser`update "user" set banned = false, role = 'user' where id = ${id}`
    expect(await actorOf(entry)).toBeNull()
    await superuser`delete from "user" where id = ${id}`
    expect(await actorOf(entry)).toBeNull()
  })

  test('a workspace that is suspended or deleted lets nobody in, and its name tells nothing', async () => {
    const entry = { kind: 'organization', token: token('owner'), organization: world.organizations.own } as const
    for (const column of ['suspended_at', 'deleted_at']) {
      await db.superuser`update organization set ${db.superuser(column)} = now() where id = ${world.organizations.own}`
      expect(await actorOf(entry)).toMatchObject({ organizationId: null, permissions: [] })
      await db.superuser`update organization set ${db.superuser(column)} = null where id = ${world.organizations.own}`
    }
    expect(await actorOf(entry)).toMatchObject({ organizationId: world.organizations.own })
  })

  test('a member holds the union of all roles', async () => {
    const permissionsOf = async () => {
      const actor = await actorOf({ kind: 'organization', token: token('guest'), organization: world.organizations.own })
      return actor && 'permissions' in actor ? actor.permissions.toSorted() : null
    }
    const before = await permissionsOf()
    const of = { organization_id: world.organizations.own }
    const ids = [newId(), newId()]
    for (const [at, permission] of ['role:read', 'team:read'].entries()) {
      const id = ids[at] ?? ''
      await db.superuser`insert into custom_role ${db.superuser({ ...of, id, name: id, name_key: id })}`
      await db.superuser`insert into custom_role_permission ${db.superuser({ ...of, role_id: id, permission })}`
      await db.superuser`insert into member_role ${db.superuser({ ...of, user_id: world.users.guest, role_id: id })}`
    }
    expect(await permissionsOf()).toEqual([...(before ?? []), 'role:read', 'team:read'].toSorted())
    await db.superuser`delete from custom_role where id = ${ids[0] ?? ''}`
    expect(await permissionsOf()).toEqual([...(before ?? []), 'team:read'].toSorted())
    await db.superuser`delete from custom_role where id = ${ids[1] ?? ''}`
  })

  test('policies about roles ask for what the guards of the catalogue name', async () => {
    const seen = async () => {
      const entry = { kind: 'organization', token: token('member'), organization: world.organizations.own } as const
      return createTransact(db.login('carrel_app', 1))(entry, async (tx) => (await tx.execute('select id from custom_role')).length)
    }
    expect(await seen()).toBe(0)
    await db.superuser`update guard_permission set permission = 'book:read' where guard = 'roles.view'`
    expect(await seen()).toBeGreaterThan(0)
    await db.superuser`update guard_permission set permission = 'role:read' where guard = 'roles.view'`
    expect(await seen()).toBe(0)
  })

  test('a role that the catalogue does not know holds nothing', async () => {
    const id = newId()
    const { superuser } = db
    await superuser`insert into "user" ${superuser({ id, name: 'Odd', email: `${id}@example.org` })}`
    await superuser`insert into member ${superuser({ id: newId(), user_id: id, organization_id: world.organizations.own, role: 'owner,admin' })}`
    await superuser`insert into session ${superuser({ id: newId(), user_id: id, token: id, expires_at: new Date(Date.now() + 60_000) })}`
    expect(await actorOf({ kind: 'organization', token: id, organization: world.organizations.own })).toMatchObject({ permissions: [] })
  })
})

test('who acts in the place of somebody changes neither their name nor their other sessions', async () => {
  const transact = createTransact(db.login('carrel_app'))
  const change = (entry: { kind: 'user'; token: string }) =>
    transact(entry, async (tx) => {
      const renamed = await tx.execute(sql`update "user" set name = 'renamed' where id = ${world.users.member} returning id`)
      const ended = await tx.execute(sql`delete from session where user_id = ${world.users.member} returning id`)
      throw Object.assign(new Error('undone'), { renamed: renamed.length, ended: ended.length })
    })
  await expect(change({ kind: 'user', token: 'token-in-place' })).rejects.toMatchObject({ renamed: 0, ended: 1 })
  await expect(change({ kind: 'user', token: token('member') })).rejects.toMatchObject({ renamed: 1, ended: 3 })
})

describe('owners', () => {
  const make = async (owners: number) => {
    const organizationId = newId()
    await db.superuser`insert into organization ${db.superuser({ id: organizationId, name: 'Owned', slug: `owned-${organizationId}` })}`
    const people: string[] = []
    for (let n = 0; n < owners; n += 1) {
      const id = newId()
      people.push(id)
      await db.superuser`insert into "user" ${db.superuser({ id, name: 'Owner', email: `${id}@example.org` })}`
      await db.superuser`insert into member ${db.superuser({ id: newId(), user_id: id, organization_id: organizationId, role: 'guest' })}`
      await db.superuser`insert into member_role ${db.superuser({ user_id: id, organization_id: organizationId, builtin: 'owner' })}`
      await db.superuser`insert into session ${db.superuser({ id: newId(), user_id: id, token: id, expires_at: new Date(Date.now() + 60_000) })}`
    }
    return { organizationId, people }
  }
  const owners = (organizationId: string) =>
    db.superuser`select role from member where organization_id = ${organizationId} and role = 'owner'`

  test('the column of Better Auth follows the highest built-in role', async () => {
    const { organizationId, people } = await make(2)
    const role = async () => (await db.superuser<{ role: string }[]>`select role from member where user_id = ${people[1] ?? ''}`)[0]?.role
    expect(await role()).toBe('owner')
    await db.superuser`insert into member_role ${db.superuser({ user_id: people[1] ?? '', organization_id: organizationId, builtin: 'librarian' })}`
    expect(await role()).toBe('owner')
    await db.superuser`delete from member_role where user_id = ${people[1] ?? ''} and builtin = 'owner'`
    expect(await role()).toBe('librarian')
    await db.superuser`delete from member_role where user_id = ${people[1] ?? ''}`
    expect(await role()).toBe('guest')
  })

  test.each([
    ['demoted', (id: string) => sql`delete from member_role where user_id = ${id} and builtin = 'owner'`],
    ['removed', (id: string) => sql`delete from member where user_id = ${id}`],
  ])('of two that are %s by each other at the same moment one stays', async (_how, statement) => {
    const transact = createTransact(db.login('carrel_app', 4))
    for (let round = 0; round < 5; round += 1) {
      const { organizationId, people } = await make(2)
      let entered = 0
      const bothIn = Promise.withResolvers<void>()
      const results = await Promise.allSettled(
        people.map((id, at) =>
          transact({ kind: 'organization', token: people[1 - at] ?? '', organization: organizationId }, async (tx) => {
            entered += 1
            if (entered === 2) bothIn.resolve()
            await bothIn.promise
            await tx.execute(statement(id))
          }),
        ),
      )
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
      const refused = results.find((result) => result.status === 'rejected')
      expect(refused?.reason).toMatchObject({ cause: { code: '23514', constraint_name: 'last_owner' } })
      expect(await owners(organizationId)).toHaveLength(1)
    }
  })

  test('the account of the last one cannot go either, but the workspace with its owner can', async () => {
    const { organizationId, people } = await make(1)
    await expect(db.superuser`delete from "user" where id = ${people[0] ?? ''}`).rejects.toMatchObject({ constraint_name: 'last_owner' })
    await db.superuser`delete from organization where id = ${organizationId}`
    await db.superuser`delete from "user" where id = ${people[0] ?? ''}`
  })
})

describe('access to libraries', () => {
  test('follows each change of grants and teams, and counts the highest', async () => {
    const { superuser } = db
    const organizationId = newId()
    await superuser`insert into organization ${superuser({ id: organizationId, name: 'Access', slug: `access-${organizationId}` })}`
    const [anna, ben] = [newId(), newId()]
    for (const id of [anna, ben]) {
      await superuser`insert into "user" ${superuser({ id, name: 'P', email: `${id}@example.org` })}`
      await superuser`insert into member ${superuser({ id: newId(), user_id: id, organization_id: organizationId, role: 'guest' })}`
    }
    const of = { organization_id: organizationId }
    const [shelf, vault, team, other] = [newId(), newId(), newId(), newId()]
    for (const id of [shelf, vault]) await superuser`insert into library ${superuser({ ...of, id, name: id, visibility: 'restricted' })}`
    for (const id of [team, other]) await superuser`insert into team ${superuser({ ...of, id, name: id, name_key: id })}`
    const access = async (user: string) =>
      (
        await superuser<
          { library: string; level: string }[]
        >`select library_id as library, level from library_access where user_id = ${user}`
      )
        .map(({ library, level }) => `${library === shelf ? 'shelf' : 'vault'} ${level}`)
        .toSorted()
    const grant = (library_id: string, to: { user_id: string } | { team_id: string }, level: string) =>
      superuser`insert into library_grant ${superuser({ ...of, library_id, ...to, level } as never)}`

    await grant(shelf, { team_id: team }, 'viewer')
    await grant(vault, { team_id: other }, 'manager')
    expect(await access(anna)).toEqual([])
    await superuser`insert into team_member ${superuser([
      { ...of, team_id: team, user_id: anna },
      { ...of, team_id: team, user_id: ben },
    ])}`
    expect([await access(anna), await access(ben)]).toEqual([['shelf viewer'], ['shelf viewer']])
    await grant(shelf, { user_id: anna }, 'editor')
    expect([await access(anna), await access(ben)]).toEqual([['shelf editor'], ['shelf viewer']])
    await superuser`update library_grant set level = 'manager' where team_id = ${team}`
    expect([await access(anna), await access(ben)]).toEqual([['shelf manager'], ['shelf manager']])
    await superuser`delete from team where id = ${team}`
    expect([await access(anna), await access(ben)]).toEqual([['shelf editor'], []])
    await superuser`insert into team_member ${superuser({ ...of, team_id: other, user_id: anna })}`
    expect(await access(anna)).toEqual(['shelf editor', 'vault manager'])
    await superuser`delete from library where id = ${shelf}`
    expect(await access(anna)).toEqual(['vault manager'])
    await superuser`delete from member where user_id = ${anna}`
    expect(await access(anna)).toEqual([])
    await superuser`delete from "user" where id = ${anna}`
  })
})

describe('doors of the operator', () => {
  const id = newId()
  const doors: Record<string, ReturnType<typeof sql>> = {
    instance_users: sql`select * from app.instance_users(null, null, null, null, 10, null, null)`,
    instance_workspaces: sql`select * from app.instance_workspaces(${id}::uuid)`,
    instance_sessions: sql`select * from app.instance_sessions(${id}::uuid)`,
    instance_organizations: sql`select * from app.instance_organizations(null, null, null, null, 10)`,
    instance_figures: sql`select app.instance_figures()`,
    create_user: sql`select app.create_user(${id}::uuid, ${id}::uuid, 'X', 'x@example.org', null, true)`,
    ban_user: sql`select app.ban_user(${id}::uuid, 'x', null)`,
    unban_user: sql`select app.unban_user(${id}::uuid)`,
    end_sessions: sql`select app.end_sessions(${id}::uuid)`,
    set_operator: sql`select app.set_operator(${id}::uuid, true)`,
    set_password: sql`select app.set_password(${id}::uuid, ${id}::uuid, 'x')`,
    password_token: sql`select app.password_token(${id}::uuid, ${id}::uuid, 'x', now())`,
    delete_user: sql`select app.delete_user(${id}::uuid)`,
    impersonate: sql`select app.impersonate(${id}::uuid, ${id}::uuid, 'x', 'x', now(), null, null, ${id}::uuid)`,
    suspend_organization: sql`select * from app.suspend_organization(${id}::uuid, ${id}::uuid, 'x')`,
    resume_organization: sql`select * from app.resume_organization(${id}::uuid, ${id}::uuid)`,
    remove_organization: sql`select * from app.remove_organization(${id}::uuid, ${id}::uuid)`,
    recover_organization: sql`select * from app.recover_organization(${id}::uuid, ${id}::uuid)`,
    import_member: sql`select app.import_member(${id}::uuid, ${id}::uuid)`,
    'a change of who may sign up': sql`with changed as (update instance set sign_up = 'open' returning 1) select 1 / count(*) from changed`,
    'a line in the log': sql`insert into instance_event (id, actor_name, action, target_type) values (${id}::uuid, 'X', 'user.banned', 'user')`,
    'a mail': sql`insert into mail (id, kind, recipient) values (${id}::uuid, 'test', 'x@example.org')`,
  }

  test.each(Object.entries(doors))('%s is shut to everybody else', async (_name, door) => {
    const transact = createTransact(db.login('carrel_app'))
    const others = [
      { kind: 'user', token: token('owner') },
      { kind: 'organization', token: token('owner'), organization: world.organizations.own },
      { kind: 'organization', token: token('operator'), organization: world.organizations.own },
      { kind: 'user', token: 'no-such-token' },
      { kind: 'visitor' },
      { kind: 'job', libraryId: world.places.open.libraryId },
      { kind: 'mail', mailId: world.places.open.mailId },
    ] as const
    for (const entry of others) {
      const refused = await transact(entry, async (tx) => tx.execute(door)).catch(
        (error: { cause?: { code?: string } }) => error.cause?.code,
      )
      // A change of nothing divides by zero.
      expect([entry, refused]).toEqual([entry, expect.stringMatching(/^(42501|22012)$/)])
    }
  })

  test('what the operator wrote into the log bears their name, and stays', async () => {
    const transact = createTransact(db.login('carrel_app'))
    const write = (actor: string) =>
      transact({ kind: 'user', token: token('operator') }, async (tx) => {
        await tx.execute(
          sql`insert into instance_event (id, actor_id, actor_name, action, target_type) values (${newId()}::uuid, ${actor}::uuid, 'X', 'user.banned', 'user')`,
        )
      })
    await expect(write(world.users.owner)).rejects.toMatchObject({ cause: { code: '42501' } })
    await expect(write(world.users.operator)).resolves.toBeUndefined()
    for (const statement of [sql`update instance_event set reason = 'x'`, sql`delete from instance_event`])
      await expect(transact({ kind: 'user', token: token('operator') }, (tx) => tx.execute(statement))).rejects.toMatchObject({
        cause: { code: '42501' },
      })
  })

  test('nobody acts in a place for more than an hour, and not from the command line', async () => {
    const transact = createTransact(db.login('carrel_app'))
    const impersonate = (minutes: number) =>
      sql`select app.impersonate(${world.users.member}::uuid, ${newId()}::uuid, ${newId()}, 'x', now() + ${`${minutes} minutes`}::interval, null, null, ${newId()}::uuid)`
    const asOperator = { kind: 'user', token: token('operator') } as const
    await expect(transact(asOperator, (tx) => tx.execute(impersonate(62)))).rejects.toMatchObject({ cause: { code: '42501' } })
    const onConsole = { kind: 'console', organization: null } as const
    await expect(transact(onConsole, (tx) => tx.execute(impersonate(5)))).rejects.toMatchObject({ cause: { code: '42501' } })
  })

  test('ids that the database makes are UUIDv7 of this moment', async () => {
    const [row] = await db.superuser<{ id: string }[]>`select app.new_id() as id`
    expect(row?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
    const at = Number.parseInt(row?.id.replaceAll('-', '').slice(0, 12) ?? '', 16)
    expect(Math.abs(at - Date.now())).toBeLessThan(5000)
  })
})

describe('doors of the database', () => {
  test('statistics are refreshed for a job, and for nobody else', async () => {
    const transact = createTransact(db.login('carrel_app'))
    const refresh = sql`select app.refresh_statistics()`
    for (const entry of [
      { kind: 'visitor' },
      { kind: 'organization', token: token('owner'), organization: world.organizations.own },
    ] as const)
      await expect(transact(entry, (tx) => tx.execute(refresh))).rejects.toMatchObject({ cause: { code: '42501' } })
    await transact({ kind: 'job', libraryId: world.places.open.libraryId }, (tx) => tx.execute(refresh))
    const [known] = await db.superuser<{ columns: number }[]>`
      select count(distinct tablename)::int as columns from pg_stats where tablename in ('book', 'library_file') and attname = 'library_id'`
    expect(known?.columns).toBe(2)
  })

  test('a workspace is made for the entered user alone, as its owner', async () => {
    const transact = createTransact(db.login('carrel_app'))
    const id = newId()
    await transact({ kind: 'user', token: token('guest') }, async (tx) =>
      tx.execute(sql`select app.create_organization(${id}, ${newId()}, 'Mine', ${`mine-${id}`})`),
    )
    expect(await db.superuser`select user_id, role from member where organization_id = ${id}`).toEqual([
      { user_id: world.users.guest, role: 'owner' },
    ])
    await db.superuser`delete from organization where id = ${id}`
    const nobody = db.login('carrel_app')`select app.create_organization(${newId()}, ${newId()}, 'None', 'none')`
    await expect(nobody).rejects.toMatchObject({ code: '42501' })
  })

  test('only a workspace that the user belongs to is remembered, in their own session', async () => {
    const transact = createTransact(db.login('carrel_app'))
    const remember = (who: keyof SqlWorld['users'], whose: keyof SqlWorld['users'], organization: string) =>
      transact({ kind: 'user', token: token(who) }, async (tx) =>
        tx.execute(sql`select app.remember_organization(${token(whose)}, ${organization})`),
      )
    const remembered = async (who: keyof SqlWorld['users']) =>
      (await db.superuser<{ id: string | null }[]>`select active_organization_id as id from session where token = ${token(who)}`)[0]?.id
    await db.superuser`update session set active_organization_id = null where token = any (${[token('guest'), token('colleague')]})`
    await remember('guest', 'guest', world.organizations.foreign)
    expect(await remembered('guest')).toBeNull()
    await remember('guest', 'colleague', world.organizations.own)
    expect(await remembered('colleague')).toBeNull()
    await remember('guest', 'guest', world.organizations.own)
    expect(await remembered('guest')).toBe(world.organizations.own)
  })

  test('reading state is written for oneself only, and not for a book out of sight', async () => {
    const transact = createTransact(db.login('carrel_app'))
    const write = (userId: string, bookId: string) =>
      transact({ kind: 'organization', token: token('member'), organization: world.organizations.own }, async (tx) =>
        tx
          .insert(readingState)
          .values({ organizationId: world.organizations.own, userId, bookId, status: 'finished', updatedAt: new Date() })
          .onConflictDoUpdate({
            target: [readingState.organizationId, readingState.userId, readingState.bookId],
            set: { status: 'finished' },
          }),
      )
    await expect(write(world.users.colleague, world.places.open.bookId)).rejects.toMatchObject({ cause: { code: '42501' } })
    await expect(write(world.users.member, world.places.restricted.bookId)).rejects.toMatchObject({ cause: { code: '42501' } })
    await expect(write(world.users.member, world.places.open.bookId)).resolves.toBeDefined()
  })
})
