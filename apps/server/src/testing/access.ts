import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { coverKey, router } from '@carrel/api'
import { rolePermissions, type Permission, type Role } from '@carrel/auth'
import { newId } from '@carrel/db'
import { fillRows, freshPlace, insertRow, placeRows, tenantTables, type Place } from '@carrel/db/testing'
import type { Answer } from './send.ts'
import { makeOrganization, makePerson, signCookie, type Person, type TestServer } from './server.ts'

/** Somebody who asks, and what the walls should know of them. */
export type Caller = {
  name: string
  cookie: string | undefined
  /** False: the server must treat them as nobody. */
  known: boolean
  operator: boolean
  organization: 'alpha' | 'beta' | null
  role: Role | null
  /** Places of their organization that they see. */
  sees: readonly Place[]
}

export type AccessWorld = {
  alpha: { id: string; slug: string }
  beta: { id: string; slug: string }
  places: Record<'open' | 'restricted' | 'twin' | 'foreign', Place>
  roots: { alpha: string; beta: string }
  callers: Caller[]
  people: Record<'owner' | 'member' | 'librarian' | 'outsider', Person>
}

const marks = {
  open: 'ALPHA-OPEN-CANARY',
  restricted: 'ALPHA-RESTRICTED-CANARY',
  twin: 'BETA-TWIN-CANARY',
  foreign: 'BETA-FOREIGN-CANARY',
  alphaName: 'ALPHA-ORG-CANARY',
  betaName: 'BETA-ORG-CANARY',
  alphaRoot: 'ALPHA-ROOT-CANARY',
  betaRoot: 'BETA-ROOT-CANARY',
}
const allMarks = Object.values(marks)

/**
 * Two organizations whose every text is marked, with real files. `twin` has all ids of `open` but the
 * organization, so that a query that forgets the organization meets two rows.
 */
