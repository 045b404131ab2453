import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { heldBy } from '@carrel/auth/catalogue'
import {
  buildSqlWorld,
  createTestDatabase,
  otherTables,
  runSqlMatrix,
  startTestCluster,
  tenantTables,
  type TestCluster,
} from '@carrel/db/testing'
import { createApp } from '../app.ts'
import { createDeps } from '../deps.ts'
import { createWorker } from '../worker.ts'
import { walkAccess, type WalkOptions } from './access/walk.ts'
import { buildAccessWorld } from './access/world.ts'
import { disablePolicies, listFilters, loadWithout, type Filter } from './mutants.ts'
import { startTestServer, tempDir, type Parts } from './server.ts'
import { buildTwins, rescanBesideTwins } from './twins.ts'

type Outcome = { mutant: string; wall: 'policy' | 'grant' | 'function' | 'filter'; killedBy: string | null; why?: string }

/** Mutants that change nothing that anybody could notice, with the reason. */
const equivalent: [RegExp, string][] = [
  [/^outbox without row level security/, 'The app login has no grant on it; functions of the gate alone reach it.'],
  [
    /^books\/queries\.ts .*eq\((book|libraryFolder|library|publisher)\.organizationId, \w+\.organizationId\)/,
    'The other side of the join is narrowed to the organization itself.',
  ],
  [
    /^books\/queries\.ts .*eq\((libraryFile)\.organizationId, scope\.organizationId\)/,
    'It is joined by organization to book, which is narrowed.',
  ],
  [/^books\/queries\.ts .*eq\(bookSeries\.organizationId, organizationId\)/, 'It is joined by organization to book, which is narrowed.'],
  [/^(person|publisher|series|tag)\.\w+_delete using true/, 'The app login holds no right to delete from this table.'],
  [/^cover_task\.\w+ with check true/, 'The app login may write wanted_at alone, so no row can move.'],
  [
    /^invitations\/queries\.ts .*eq\((admission|mail)\.organizationId/,
    'Ids of invitations are unique over all organizations, and those asked about were found in this one.',
  ],
  [
    /^invitations\/queries\.ts (20[0-9]|21[0-9]): eq\(invitation\.organizationId/,
    'The invitation was found in this organization before, and its id is unique over all.',
  ],
  [/^roles\/queries\.ts 9\d: eq\(customRole\.organizationId/, 'The roles were found in this organization before.'],
  [/^invitation\.invitation_change with check true/, 'The app login may write neither organization nor id, so no row can move.'],
  [/^metadata\/queries\.ts \d+: eq\(book\.organizationId/, 'What it answers is a library, which is then looked up in this organization.'],
  [/^metadata_(field|value)\.\w+_update with check true/, 'The app login may write no column of the key, so no row can move.'],
  [
    /^calibre\/queries\.ts \d+: f\.organization_id/,
    'Ids of folders are unique over all organizations, and this one was found in a library of this one.',
  ],
  [/^calibre\/queries\.ts \d+: b\.organization_id/, 'It is joined by organization to library_file, which is narrowed.'],
  [/^instance\.instance_change with check true/, 'The app login may write no column that the policy is about.'],
  [/^mail\.mail_sent with check true/, 'The app login may write neither organization nor id, so no row can move.'],
]

const read = {
  policies: 'off',
  quick: true,
  transports: ['rest'],
  callers: ['owner', 'librarian', 'outsider', 'operator'],
  stopAtFirst: true,
} satisfies WalkOptions

/**
 * Runs all mutants, writes reports/mutations.json and answers the exit status: 0 when each was killed or
 * is known to change nothing.
 */
export async function runMutations(quick: boolean): Promise<number> {
  const { cluster, stop } = await startTestCluster(heldBy)
  const outcomes: Outcome[] = []
  const faults: string[] = []
  const add = (outcome: Outcome) => {
    const known = outcome.killedBy === null ? equivalent.find(([form]) => form.test(outcome.mutant)) : undefined
    outcomes.push(known ? { ...outcome, why: known[1] } : outcome)
    if (outcome.killedBy === null) console.log(`${known ? 'equivalent' : 'SURVIVED'}: ${outcome.mutant}`)
  }
  try {
    await mutateDatabase(cluster, quick, add)
    await mutateFilters(cluster, quick, add, faults)
  } finally {
    await stop()
  }
  const survivors = outcomes.filter((outcome) => outcome.killedBy === null)
  const unexplained = survivors.filter((outcome) => outcome.why === undefined)
  const report = {
    made: outcomes.length,
    killed: outcomes.length - survivors.length,
    survivors: survivors.map(({ mutant, why }) => ({ mutant, why: why ?? null })),
    faults,
  }
  if (!quick) {
    const folder = path.join(import.meta.dirname, '../../../../reports')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'mutations.json'), `${JSON.stringify({ ...report, outcomes }, null, 2)}\n`)
  }
  for (const fault of faults) console.log(fault)
  console.log(
    `mutations: ${report.made} made, ${report.killed} killed, ${survivors.length - unexplained.length} change nothing, ${unexplained.length} survived`,
  )
  return unexplained.length + faults.length > 0 ? 1 : 0
}

const someOf = <T>(list: readonly T[], quick: boolean, every: number): readonly T[] =>
  quick ? list.filter((_, at) => at % every === 0) : list

/** Weakens each policy, each protection of a table and the doors, one at a time; the SQL matrix must notice. */
async function mutateDatabase(cluster: TestCluster, quick: boolean, add: (outcome: Outcome) => void): Promise<void> {
  await using db = await createTestDatabase(cluster)
  const { superuser } = db
  const world = await buildSqlWorld(superuser)
  const app = db.login('carrel_app')
  const notices = async (tables?: readonly string[]) => {
    const { failures } = await runSqlMatrix(app, superuser, world, { stopAtFirst: true, ...(tables && { tables }) })
    return failures[0] ?? null
  }
  const whole = await notices()
  if (whole) throw new Error(`The SQL matrix fails without any mutant: ${whole}`)
  const tryOut = async (wall: Outcome['wall'], mutant: string, change: string, restore: string, tables?: readonly string[]) => {
    await superuser.unsafe(change)
    try {
      add({ wall, mutant, killedBy: await notices(tables) })
    } finally {
      await superuser.unsafe(restore)
    }
  }

  const policies = await superuser<{ table: string; name: string; using: string | null; check: string | null }[]>`
    select tablename as table, policyname as name, qual as using, with_check as check from pg_policies
    where schemaname = 'public' and 'carrel_app' = any (roles) order by 1, 2`
  for (const { table, name, using, check } of someOf(policies, quick, 16)) {
    const alter = (form: string) => `alter policy ${name} on "${table}" ${form}`
    if (using && using !== 'true')
      await tryOut('policy', `${table}.${name} using true`, alter('using (true)'), alter(`using (${using})`), [table])
    if (check && check !== 'true')
      await tryOut('policy', `${table}.${name} with check true`, alter('with check (true)'), alter(`with check (${check})`), [table])
  }
  for (const table of someOf([...tenantTables, 'organization', 'member'], quick, 10)) {
    const form = (what: string) => `alter table "${table}" ${what} row level security`
    await tryOut('policy', `${table} without row level security`, form('disable'), form('enable'), [table])
  }
  for (const table of someOf([...tenantTables, ...otherTables], quick, 10)) {
    await tryOut(
      'grant',
      `${table}: truncate granted`,
      `grant truncate on "${table}" to carrel_app`,
      `revoke truncate on "${table}" from carrel_app`,
      [table],
    )
  }
  for (const table of otherTables.filter(
    // Of people and sessions some columns are readable already; see the policies.
    (name) =>
      ![
        'instance',
        'instance_event',
        'role_permission',
        'level_permission',
        'guard_permission',
        'extra_permission',
        'organization',
        'member',
        'rate_limit',
        'user',
        'session',
      ].includes(name),
  )) {
    await tryOut('grant', `${table}: readable`, `grant select on "${table}" to carrel_app`, `revoke select on "${table}" from carrel_app`, [
      table,
    ])
  }

  const doors: [string, string, string][] = [
    ['app.enter(text,text,text)', 's.expires_at > now()', 'true'],
    ['app.enter(text,text,text)', 'not (u.banned and (u.ban_expires is null or u.ban_expires > now()))', 'true'],
    ['app.enter(text,text,text)', 'm.user_id = actor.user_id and ', ''],
    ['app.enter(text,text,text)', ' and o.deleted_at is null', ''],
    ['app.enter(text,text,text)', ' and o.suspended_at is null', ''],
    ['app.enter(text,text,text)', "'admin' = any (string_to_array(i.role, ','))", 'true'],
    ['app.enter(text,text,text)', 'not (i.banned and (i.ban_expires is null or i.ban_expires > now()))', 'true'],
    ['app.enter(text,text,text)', 'r.organization_id = named and r.user_id = actor.user_id', 'r.organization_id = named'],
    ['app.enter(text,text,text)', 'r.organization_id = named and r.user_id = actor.user_id', 'r.user_id = actor.user_id'],
    ['app.enter(text,text,text)', "actor.operator and kind = 'user'", 'actor.operator'],
    ['app.enter(text,text,text)', "actor.operator and kind = 'user'", "kind = 'user'"],
    ['app.enter(text,text,text)', 'app.sees_library(l.organization_id, l.id, l.visibility)', 'true'],
    ['app.enter(text,text,text)', 'on p.role = r.builtin', 'on true'],
    ['app.library_may(uuid,uuid,text)', 'a.library_id = library', 'true'],
    ['app.library_may(uuid,uuid,text)', 'a.user_id = app.current_user_id()', 'true'],
    ['app.library_may(uuid,uuid,text)', 'and p.permission = library_may.permission', ''],
    ['app.within_mine(uuid,text,uuid)', 'and not app.may(p.permission))\n    and not exists', 'and false) and not exists'],
    ['app.within_mine(uuid,text,uuid)', 'p.role_id = within_mine.role and not app.may(p.permission)', 'false'],
    ['app.outranks(uuid,uuid)', 'and not app.within_mine(r.organization_id, r.builtin, r.role_id)', 'and false'],
    ['app.may_share(uuid,uuid,text)', "and app.library_may(organization, library, 'library:share')", ''],
    ['app.may_share(uuid,uuid,text)', 'and app.sees_library(l.organization_id, l.id, l.visibility)', ''],
    ['app.may_share(uuid,uuid,text)', 'and not app.library_may(organization, library, p.permission)', 'and false'],
    ['app.shares_like_team(uuid,uuid)', 'and not app.may_share(g.organization_id, g.library_id, g.level)', 'and false'],
    ['app.may_give(uuid,uuid)', ' and app.could_give(organization, app.current_user_id(), invitation, null)', ''],
    ['app.could_give(uuid,uuid,uuid,uuid)', 'p.role = a.builtin and p.permission <> all (held.all)', 'false'],
    ['app.could_give(uuid,uuid,uuid,uuid)', 'not app.could_share(g.organization_id, person, held.all, g.library_id, g.level)', 'false'],
    ['app.could_give(uuid,uuid,uuid,uuid)', 'not app.could_share(a.organization_id, person, held.all, a.library_id, a.level)', 'false'],
    ['app.could_share(uuid,uuid,text[],uuid,text)', "'library:share' = any (there.held)", 'true'],
    ['app.could_share(uuid,uuid,text[],uuid,text)', "l.visibility = 'organization' and ", ''],
    ['app.could_share(uuid,uuid,text[],uuid,text)', 'p.permission <> all (there.held)', 'false'],
    ['app.held_by(uuid,uuid)', 'r.organization_id = organization and r.user_id = person', 'r.organization_id = organization'],
    ['app.own_invitations()', ' and me.email_verified', ''],
    ['app.own_invitations()', 'i.email = lower(me.email) and ', ''],
    ['app.lock_own(uuid)', ' and me.email_verified', ''],
    ['app.lock_own(uuid)', 'lower(me.email) = i.email', 'true'],
    ['app.note_seen(text)', ' and s.impersonated_by is null', ''],
    ['app.note_seen(text)', 's.user_id = m.user_id and ', ''],
    ['app.sees_library(uuid,uuid,text)', "visibility = 'organization' and ", ''],
    ['app.sees_library(uuid,uuid,text)', " and app.may('library:read')", ''],
    ['app.sees_library(uuid,uuid,text)', 'a.user_id = app.current_user_id()', 'true'],
    ['app.sees_library(uuid,uuid,text)', 'a.library_id = library', 'true'],
    ['app.sees_library(uuid,uuid,text)', "app.may('library:read-restricted')", "app.may('library:read')"],
    ['app.may(text)', 'permission = any', 'true or permission = any'],
    ['app.guarded(text)', 'g.guard = guarded.guard and ', ''],
    ['app.guarded(text)', 'app.may(g.permission)', 'true'],
    ['app.is_operator()', "= 'on'", 'is not null'],
    ['app.require_operator()', 'not app.is_operator()', 'false'],
  ]
  for (const [name, from, to] of someOf(doors, quick, 5)) {
    const [found] = await superuser<{ text: string }[]>`select pg_get_functiondef(${name}::regprocedure) as text`
    if (!found?.text.includes(from)) throw new Error(`${name} no longer says: ${from}`)
    await tryOut('function', `${name}: ${from} -> ${to || 'nothing'}`, found.text.replace(from, to), found.text)
  }
}

/**
 * First both walls for themselves: no filter of the application but all policies, no policy but all
 * filters. Then each filter alone is removed, without policies; the walk or the scan must notice.
 */
async function mutateFilters(cluster: TestCluster, quick: boolean, add: (outcome: Outcome) => void, faults: string[]): Promise<void> {
  const filters = listFilters()
  if (filters.length < 30) faults.push(`only ${filters.length} filters were found: the form of the queries changed`)
  const base: Parts = { createDeps, createApp, createWorker }

  // One pair of databases: with policies and without.
  const prepared = await prepareWalk(cluster)
  await using walk = prepared
  const without = async (parts: Parts, options: WalkOptions) => {
    await using server = await startTestServer({ database: walk.db, dataDir: walk.dataDir, roots: [walk.root], parts, cluster })
    return (await walkAccess(server, walk.world, options)).failures
  }
  // The operator's scope spans organizations; there the filter is the only wall, and its mutant below must die.
  const unfiltered = await loadWithout(filters.filter((filter) => filter.text !== 'eq(rootAssignment.organizationId, organizationId)'))
  for (const failure of await without(unfiltered, { quick: true, transports: ['rest'] })) faults.push(`no filter, policies on: ${failure}`)
  faults.push(...(await rescan(cluster, unfiltered, true)).map((failure) => `no filter, policies on: ${failure}`))

  await disablePolicies(walk.db)
  for (const failure of await without(base, { ...read, stopAtFirst: false })) faults.push(`no policy, filters on: ${failure}`)
  faults.push(...(await rescan(cluster, base, false)).map((failure) => `no policy, filters on: ${failure}`))
  if ((await without(unfiltered, read)).length === 0) faults.push('neither wall, and the walk notices nothing')

  const nameOf = (filter: Filter) => `${filter.file} ${filter.line}: ${filter.text}`
  for (const filter of quick ? [] : filters) {
    const parts = await loadWithout([filter])
    const [walked] = await without(parts, read)
    const noticed = walked ?? (/^(scans|libraries|folders)\//.test(filter.file) ? (await rescan(cluster, parts, false))[0] : undefined)
    add({ wall: 'filter', mutant: nameOf(filter), killedBy: noticed ?? null })
  }
}

async function prepareWalk(cluster: TestCluster) {
  const db = await createTestDatabase(cluster)
  const dataDir = tempDir()
  const root = tempDir()
  await using server = await startTestServer({ database: db, dataDir, roots: [root], cluster })
  const world = await buildAccessWorld(server)
  return {
    db,
    dataDir,
    root,
    world,
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      for (const folder of [dataDir, root]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function rescan(cluster: TestCluster, parts: Parts, policies: boolean): Promise<string[]> {
  await using db = await createTestDatabase(cluster)
  const root = tempDir()
  try {
    await using before = await startTestServer({ database: db, roots: [root], cluster, worker: 1 })
    const twins = await buildTwins(before)
    await before.stopWorker()
    if (!policies) await disablePolicies(db)
    await using server = await startTestServer({ database: db, roots: [root], dataDir: before.dataDir, cluster, worker: 1, parts })
    return await rescanBesideTwins(server, twins, (file) => rmSync(file))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
