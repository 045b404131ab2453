import { copyFileSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, expect, test } from 'vitest'
import { fileKind } from '@carrel/formats/names'
import { corpusRows, hostileFiles } from '@carrel/formats/testing'
import { makeMemoryGroup } from './testing/memory-group.ts'
import { endProcess, endProcesses, openAccount, postmasterOf, scanEnded, startProcess, superuserOf } from './testing/process.ts'
import { tempDir } from './testing/server.ts'

const corpus = process.env['CARREL_CORPUS'] || undefined
/** What the server, its two readers and its Postgres may hold together. */
const memory = 900 * 2 ** 20
const scratch = tempDir()
afterEach(endProcesses)
afterAll(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }))

/** All that is not plainly valid, under names that a scan looks at; each in a folder of its own, so that none lies beside another. */
function makeShelf(shelf: string, url: string): string[] {
  const put = (name: string, write: (at: string) => void) => {
    const at = `${String(paths.length).padStart(4, '0')}/${fileKind(name) === 'book' || fileKind(name) === 'audio' ? name : `${name}.epub`}`
    mkdirSync(path.join(shelf, path.dirname(at)), { recursive: true })
    write(path.join(shelf, at))
    paths.push(at)
  }
  const paths: string[] = []
  for (const { name, bytes } of hostileFiles({ url })) put(name, (at) => writeFileSync(at, bytes))
  for (const { path: file, kind } of corpus ? corpusRows(corpus) : [])
    if (kind !== 'valid' && kind !== 'vertical') put(path.basename(file), (at) => copyFileSync(path.join(corpus ?? '', file), at))
  return paths
}

const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const { size, mtimeMs, mode } = statSync(path.join(folder, name))
      return `${name} ${size} ${mtimeMs} ${mode}`
    })

const linesOf = (file: string): string[] => {
  try {
    return readFileSync(file, 'latin1').trim().split('\n').slice(1)
  } catch {
    return []
  }
}

/** Sockets of these processes that reach beyond this machine, in the form of /proc/net. */
function socketsOutside(pids: readonly string[]): string[] {
  const inodesOf = (pid: string): string[] => {
    try {
      const links = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`))
      return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
    } catch {
      return []
    }
  }
  const own = new Set(pids.flatMap(inodesOf))
  const isLocal = (address: string) => /^(?:0100007F|0000000000000000FFFF00000100007F|0{24}01000000):/.test(address)
  return ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].flatMap((kind) =>
    linesOf(`/proc/self/net/${kind}`).flatMap((line) => {
      const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/)
      const isFine = isLocal(local) && (isLocal(remote) || /^0+:/.test(remote))
      return own.has(inode) && !isFine ? [`${kind} ${local} ${remote}`] : []
    }),
  )
}

/** Bytes of memory, what they share counted once. */
const heldBy = (pids: readonly string[]): number =>
  pids
    .flatMap((pid) => linesOf(`/proc/${pid}/smaps_rollup`))
    .reduce((sum, line) => sum + 1024 * Number(/^Pss:\s+(\d+) kB/.exec(line)?.[1] ?? 0), 0)

function withChildren(pid: number): string[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return [String(pid), ...children.flatMap((child) => withChildren(Number(child)))]
  } catch {
    return []
  }
}

test.skipIf(process.platform !== 'linux')(
  'a server with little memory reads every hostile file, and does nothing else that they would have it do',
  { timeout: 240_000 },
  async () => {
    const heard: string[] = []
    const canary = createServer((request, response) => {
      heard.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
    const { port } = canary.address() as { port: number }
    const [shelf, dataDir, home, temporary, cwd] = ['books', 'data', 'home', 'tmp', 'cwd'].map((name) => path.join(scratch, name)) as [
      string,
      string,
      string,
      string,
      string,
    ]
    for (const folder of [shelf, home, temporary, cwd]) mkdirSync(folder)
    const paths = makeShelf(shelf, `http://127.0.0.1:${port}/canary`)
    const before = listing(shelf)
    const group = makeMemoryGroup(`carrel-hostile-${process.pid}`, memory)
    try {
      const env = { TMPDIR: temporary, SCAN_PROCESSES: '2' }
      const served = await startProcess({ dataDir, home, roots: [shelf], env, by: group?.by ?? [], cwd })
      const account = await openAccount(dataDir, () => served)
      const outside = new Set<string>()
      let answers = 0
      let watching = true
      let held = 0
      const watch = (async () => {
        for (; watching; await wait(50)) {
          const pids = group?.processes() ?? withChildren(served.child.pid ?? 0)
          for (const socket of socketsOutside(pids)) outside.add(socket)
          // Where no group can be made, nothing is capped, and what they hold is looked at instead.
          if (!group) held = Math.max(held, heldBy(pids))
          expect((await fetch(`${served.url}/readyz`)).status).toBe(200)
          answers += 1
        }
      })()
      watch.catch(() => {})
      const started = performance.now()
      const library = String((await account.call('POST', '/libraries', { name: 'Hostile', folders: [shelf] }))['id'])
      const found = await scanEnded(account, library, 200_000).catch((error: Error) => {
        throw new Error(`The server ended; ${group?.kills() ?? 0} processes were killed for memory.`, { cause: error })
      })
      const seconds = (performance.now() - started) / 1000
      watching = false
      await watch
      const peak = group?.peak() ?? held
      console.log(
        `${paths.length} hostile files in ${seconds.toFixed(1)} s, ${found.bookCount} books, ${found.problemCount} problems, ${Math.round(peak / 2 ** 20)} MB`,
      )
      expect(peak).toBeLessThanOrEqual(memory)

      expect(found).toMatchObject({ scan: { status: 'done', error: null } })
      const sql = superuserOf(dataDir)
      const rows = await sql<{ path: string; book: string | null; problem: string | null; detail: string | null }[]>`
        select path, book_id as book, problem, problem_detail as detail from library_file order by path`
      const covers = await sql`select from cover_task`
      await sql.end()
      expect(rows.map((row) => row.path)).toEqual(paths.toSorted())
      expect(rows.filter(({ book, problem, detail }) => book === null && (problem === null || (detail ?? '').length < 10))).toEqual([])
      // The readers end a file after ten seconds, or at 256 MB, as one of these.
      expect(rows.filter(({ problem }) => ['timeout', 'memory', 'crashed'].includes(problem ?? ''))).toEqual([])
      expect(covers).toEqual([])
      expect([group?.kills() ?? 0, served.child.exitCode, answers > 10]).toEqual([0, null, true])
      expect([[...outside], heard]).toEqual([[], []])
      expect(postmasterOf(dataDir)).toBeGreaterThan(0)
      await endProcess(served)
      expect(listing(shelf)).toEqual(before)
      expect([home, temporary, cwd].flatMap(listing)).toEqual([])
    } finally {
      endProcesses()
      await group?.remove()
      canary.close()
    }
  },
)