export async function buildAccessWorld(server: TestServer): Promise<AccessWorld> {
  const { superuser } = server.db
  await superuser`update instance set setup_at = now()`
  const ids = { alpha: newId(), beta: newId() }
  // Every session claims alpha as its active organization: that must prove nothing.
  const person = (name: string, how = {}) => makePerson(server, name, how)
  const [owner, admin, librarian, member, guest, shared, outsider, operator, removed, banned, expired, forged] = (await Promise.all(
    ['owner', 'admin', 'librarian', 'member', 'guest', 'shared', 'outsider', 'operator', 'removed', 'banned', 'expired', 'forged'].map(
      (name) => person(name, { operator: name === 'operator', banned: name === 'banned', expired: name === 'expired' }),
    ),
  )) as [Person, Person, Person, Person, Person, Person, Person, Person, Person, Person, Person, Person]
  const alpha = await makeOrganization(
    server,
    marks.alphaName,
    { owner: [owner, banned, expired, forged], admin: [admin], librarian: [librarian], member: [member], guest: [guest, shared] },
    ids.alpha,
  )
  const beta = await makeOrganization(server, marks.betaName, { owner: [outsider] }, ids.beta)
  await superuser`update session set active_organization_id = ${alpha.id}`

  const open = freshPlace(alpha.id, marks.open)
  const places = {
    open,
    restricted: freshPlace(alpha.id, marks.restricted, 'restricted'),
    twin: { ...open, organizationId: beta.id, mark: marks.twin, visibility: 'restricted' as const },
    foreign: freshPlace(beta.id, marks.foreign),
  }
  const roots = { alpha: path.join(server.root, marks.alphaRoot), beta: path.join(server.root, marks.betaRoot) }
  for (const place of Object.values(places)) {
    // The librarian once read in beta, and nothing in alpha.
    const users = place.organizationId === alpha.id ? [owner.id, member.id] : [outsider.id, librarian.id]
    await fillRows(superuser, place, users, ['root_assignment', 'library_access'])
    const folder = path.join(place.organizationId === alpha.id ? roots.alpha : roots.beta, place.mark)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, `${place.mark} file.epub`), `${place.mark} bytes`)
    await superuser`update library_folder set path = ${folder} where organization_id = ${place.organizationId} and id = ${place.folderId}`
    const hash = String(placeRows.book(place)[0]?.cover_hash)
    for (const width of [320, 640])
      await server.deps.blobs.put(coverKey(place.organizationId, hash, width), Buffer.from(`${place.mark} cover`))
  }
  await insertRow(superuser, 'root_assignment', { organization_id: alpha.id, id: open.rootId, path: roots.alpha })
  await insertRow(superuser, 'root_assignment', { organization_id: beta.id, id: open.rootId, path: roots.beta })
  await insertRow(superuser, 'root_assignment', { organization_id: beta.id, id: newId(), path: sharedPath })
  // The outsider's leftover share in alpha must open nothing.
  for (const user of [shared, outsider])
    await insertRow(superuser, 'library_access', placeRows.library_access(places.restricted, user.id)[0])

  const nobody = { known: false, operator: false, organization: null, role: null, sees: [] }
  const inAlpha = (who: Person, role: Role, sees: readonly Place[]): Caller => ({
    ...nobody,
    name: who.name,
    cookie: who.cookie,
    known: true,
    organization: 'alpha',
    role,
    sees,
  })
  return {
    alpha,
    beta,
    places,
    roots,
    people: { owner, member, librarian, outsider },
    callers: [
      { ...nobody, name: 'nobody', cookie: undefined },
      inAlpha(owner, 'owner', [places.open, places.restricted]),
      inAlpha(admin, 'admin', [places.open, places.restricted]),
      inAlpha(librarian, 'librarian', [places.open]),
      inAlpha(member, 'member', [places.open]),
      inAlpha(guest, 'guest', []),
      inAlpha(shared, 'guest', [places.restricted]),
      {
        ...nobody,
        name: 'outsider',
        cookie: outsider.cookie,
        known: true,
        organization: 'beta',
        role: 'owner',
        sees: [places.twin, places.foreign],
      },
      { ...nobody, name: 'operator', cookie: operator.cookie, known: true, operator: true },
      { ...nobody, name: 'removed member', cookie: removed.cookie, known: true },
      { ...nobody, name: 'banned owner', cookie: banned.cookie },
      { ...nobody, name: 'expired session', cookie: expired.cookie },
      { ...nobody, name: 'forged signature', cookie: signCookie(forged.token, 'not-the-secret-of-this-server-0123456789') },
      { ...nobody, name: 'session of a database that knows it not', cookie: signCookie('f'.repeat(32), server.secret) },
    ],
  }
}

/** Every procedure: what it needs, what its input names, and an input that is harmless when it is let through. */
type Row = {
  needs: 'nothing' | 'a session' | 'the operator' | Permission
  names?: 'library' | 'book' | 'folder' | 'organization'
  input?: (thing: Thing) => object
  /** What is said of a thing that is not there; by default it is not found. */
  unseen?: readonly [number, string?]
  /** What is said to who is let in. */
  answer?: readonly [number, string?]
  /** Which ids of the world a list must hold, and no other of the world. */
  lists?: (seen: readonly Place[]) => readonly string[]
  /** Removes what it names: each call that will succeed gets a library of its own. */
  destroys?: boolean
}
type Thing = { id: string; path: string; visibility: string; fresh: string }

const sharedWord = 'sharedword'
/** Assigned to beta, and taken from alpha again and again. */
const sharedPath = '/SHARED-ROOT'
const books = (seen: readonly Place[]) => seen.flatMap((place) => [place.bookId, place.spareBookId])
const notAllowed = [403, 'FOLDER_NOT_ALLOWED'] as const

