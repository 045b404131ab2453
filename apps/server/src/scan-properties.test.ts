import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
import { assignRoot, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'
import { scanned } from './testing/twins.ts'

/** Sequences; more of them by hand, with SCAN_SEQUENCES. */
const sequences = Number(process.env['SCAN_SEQUENCES'] ?? 8)

let server: TestServer
/** Another process of the same instance, so to say, that does the scans and can be ended. */
let worker: TestServer
let owner: Person
let organization: string

beforeAll(async () => {
  server = await startTestServer()
  await startWorker()
  owner = await makePerson(server, 'Owner')
  organization = (await makeOrganization(server, 'Properties', { owner: [owner] })).id
  await assignRoot(server, organization, server.root)
}, 60_000)
afterAll(async () => {
  await worker[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

async function startWorker(): Promise<void> {
  worker = await startTestServer({ database: server.db, dataDir: server.dataDir, roots: [server.root], worker: 2 })
}

const call = async (method: string, at: string, body?: object) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: owner.cookie, organization, ...(body && { body }) })
  expect(answer.status, answer.text).toBe(200)
  return answer.json
}

/** What is done to the folder. Numbers choose among what is there. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), at: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('move' as const), which: fc.nat(99), at: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replace' as const), which: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copy' as const), which: fc.nat(99), at: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('swap' as const), which: fc.nat(99), other: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('over' as const), which: fc.nat(99), other: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), which: fc.nat(99), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename-folder' as const), which: fc.nat(99), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('unmount' as const, 'empty' as const, 'remount' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), after: fc.nat(240) }) },
  // Some seconds each, until the job is taken up again; kills that always run are in scan-faults.test.ts.
  { weight: process.env['SCAN_SEQUENCES'] ? 1 : 0, arbitrary: fc.record({ do: fc.constant('sever' as const), after: fc.nat(120) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('scan' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const folders = ['', 'a', 'a/b', 'Ä', 'a-b', 'z']
const placeOf = (at: number, name: number): string => path.posix.join(folders[at % folders.length] ?? '', `${'kxbq'[at % 4]}${name}.epub`)

/** A library on disk, and what is known of it from the scans before. */
class World {
  readonly root: string
  readonly mounted: string
  libraryId = ''
  /** Content by path. */
  disk = new Map<string, number>()
  /** Contents that a path, or the file at it, had since the last scan that was looked at: one that was cut short may have seen any. */
  history = new Map<string, Set<number>>()
  /** Book by content, as it was first seen. */
  bookOf = new Map<number, string>()
  /** Books that somebody has read, and those of them that somebody edited. */
  marked = new Set<string>()
  edited = new Set<string>()
  cut = false
  passing = new Set<string>()
  contents = 0
  names = 0

  constructor(root: string) {
    this.root = root
    this.mounted = root
    mkdirSync(root, { recursive: true })
  }

  bytes(content: number): Uint8Array {
    // No two are of one size: what is written in the same millisecond and of the same size looks unchanged when it is swapped.
    const extra = [{ name: 'size', data: 'x'.repeat(content * 32), stored: true }]
    return buildEpub({ title: `Content ${content}`, identifier: `urn:x:${this.root}:${content}`, creators: ['A. Writer'], extra })
  }

  put(at: string, content: number): void {
    mkdirSync(path.join(this.root, path.dirname(at)), { recursive: true })
    writeFileSync(path.join(this.root, at), this.bytes(content))
    this.set(at, content)
  }

  set(at: string, content: number, from?: string): void {
    this.disk.set(at, content)
    this.history.set(at, new Set([...(this.history.get(at) ?? []), ...(from ? (this.history.get(from) ?? []) : []), content]))
  }

  pick(which: number): string | undefined {
    const paths = [...this.disk.keys()].toSorted()
    return paths[which % Math.max(1, paths.length)]
  }

  rename(from: string, to: string): void {
    mkdirSync(path.join(this.root, path.dirname(to)), { recursive: true })
    renameSync(path.join(this.root, from), path.join(this.root, to))
    this.set(to, this.disk.get(from) ?? 0, from)
    this.disk.delete(from)
  }
}

/** A scan; with `confirm`, one more that says that what it asks about is gone. */
async function scan(world: World, confirm = true): Promise<Record<string, unknown>> {
  const run = async (confirmed: boolean) => {
    await call('POST', `/libraries/${world.libraryId}/scan`, { confirm: confirmed })
    return (await scanned(server, owner, organization, world.libraryId, 60_000)).scan
  }
  // One that goes on after a cut may have passed what was done since; who asks meanwhile joins it.
  if (world.cut) await scanned(server, owner, organization, world.libraryId, 180_000)
  const first = await run(false)
  const asks = Number(first['held']) > 0 || (first['status'] === 'failed' && String(first['error']).includes('is empty'))
  return confirm && asks ? run(true) : first
}

type Row = {
  path: string
  sha256: string
  book: string | null
  missing: boolean
  problem: string | null
  title: string | null
  bookMissing: boolean | null
}
const rowsOf = async (world: World) => [
  ...(await server.db.superuser<Row[]>`
    select f.path, f.sha256, f.book_id as book, f.missing_at is not null as missing, f.problem, b.title, b.missing_at is not null as "bookMissing"
    from library_file f left join book b on b.organization_id = f.organization_id and b.id = f.book_id where f.library_id = ${world.libraryId}`),
]

/** Holds after every whole scan of a folder that is there. */
async function check(world: World): Promise<void> {
  const rows = await rowsOf(world)
  const there = new Map(rows.filter((row) => !row.missing).map((row) => [row.path, row]))
  expect([...there.keys()].toSorted()).toEqual([...world.disk.keys()].toSorted())
  const present = new Set(world.disk.values())
  for (const [at, content] of world.disk) {
    const row = there.get(at)
    const book = row?.book ?? ''
    // A book may have both its old and its new content, when the old one came back elsewhere.
    const titles = [...world.disk].flatMap(([where, what]) => (there.get(where)?.book === book ? [`Content ${what}`] : []))
    expect([at, row?.problem, titles.includes(row?.title ?? ''), row?.bookMissing], JSON.stringify([content, titles, rows])).toEqual([
      at,
      null,
      true,
      false,
    ])
    const known = world.bookOf.get(content)
    if (known !== undefined) {
      expect([content, book]).toEqual([content, known])
      continue
    }
    world.bookOf.set(content, book)
    for (const [other, owner] of world.bookOf) {
      if (other === content || owner !== book) continue
      // Only what took the place of other content, which is nowhere else, goes on as its book.
      const tookPlace = [...world.disk].some(([where, what]) => what === content && ancestors(world, world.history.get(where)).has(other))
      expect([content, other, tookPlace, present.has(other)]).toEqual([content, other, true, false])
    }
  }
  const books = new Set(world.bookOf.values())
  const found = await server.db.superuser<{ id: string; missing: boolean }[]>`
    select id, missing_at is not null as missing from book where library_id = ${world.libraryId}`
  // A scan that was cut short may have seen content that was gone before this test looked.
  for (const { id, missing } of found) if (!books.has(id) && missing && world.cut) world.passing.add(id)
  for (const id of world.passing) books.add(id)
  expect(new Set(found.map(({ id }) => id))).toEqual(books)
  world.cut = false
  const alive = new Set([...present].map((content) => world.bookOf.get(content)))
  for (const { id, missing } of found) expect([id, missing]).toEqual([id, !alive.has(id)])
  const own = await server.db.superuser<{ id: string; status: string; edit: string | null; publisher: string | null }[]>`
    select b.id, r.status, e.values ->> 'publisher' as edit, p.name as publisher
    from book b join reading_state r on r.organization_id = b.organization_id and r.book_id = b.id
    left join book_edit e on e.organization_id = b.organization_id and e.book_id = b.id
    left join publisher p on p.organization_id = b.organization_id and p.id = b.publisher_id where b.library_id = ${world.libraryId}`
  const kept = (id: string) => {
    const press = world.edited.has(id) ? `Press of ${id}` : null
    return { id, status: 'finished', edit: press, publisher: press }
  }
  expect(Array.from(own).toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([...world.marked].toSorted().map(kept))
  const told = new Set(rows.map((row) => row.book))
  for (const { id } of found) {
    if (!world.marked.has(id)) await call('POST', '/reading/mark', { bookId: id, status: 'finished' })
    world.marked.add(id)
    // Other content came where all of its files were, before anybody could edit it.
    if (world.edited.has(id) || !told.has(id)) continue
    await call('PATCH', `/books/${id}`, { set: { publisher: `Press of ${id}` } })
    world.edited.add(id)
  }
  world.history = new Map([...world.disk].map(([at, content]) => [at, new Set([content])]))
}

/** Contents of one book with these. */
const ancestors = (world: World, contents: ReadonlySet<number> = new Set()): Set<number> => {
  const books = new Set([...contents].flatMap((content) => world.bookOf.get(content) ?? []))
  return new Set([...world.bookOf].flatMap(([each, owner]) => (books.has(owner) ? [each] : [])))
}

async function take(world: World, what: Step): Promise<void> {
  switch (what.do) {
    case 'add':
      world.put(placeOf(what.at, (world.names += 1)), (world.contents += 1))
      return
    case 'restore':
      if (world.contents > 0) world.put(placeOf(what.at, (world.names += 1)), 1 + (what.which % world.contents))
      return
    case 'scan':
      expect(await scan(world)).toMatchObject({ status: 'done' })
      await check(world)
      return
    case 'cut': {
      world.cut = true
      await call('POST', `/libraries/${world.libraryId}/scan`, {})
      await new Promise((resolve) => setTimeout(resolve, what.after))
      await worker[Symbol.asyncDispose]()
      await startWorker()
      return
    }
    case 'sever': {
      // As a kill does it: at any moment nothing more is written, and nobody says goodbye.
      world.cut = true
      await call('POST', `/libraries/${world.libraryId}/scan`, {})
      await new Promise((resolve) => setTimeout(resolve, what.after))
      await server.db.superuser`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename in ('carrel_app', 'carrel_auth', 'carrel_jobs')`
      const look = () => server.send('GET', `/api/v1/libraries/${world.libraryId}`, { cookie: owner.cookie, organization })
      await expect.poll(async () => (await look()).status, { timeout: 20_000 }).toBe(200)
      return
    }
    case 'remount':
      // The same files, as another disk has them.
      cpSync(world.root, `${world.root}-copy`, { recursive: true, preserveTimestamps: true })
      rmSync(world.root, { recursive: true })
      renameSync(`${world.root}-copy`, world.root)
      return
    case 'unmount':
    case 'empty': {
      const known = await rowsOf(world)
      renameSync(world.root, `${world.root}-away`)
      if (what.do === 'empty') mkdirSync(world.root)
      const { status } = await scan(world, false)
      if (what.do === 'empty') rmSync(world.root, { recursive: true })
      const after = await rowsOf(world)
      renameSync(`${world.root}-away`, world.root)
      const counted = (rows: Row[]) => rows.filter((row) => row.bookMissing === false).map(({ path: at, book }) => `${at} ${book}`)
      if (known.some(({ book, missing }) => book && !missing)) {
        expect(status).toBe('failed')
        expect(counted(after).toSorted()).toEqual(counted(known).toSorted())
      }
      return
    }
    case 'rename-folder': {
      const inner = readdirSync(world.root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
      const from = inner[what.which % Math.max(1, inner.length)]?.name
      const to = `renamed ${(world.names += 1)}`
      if (!from) return
      renameSync(path.join(world.root, from), path.join(world.root, to))
      for (const [at, content] of Array.from(world.disk)) {
        if (!at.startsWith(`${from}/`)) continue
        world.disk.delete(at)
        world.set(`${to}${at.slice(from.length)}`, content, at)
      }
      return
    }
    default:
  }
  const from = world.pick(what.which)
  if (from === undefined) return
  const content = world.disk.get(from) ?? 0
  if (what.do === 'move') world.rename(from, placeOf(what.at, (world.names += 1)))
  else if (what.do === 'replace') world.put(from, (world.contents += 1))
  else if (what.do === 'copy') {
    const to = placeOf(what.at, (world.names += 1))
    mkdirSync(path.join(world.root, path.dirname(to)), { recursive: true })
    cpSync(path.join(world.root, from), path.join(world.root, to), { preserveTimestamps: true })
    world.set(to, content)
  } else if (what.do === 'delete') {
    rmSync(path.join(world.root, from))
    world.disk.delete(from)
  } else {
    const other = world.pick(what.other)
    if (other === undefined || other === from) return
    if (what.do === 'over') return world.rename(from, other)
    const held = world.disk.get(other) ?? 0
    world.rename(from, 'held')
    world.rename(other, from)
    world.rename('held', other)
    expect([world.disk.get(from), world.disk.get(other)]).toEqual([held, content])
  }
}

test(
  'whatever happens to the files, a book stays that book while its content is there, and nobody loses a place or an edit',
  { timeout: Math.max(900_000, sequences * 60_000) },
  async () => {
    let count = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), async (steps) => {
        const world = new World(path.join(server.root, `world-${(count += 1)}`))
        for (let i = 0; i < 4; i += 1) await take(world, { do: 'add', at: i * 5 + count })
        world.libraryId = ((await call('POST', '/libraries', { name: `World ${count}`, folders: [world.root] })) as { id: string }).id
        await scanned(server, owner, organization, world.libraryId)
        await check(world)
        for (const each of steps) await take(world, each)
        await take(world, { do: 'scan' })
        expect(existsSync(world.root)).toBe(true)
      }),
      {
        numRuns: sequences,
        endOnFailure: process.env['SCAN_SHRINK'] === undefined,
        ...(process.env['SCAN_SEED'] && { seed: Number(process.env['SCAN_SEED']), path: process.env['SCAN_PATH'] ?? '' }),
      },
    )
    const lost = /CONNECTION_CLOSED|EPIPE|ECONNRESET|57P01/
    expect(worker.logs.filter((line) => line.includes('scan failed') && !lost.test(line))).toEqual([])
  },
)
