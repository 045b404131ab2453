import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, rmSync, statfsSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, expect, test } from 'vitest'
import { buildEpub } from '@carrel/formats/testing'
import {
  endProcess,
  endProcesses,
  openAccount,
  scanEnded,
  startProcess,
  superuserOf,
  type Account,
  type ProcessOptions,
  type ServerProcess,
} from './testing/process.ts'
import { tempDir } from './testing/server.ts'

const scratch = tempDir()
// Somebody else than root goes through it.
chmodSync(scratch, 0o711)
afterEach(endProcesses)
afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }))

const isRoot = process.getuid?.() === 0
const works = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0
/** Somebody whom permissions bind; root starts the server as such a one. */
const nobody = { uid: 65_534, gid: 65_534 }
const bound = isRoot ? { user: nobody } : {}
const bindable = !isRoot || works('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, '-e', `require('fs').readFileSync(${JSON.stringify(import.meta.filename)})`) // prettier-ignore

function makeShelf(shelf: string, books: number, more: object = {}): void {
  for (let i = 0; i < books; i += 1) {
    const folder = path.join(shelf, `folder ${i % 10}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, `${i}.epub`), buildEpub({ title: `Book ${i}`, identifier: `urn:x:${i}`, padding: 5_000, ...more }))
  }
}

type World = { served: ServerProcess; account: Account; library: string; shelf: string; dataDir: string; options: ProcessOptions }

/** A server of its own with one library; `made` gets the folders before it starts. */
async function makeWorld(
  name: string,
  more: Partial<ProcessOptions>,
  made: (at: { shelf: string; dataDir: string }) => void,
): Promise<World> {
  const [shelf, dataDir, home] = ['books', 'data', 'home'].map((part) => path.join(scratch, `${name}-${part}`)) as [string, string, string]
  for (const folder of [shelf, dataDir, home]) mkdirSync(folder)
  made({ shelf, dataDir })
  if (more.user) for (const folder of [dataDir, home]) chownSync(folder, more.user.uid, more.user.gid)
  const options = { dataDir, home, roots: [shelf], ...more }
  const world = { served: await startProcess(options), shelf, dataDir, options }
  const account = await openAccount(dataDir, () => world.served)
  const library = String((await account.call('POST', '/libraries', { name: 'Shelf', folders: [shelf] }))['id'])
  return Object.assign(world, { account, library })
}

const scanAgain = async ({ account, library }: World) => {
  await account.call('POST', `/libraries/${library}/scan`, {})
  return scanEnded(account, library)
}
type Problem = { path: string; code: string; detail: string }
const problems = async ({ account, library }: World) =>
  (await account.call('GET', `/libraries/${library}/problems?limit=100`))['items'] as Problem[]

/** Ids of books by path, as they are counted. */
async function booksOf({ dataDir }: World): Promise<Map<string, string>> {
  const sql = superuserOf(dataDir)
  const rows = await sql<{ path: string; book: string }[]>`
    select f.path, f.book_id as book from library_file f join book b on b.organization_id = f.organization_id and b.id = f.book_id
    where b.missing_at is null and f.missing_at is null`
  await sql.end()
  return new Map(rows.map(({ path, book }) => [path, book]))
}

/** Makes every file look written, so that the next scan reads it. */
function touchAll(shelf: string): void {
  for (const name of readdirSync(shelf, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.epub')) utimesSync(path.join(shelf, name), new Date(), new Date(Date.now() - 60_000))
}

test.skipIf(!bindable)(
  'permissions that change during a scan lose no book, and what may not be read is listed',
  { timeout: 120_000 },
  async () => {
    const world = await makeWorld('bound', bound, ({ shelf }) => makeShelf(shelf, 120))
    const { shelf } = world
    const [folders, file] = [['folder 3', 'folder 7'].map((name) => path.join(shelf, name)), path.join(shelf, 'folder 1/11.epub')]
    const change = (mode: number) => {
      for (const folder of folders) chmodSync(folder, mode && mode | 0o111)
      chmodSync(file, mode)
    }
    change(0)
    expect(await scanEnded(world.account, world.library)).toMatchObject({ scan: { status: 'done', error: null } })
    change(0o644)
    expect(await scanAgain(world)).toMatchObject({ bookCount: 120, problemCount: 0, scan: { status: 'done' } })
    const before = await booksOf(world)
    expect(before.size).toBe(120)

    touchAll(shelf)
    await world.account.call('POST', `/libraries/${world.library}/scan`, {})
    await wait(50)
    change(0)
    expect(await scanEnded(world.account, world.library)).toMatchObject({ bookCount: 120, scan: { status: 'done', missing: 0 } })
    touchAll(path.join(shelf, 'folder 1'))
    const found = await scanAgain(world)
    expect(found).toMatchObject({ bookCount: 120, scan: { status: 'done', missing: 0, held: 0 } })
    const listed = (await problems(world)).map(({ path: at, code }) => `${at} ${code}`)
    expect(listed).toEqual(expect.arrayContaining(['folder 1/11.epub unreadable', 'folder 3 unreadable', 'folder 7 unreadable']))
    // Those that were on their way to a reader are listed by themselves.
    expect(listed.filter((line) => !/^folder [37](?:\/.*)? unreadable$|^folder 1\/11\.epub unreadable$/.test(line))).toEqual([])
    expect(await booksOf(world)).toEqual(before)
    change(0o644)
    chmodSync(shelf, 0)
    const { scan, bookCount } = await scanAgain(world)
    expect({ status: scan.status, bookCount }).toEqual({ status: 'failed', bookCount: 120 })
    expect(scan.error).toMatch(/cannot be read.*Nothing was removed/)
    chmodSync(shelf, 0o755)
    expect(await scanAgain(world)).toMatchObject({ bookCount: 120, problemCount: 0, scan: { status: 'done', missing: 0 } })
    expect(await booksOf(world)).toEqual(before)
    await endProcess(world.served)
  },
)

const mayTrace = works('strace', '-o', '/dev/null', '-e', 'trace=none', 'true')

test.skipIf(!mayTrace)('a disk that gives errors loses no book, and says which file it did not give', { timeout: 120_000 }, async () => {
  const world = await makeWorld('errors', {}, ({ shelf }) => makeShelf(shelf, 60))
  const { shelf } = world
  expect(await scanEnded(world.account, world.library)).toMatchObject({ bookCount: 60, problemCount: 0 })
  const before = await booksOf(world)
  /** What the kernel answers to whoever reads these, as long as `run` takes. */
  const failing = async (paths: string[], run: () => Promise<void>) => {
    const injected = ['-e', 'inject=pread64,getdents64:error=EIO', ...paths.flatMap((at) => ['-P', path.join(shelf, at)])]
    const { pid } = world.served.child
    // The readers that wait for work are looked at too.
    const readers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((each) => each && readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('pool/child'))
    const strace = spawn('strace', ['-f', ...[pid, ...readers].flatMap((each) => ['-p', String(each)]), '-o', '/dev/null', ...injected], { stdio: ['ignore', 'ignore', 'pipe'] }) // prettier-ignore
    try {
      // It says when it is attached.
      await once(strace.stderr, 'data')
      await run()
    } finally {
      strace.kill('SIGINT')
      await once(strace, 'exit')
    }
  }
  writeFileSync(path.join(shelf, 'folder 1/new.epub'), buildEpub({ title: 'New' }))
  touchAll(path.join(shelf, 'folder 2'))
  await failing(['folder 1/new.epub', 'folder 2/2.epub', 'folder 3'], async () => {
    expect(await scanAgain(world)).toMatchObject({ bookCount: 60, problemCount: 3, scan: { status: 'done', missing: 0, held: 0 } })
    expect((await problems(world)).map(({ path: at, code, detail }) => `${at} ${code} ${detail}`).toSorted()).toEqual([
      'folder 1/new.epub unreadable Reading failed (EIO).',
      'folder 2/2.epub unreadable Reading failed (EIO).',
      expect.stringMatching(/^folder 3 unreadable /),
    ])
  })
  expect(await booksOf(world)).toEqual(before)
  await failing([''], async () => {
    const { scan, bookCount } = await scanAgain(world)
    expect({ status: scan.status, bookCount }).toEqual({ status: 'failed', bookCount: 60 })
    expect(scan.error).toContain('cannot be read')
  })
  expect(await scanAgain(world)).toMatchObject({ bookCount: 61, problemCount: 0, scan: { status: 'done', missing: 0 } })
  const after = await booksOf(world)
  expect([...before].filter(([at, book]) => after.get(at) !== book)).toEqual([])
  await endProcess(world.served)
})

const mayMount = isRoot && works('unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', scratch)

test.skipIf(!mayMount)(
  'a disk that is full during a scan is said, and the scan goes on when there is room',
  { timeout: 180_000 },
  async () => {
    let dataDir = ''
    try {
      const world = await makeWorld('full', {}, (at) => {
        dataDir = at.dataDir
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', dataDir])
        makeShelf(at.shelf, 600, { description: 'Words. '.repeat(400) })
      })
      const { account, library } = world
      const { bavail, bsize } = statfsSync(dataDir)
      const filler = path.join(dataDir, 'filler')
      try {
        writeFileSync(filler, Buffer.alloc(bavail * bsize))
      } catch {
        // As far as it goes.
      }
      const look = async () => {
        if (world.served.child.exitCode !== null) return world.served.said()
        return account.ask('GET', `/api/v1/libraries/${library}`).then((answer) => answer.text())
      }
      // Postgres either goes on without what it cannot write, or cannot go on at all.
      await expect
        .poll(look, { timeout: 60_000, interval: 120 })
        .toMatch(/disk of the server is full|The database ended.*No space left on device/)
      if (world.served.child.exitCode !== null) {
        await expect(startProcess(world.options)).rejects.toThrow(/No space left on device/)
        rmSync(filler)
        world.served = await startProcess(world.options)
      } else rmSync(filler)
      expect(await scanEnded(account, library)).toMatchObject({ bookCount: 600, problemCount: 0, scan: { status: 'done', error: null } })
      await endProcess(world.served)
    } finally {
      endProcesses()
      execFileSync('umount', ['-l', dataDir])
    }
  },
)