export const procedureRows: Record<string, Row> = {
  'setup.status': { needs: 'nothing' },
  'setup.createOperator': {
    needs: 'nothing',
    input: () => ({ code: 'WRONG', name: 'X', email: 'x@example.org', password: 'long enough' }),
    answer: [409, 'ALREADY_SET_UP'],
  },
  'account.get': { needs: 'a session' },
  'events.stream': { needs: 'a session' },
  'folders.roots': { needs: 'library:create' },
  'folders.list': { needs: 'library:create', names: 'folder', input: ({ path: folder }) => ({ path: folder }), unseen: notAllowed },
  'roots.list': { needs: 'the operator' },
  'roots.assign': {
    needs: 'the operator',
    names: 'organization',
    input: ({ id, path: folder }) => ({ organizationId: id, path: folder }),
  },
  'roots.unassign': {
    needs: 'the operator',
    names: 'organization',
    input: ({ id }) => ({ organizationId: id, path: sharedPath }),
    unseen: [200],
  },
  'libraries.list': { needs: 'book:read', lists: (seen) => seen.map((place) => place.libraryId) },
  'libraries.get': { needs: 'book:read', names: 'library', input: ({ id }) => ({ libraryId: id }) },
  'libraries.update': { needs: 'library:update', names: 'library', input: ({ id, visibility }) => ({ libraryId: id, visibility }) },
  'libraries.scan': { needs: 'library:scan', names: 'library', input: ({ id }) => ({ libraryId: id }) },
  'scans.problems': { needs: 'library:scan', names: 'library', input: ({ id }) => ({ libraryId: id }) },
  'books.list': { needs: 'book:read', lists: books },
  'books.search': { needs: 'book:read', input: () => ({ query: sharedWord }), lists: books },
  'books.get': { needs: 'book:read', names: 'book', input: ({ id }) => ({ bookId: id }) },
  'books.prioritizeCovers': { needs: 'book:read', names: 'book', input: ({ id }) => ({ bookIds: [id] }), unseen: [200] },
  'reading.mark': { needs: 'reading:write', names: 'book', input: ({ id }) => ({ bookId: id, status: 'finished' }) },
  'libraries.create': {
    needs: 'library:create',
    names: 'folder',
    input: ({ path: folder, fresh }) => ({ name: `made ${fresh}`, folders: [folder] }),
    unseen: notAllowed,
  },
  'libraries.delete': { needs: 'library:delete', names: 'library', input: ({ id }) => ({ libraryId: id }), destroys: true },
  'organizations.open': { needs: 'a session', names: 'organization', input: ({ id }) => ({ organizationId: id }), unseen: [200] },
  'organizations.create': { needs: 'a session', input: ({ fresh }) => ({ name: `made ${fresh}`, slug: `made-${fresh}` }) },
}

type Procedure = { '~orpc': { route: { method?: string; path?: string } } }

/** All procedures of the router by their name. */
export function listProcedures(node: object = router, prefix = ''): Map<string, { method: string; path: string }> {
  const found = new Map<string, { method: string; path: string }>()
  for (const [key, value] of Object.entries(node) as [string, object][]) {
    const name = prefix ? `${prefix}.${key}` : key
    if ('~orpc' in value) {
      const { route } = (value as Procedure)['~orpc']
      found.set(name, { method: route.method ?? 'POST', path: route.path ?? '' })
    } else for (const [inner, at] of listProcedures(value, name)) found.set(inner, at)
  }
  return found
}

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

type Expected = { status: number; code: string | undefined; unseen: boolean; resolved: boolean }

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
  // As at first, whatever an earlier walk left.
  await superuser`delete from reading_state where organization_id = ${world.alpha.id} and user_id = ${world.people.librarian.id}`
  await superuser`update scan set status = 'listing' where organization_id = ${world.beta.id} and id = ${world.places.twin.scanId}`
  await superuser`update scan set status = 'done' where organization_id = ${world.alpha.id}`
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
          things(world, row).map((thing) => ({ target, thing })),
        )
        const ask = async ({ target, thing }: (typeof cells)[number]) => {
          const expected = expect(row, caller, target, thing, world)
          const door = `${caller.name}: ${transport} ${name} of ${thing.kind} in ${target.kind}`
          const named = await forCell(server, row, expected, thing, caller, world)
          const input = row.input?.(named) ?? {}
          const answer = await call(server, transport, name, route, input, caller, target)
          if (row.destroys && named.id !== thing.thing.id && (await superuser`select from library where id = ${named.id}`).length !== 1)
            result.failures.push(`${door}: removes the library of the same id of another organization, or not its own`)
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
            name === 'roots.list' || name === 'roots.assign',
            world,
          )
          if (leaked.length > 0) result.failures.push(`${door}: leaks ${leaked.join()}`)
          const reading = /"readingStatus":"(\w+)"/.exec(answer.text)?.[1]
          if (reading && caller.name === 'librarian' && reading !== 'unread')
            result.failures.push(`${door}: tells how far somebody else read`)
          if (caller.organization === 'alpha' && /^libraries\.(list|get)$/.test(name) && answer.text.includes('"scanning":true'))
            result.failures.push(`${door}: tells of a scan of somebody else`)
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
  await walkFiles(server, world, callers, result, options)
  return result
}

