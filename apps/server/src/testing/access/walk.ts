import { setTimeout as wait } from 'node:timers/promises'
import { tenantTables, type TenantTable } from '@carrel/db/testing'
import type { Answer } from '../send.ts'
import type { TestServer } from '../server.ts'
import { codeOf, differences, leaks } from './answers.ts'
import { expect, forCell, noTarget, organizationTargets, things, type Target } from './cells.ts'
import { walkCoverUploads, walkFiles, walkFoundCovers, walkLogos, walkUploads } from './files.ts'
import { listProcedures, procedureRows, type Row } from './rows.ts'
import { resetWorld, type AccessWorld, type Caller } from './world.ts'

export type WalkOptions = {
  /** Off: what only the policies enforce, who sees restricted libraries, is not expected. */
  policies?: 'on' | 'off'
  callers?: readonly string[]
  transports?: readonly ('rest' | 'rpc')[]
  /** Leaves out how the organization can be misnamed. */
  quick?: boolean
  stopAtFirst?: boolean
}
export type WalkResult = { doors: number; cells: number; failures: string[] }

/** Asks through every door as every caller for things of every kind, and tells what was answered otherwise than the rows say. */
export async function walkAccess(server: TestServer, world: AccessWorld, options: WalkOptions = {}): Promise<WalkResult> {
  const result: WalkResult = { doors: 0, cells: 0, failures: [] }
  const callers = world.callers
    .filter((caller) => !options.callers || options.callers.includes(caller.name))
    .map((caller) =>
      options.policies === 'off' && caller.organization === 'alpha'
        ? { ...caller, sees: [world.places.open, world.places.restricted] }
        : caller,
    )
  const procedures = listProcedures()
  const transports = options.transports ?? ['rest', 'rpc']
  const { superuser } = server.db
  await resetWorld(server, world)
  const done = () => options.stopAtFirst === true && result.failures.length > 0

  for (const [name, row] of Object.entries(procedureRows)) {
    const route = procedures.get(name)
    if (!route || name === 'events.stream') continue
    // A run with a twin is joined.
    if (name === 'libraries.scan')
      await superuser`update scan set status = 'listing', created_at = now() where organization_id = ${world.alpha.id} and id = ${world.places.open.scanId}`
    const scoped = !['nothing', 'a session', 'the operator'].includes(row.needs)
    for (const transport of transports) {
      result.doors += 1
      for (const caller of callers) {
        if (done()) return result
        const answers = new Map<string, Answer>()
        const foreign = route.method !== 'GET' && caller.organization !== 'beta' ? await digest(server, world.beta.id) : null
        const cells = (scoped ? organizationTargets(world, options.quick ?? false) : [noTarget]).flatMap((target) =>
          things(world, row)
            .filter(({ kind }) => !(row.gated && options.policies === 'off' && kind === 'restricted'))
            .map((thing) => ({ target, thing })),
        )
        const ask = async ({ target, thing }: (typeof cells)[number]) => {
          const expected = expect(row, caller, target, thing, world)
          const door = `${caller.name}: ${transport} ${name} of ${thing.kind} in ${target.kind}`
          // Who would leave asks for no other thing afterwards; see people.test.ts.
          if (name === 'members.leave' && expected.status === 200) return
          const named = await forCell(server, row, expected, thing, caller, world)
          const input = row.input?.(named) ?? {}
          const answer = await call(server, transport, name, route, input, caller, target)
          if (row.destroys && named.id !== thing.thing.id && !(await isOneLeft(server, row, named.id)))
            result.failures.push(`${door}: removes what has the same id in another organization, or not its own`)
          result.cells += 1
          answers.set(`${target.kind}/${thing.kind}`, answer)
          const met = codeOf(answer)
          if (answer.status !== expected.status || (expected.code && met !== expected.code)) {
            result.failures.push(
              `${door}: expected ${expected.status} ${expected.code ?? ''}, met ${answer.status} ${met ?? ''} ${answer.text.slice(0, 120)}`,
            )
          }
          const leaked = leaks(
            answer,
            JSON.stringify([input, target.header]),
            caller,
            name === 'roots.list' || name === 'roots.assign' || name.startsWith('instance.'),
            world,
          )
          if (leaked.length > 0) result.failures.push(`${door}: leaks ${leaked.join()}`)
          const reading = /"readingStatus":"(\w+)"/.exec(answer.text)?.[1]
          if (reading && caller.name === 'librarian' && reading !== 'unread')
            result.failures.push(`${door}: tells how far somebody else read`)
          if (caller.organization === 'alpha' && /^libraries\.(list|get)$/.test(name) && answer.text.includes('"scanning":true'))
            result.failures.push(`${door}: tells of a scan of somebody else`)
          if (row.check && answer.status === 200 && caller.organization) {
            const wrong = row.check(bodyOf(answer), caller, world)
            if (wrong) result.failures.push(`${door}: ${wrong}`)
          }
          if (row.lists && answer.status === 200) {
            const all = new Set(row.lists(Object.values(world.places)))
            const ids = [...answer.text.matchAll(/"id":"([^"]+)"/g)].map((match) => match[1] ?? '').filter((id) => all.has(id))
            if (ids.toSorted().join() !== [...row.lists(caller.sees)].toSorted().join())
              result.failures.push(`${door}: lists ${ids.length} rows`)
          }
        }
        for (let at = 0; at < cells.length; at += 12) await Promise.all(cells.slice(at, at + 12).map(ask))
        result.failures.push(...differences(`${caller.name}: ${transport} ${name}`, row, caller, cells, answers, world))
        if (foreign !== null && foreign !== (await digest(server, world.beta.id)))
          result.failures.push(`${caller.name}: ${transport} ${name}: changes rows of beta`)
      }
    }
  }
  if (!done()) await askForHeldCover(server, world, result)
  await walkFiles(server, world, callers, result, options)
  await walkLogos(server, world, callers, result, options)
  await walkCoverUploads(server, world, callers, result, options)
  await walkFoundCovers(server, world, callers, result, options)
  await walkUploads(server, world, callers, result, options)
  return result
}