const noTarget = { kind: 'no organization', header: undefined, names: null } as const

type Target = { kind: string; header: string | readonly string[] | undefined; names: 'alpha' | 'beta' | null }

function organizationTargets(world: AccessWorld, quick: boolean): Target[] {
  const targets: Target[] = [
    { kind: 'alpha', header: world.alpha.id, names: 'alpha' },
    { kind: 'beta', header: world.beta.id, names: 'beta' },
    { kind: 'nonexistent', header: newId(), names: null },
  ]
  if (quick) return targets
  return [
    ...targets,
    { kind: 'alpha by slug', header: world.alpha.slug, names: 'alpha' },
    { kind: 'beta by slug', header: world.beta.slug, names: 'beta' },
    { kind: 'malformed', header: "'; drop table book --", names: null },
    { kind: 'empty', header: '', names: null },
    { kind: 'alpha twice', header: [world.alpha.id, world.alpha.id], names: null },
    { kind: 'alpha and beta', header: [world.alpha.id, world.beta.id], names: null },
    { kind: 'the session', header: undefined, names: 'alpha' },
  ]
}

type Kind = { kind: 'open' | 'restricted' | 'foreign' | 'nonexistent' | 'malformed' | 'nothing'; thing: Omit<Thing, 'fresh'> }

function things(world: AccessWorld, row: Row): Kind[] {
  const thing = (id: string, folder: string, visibility = 'organization') => ({ id, path: folder, visibility })
  const { open, restricted, foreign } = world.places
  switch (row.names) {
    case 'library':
    case 'book': {
      const id = row.names === 'library' ? 'libraryId' : 'bookId'
      return [
        { kind: 'open', thing: thing(open[id], '') },
        { kind: 'restricted', thing: thing(restricted[id], '', 'restricted') },
        { kind: 'foreign', thing: thing(foreign[id], '') },
        { kind: 'nonexistent', thing: thing(newId(), '') },
        { kind: 'malformed', thing: thing('../1', '') },
      ]
    }
    case 'organization':
      return [
        { kind: 'open', thing: thing(world.alpha.id, world.roots.alpha) },
        { kind: 'nonexistent', thing: thing(newId(), world.roots.alpha) },
        { kind: 'malformed', thing: thing('x', world.roots.alpha) },
      ]
    case 'folder':
      return [
        { kind: 'open', thing: thing('', world.roots.alpha) },
        { kind: 'foreign', thing: thing('', world.roots.beta) },
        { kind: 'nonexistent', thing: thing('', path.join(path.dirname(world.roots.alpha), 'nowhere')) },
        { kind: 'malformed', thing: thing('', '') },
      ]
    default:
      return [{ kind: 'nothing', thing: thing('', '') }]
  }
}

function expect(row: Row, caller: Caller, target: Target, { kind, thing }: Kind, world: AccessWorld): Expected {
  const say = (status: number, code?: string, unseen = false, resolved = true): Expected => ({ status, code, unseen, resolved })
  const ok = () => (row.answer ? say(row.answer[0], row.answer[1]) : say(200))
  const unseen = () => (row.unseen ? say(row.unseen[0], row.unseen[1], true) : say(404, 'NOT_FOUND', true))
  if (row.needs === 'nothing') return ok()
  if (!caller.known) return say(401, 'UNAUTHORIZED')
  if (row.needs === 'the operator' && !caller.operator) return say(403, 'FORBIDDEN')
  if (row.needs !== 'the operator' && row.needs !== 'a session') {
    if (target.names === null || caller.organization !== target.names) return say(404, 'NOT_FOUND', true, false)
    if (!caller.role || !rolePermissions[caller.role].includes(row.needs)) return say(403, 'FORBIDDEN')
  }
  if (kind === 'malformed') return say(400, 'BAD_REQUEST')
  if (row.names === undefined) return ok()
  if (row.names === 'organization') return kind === 'open' ? ok() : unseen()
  if (row.names === 'folder') return thing.path === world.roots[caller.organization ?? 'alpha'] ? ok() : unseen()
  const mine = caller.sees.some((place) => [place.libraryId, place.bookId].includes(thing.id))
  return mine ? ok() : unseen()
}

/** The thing to name in one cell; a library of its own where the call would remove it. */
async function forCell(
  server: TestServer,
  row: Row,
  expected: Expected,
  { thing }: Kind,
  caller: Caller,
  world: AccessWorld,
): Promise<Thing> {
  const fresh = newId().slice(-12)
  // The twin in beta is restricted, and stays so.
  const visibility = caller.organization === 'beta' ? 'restricted' : thing.visibility
  if (!row.destroys || expected.status !== 200 || !caller.organization) return { ...thing, visibility, fresh }
  const id = newId()
  for (const { id: organization_id } of [world.alpha, world.beta])
    await insertRow(server.db.superuser, 'library', { organization_id, id, name: `doomed ${id}`, visibility: thing.visibility })
  return { ...thing, id, fresh }
}