const bodyOf = (answer: Answer): unknown => {
  const body = answer.json as { json?: unknown } | null
  return body && typeof body === 'object' && 'json' in body ? body.json : body
}

const twinnedTables = { library: 'library', role: 'custom_role', team: 'team', 'metadata field': 'metadata_field' } as const

/** Of the two things of one id, in two organizations, one is gone. What has no twin counts as well. */
async function isOneLeft(server: TestServer, row: Row, id: string): Promise<boolean> {
  const { superuser } = server.db
  const table = twinnedTables[row.names as keyof typeof twinnedTables] as string | undefined
  if (table) return (await superuser`select from ${superuser(table)} where id = ${id}`).length === 1
  if (row.names === 'join link') return (await superuser`select from join_link where id = ${id} and revoked_at is null`).length === 1
  if (row.names === 'grant') return (await superuser`select from library_grant where team_id = ${id}`).length < 2
  if (row.names === 'invitation') return (await superuser`select from invitation where id = ${id} and status = 'pending'`).length === 0
  return (await superuser`select from member where user_id = ${id}`).length === 0
}

/** Nobody waits for a cover that the job is about to finish, though its twin in beta is free. */
async function askForHeldCover(server: TestServer, world: AccessWorld, result: WalkResult): Promise<void> {
  const { organizationId, bookId } = world.places.open
  let asked: Promise<Answer> | undefined
  await server.db.superuser.begin(async (sql) => {
    await sql`select from cover_task where organization_id = ${organizationId} and book_id = ${bookId} for update`
    asked = server.send('POST', '/api/v1/books/prioritize-covers', {
      cookie: world.people.owner.cookie,
      organization: organizationId,
      body: { bookIds: [bookId] },
    })
    if (!(await Promise.race([asked, wait(3000)]))) result.failures.push('owner: books.prioritizeCovers waits for the job')
  })
  const status = (await asked)?.status
  if (status !== 200) result.failures.push(`owner: books.prioritizeCovers of a held cover: expected 200, met ${status}`)
}

const doomed = "name like 'doomed %'"
const made: Partial<Record<TenantTable, string>> = {
  library: doomed,
  custom_role: doomed,
  team: doomed,
  metadata_field: doomed,
  join_link: "token_hash like 'doomed %'",
  library_grant: `team_id is not null and team_id in (select id from team where ${doomed})`,
}

/** All rows of an organization. Libraries made to be removed do not count here; that their twins stay is looked at apart. */
async function digest(server: TestServer, organizationId: string): Promise<string> {
  const parts = tenantTables.map(
    (table) =>
      `(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "${table}" t where organization_id = $1${made[table] ? ` and not (${made[table]})` : ''})`,
  )
  const [row] = await server.db.superuser.unsafe<{ digest: string }[]>(`select ${parts.join(` || `)} as digest`, [organizationId])
  return row?.digest ?? ''
}

function call(
  server: TestServer,
  transport: 'rest' | 'rpc',
  name: string,
  route: { method: string; path: string },
  input: object,
  caller: Caller,
  target: Target,
): Promise<Answer> {
  const headers = target.header === undefined ? {} : { 'x-carrel-organization': target.header }
  if (transport === 'rpc') {
    return server.send('POST', `/rpc/${name.replaceAll('.', '/')}`, {
      cookie: caller.cookie,
      headers: { ...headers, 'x-csrf-token': 'orpc' },
      body: { json: input },
    })
  }
  const rest = new Map(Object.entries(input))
  const at = route.path.replaceAll(/\{(\w+)\}/g, (_match, key: string) => {
    const value = String(rest.get(key))
    rest.delete(key)
    return encodeURIComponent(value)
  })
  if (route.method === 'GET') {
    const pairs = [...rest].flatMap(([key, value]): [string, string][] =>
      Array.isArray(value) ? value.map((each, at) => [`${key}[${at}]`, String(each)]) : [[key, String(value)]],
    )
    const query = new URLSearchParams(pairs).toString()
    return server.send('GET', `/api/v1${at}${query ? `?${query}` : ''}`, { cookie: caller.cookie, headers })
  }
  return server.send(route.method, `/api/v1${at}`, { cookie: caller.cookie, headers, body: Object.fromEntries(rest) })
}