/** All rows of an organization. Libraries made to be removed do not count here; that their twins stay is looked at apart. */
async function digest(server: TestServer, organizationId: string): Promise<string> {
  const parts = tenantTables.map(
    (table) =>
      `(select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "${table}" t where organization_id = $1${table === 'library' ? ` and name not like 'doomed %'` : ''})`,
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
    return server.send('POST', `/rpc/${name.replace('.', '/')}`, {
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
    const query = new URLSearchParams([...rest].map(([key, value]): [string, string] => [key, String(value)])).toString()
    return server.send('GET', `/api/v1${at}${query ? `?${query}` : ''}`, { cookie: caller.cookie, headers })
  }
  return server.send(route.method, `/api/v1${at}`, { cookie: caller.cookie, headers, body: Object.fromEntries(rest) })
}

function codeOf(answer: Answer): string | undefined {
  const body = answer.json as { code?: string; json?: { code?: string } } | null | undefined
  return body?.code ?? body?.json?.code
}

/** Marks in an answer that its reader must not see and did not bring along. */
function leaks(answer: Answer, sent: string, caller: Caller, ofOperator: boolean, world: AccessWorld): string[] {
  const may = new Set<string>(caller.sees.map((place) => place.mark))
  if (caller.organization) may.add(caller.organization === 'alpha' ? marks.alphaName : marks.betaName)
  const held = new Set<Permission>(caller.role ? rolePermissions[caller.role] : [])
  if (caller.organization && (held.has('library:create') || held.has('library:update')))
    may.add(caller.organization === 'alpha' ? marks.alphaRoot : marks.betaRoot)
  if (caller.operator && ofOperator) for (const mark of [marks.alphaName, marks.betaName, marks.alphaRoot, marks.betaRoot]) may.add(mark)
  // A shelf folder lies in the root and bears the name of its place, which whoever lists the root reads.
  if (caller.organization && held.has('library:create'))
    for (const place of Object.values(world.places)) if (place.organizationId === world[caller.organization].id) may.add(place.mark)
  const heard = `${JSON.stringify(answer.headers)} ${answer.text}`.toUpperCase()
  return allMarks.filter((mark) => heard.includes(mark) && !may.has(mark) && !sent.includes(mark))
}

/** What is not there, and what is not open, must be told apart by nothing at all. */
function differences(
  door: string,
  row: Row,
  caller: Caller,
  cells: readonly { target: Target; thing: Kind }[],
  answers: ReadonlyMap<string, Answer>,
  world: AccessWorld,
): string[] {
  const failures: string[] = []
  const compare = (a: string, b: string) => {
    const [one, other] = [answers.get(a), answers.get(b)]
    if (one && other && fingerprint(one) !== fingerprint(other)) failures.push(`${door}: ${a} is told apart from ${b}`)
  }
  for (const { target, thing } of cells) {
    const expected = expect(row, caller, target, thing, world)
    if (!expected.unseen) continue
    if (!expected.resolved) compare(`${target.kind}/${thing.kind}`, `nonexistent/${thing.kind}`)
    else compare(`${target.kind}/${thing.kind}`, `${target.kind}/nonexistent`)
  }
  return failures
}

const changing = new Set(['date', 'x-request-id', 'keep-alive'])
const fingerprint = (answer: Answer): string =>
  JSON.stringify([answer.status, Object.entries(answer.headers).filter(([name]) => !changing.has(name)), answer.text])

async function walkFiles(
  server: TestServer,
  world: AccessWorld,
  callers: readonly Caller[],
  result: WalkResult,
  options: WalkOptions,
): Promise<void> {
  const doors = {
    cover: {
      permission: 'book:read',
      id: (place: Place) => place.bookId,
      at: (org: string, id: string) => `/files/${org}/books/${id}/cover/320.webp`,
    },
    download: {
      permission: 'book:download',
      id: (place: Place) => place.fileId,
      at: (org: string, id: string) => `/files/${org}/files/${id}`,
    },
  } as const
  const organizations = [
    { kind: 'alpha', id: world.alpha.id },
    { kind: 'beta', id: world.beta.id },
    { kind: 'nonexistent', id: newId() },
    { kind: 'alpha by slug', id: world.alpha.slug },
    { kind: 'malformed', id: '..%2f' },
  ]
  const { open, restricted, foreign } = world.places
  for (const [name, door] of Object.entries(doors)) {
    const objects = [
      { kind: 'open', id: door.id(open) },
      { kind: 'restricted', id: door.id(restricted) },
      { kind: 'foreign', id: door.id(foreign) },
      { kind: 'nonexistent', id: newId() },
      { kind: 'malformed', id: '..%2f..' },
    ]
    for (const method of ['GET', 'HEAD']) {
      result.doors += 1
      for (const caller of callers) {
        if (options.stopAtFirst && result.failures.length > 0) return
        const answers = new Map<string, Answer>()
        for (const organization of organizations) {
          await Promise.all(
            objects.map(async (object) => {
              const wellFormed = [organization.id, object.id].every((id) => /^[0-9a-f-]{36}$/.test(id))
              const allowed =
                caller.organization === organization.kind && caller.role !== null && rolePermissions[caller.role].includes(door.permission)
              const seen = allowed ? caller.sees.find((place) => door.id(place) === object.id) : undefined
              const status = !wellFormed ? 404 : !caller.known ? 401 : seen ? 200 : 404
              const answer = await server.send(method, door.at(organization.id, object.id), { cookie: caller.cookie })
              result.cells += 1
              const what = `${caller.name}: ${method} ${name} of ${object.kind} in ${organization.kind}`
              if (answer.status !== status)
                result.failures.push(`${what}: expected ${status}, met ${answer.status} ${answer.text.slice(0, 80)}`)
              if (seen && method === 'GET' && !answer.text.startsWith(seen.mark)) result.failures.push(`${what}: other bytes`)
              const leaked = leaks(answer, '', caller, false, world)
              if (leaked.length > 0) result.failures.push(`${what}: leaks ${leaked.join()}`)
              if (!/private|no-store/.test(String(answer.headers['cache-control']))) result.failures.push(`${what}: may be kept by caches`)
              if (status === 404) answers.set(`${organization.kind}/${object.kind}`, answer)
            }),
          )
        }
        const gone = answers.get('nonexistent/nonexistent')
        for (const [kind, answer] of answers) {
          if (gone && fingerprint(answer) !== fingerprint(gone))
            result.failures.push(`${caller.name}: ${method} ${name}: ${kind} is told apart from what is not there`)
        }
      }
    }
  }
}
