import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { prepareCorpus, type Corpus } from './corpus/corpus.ts'
import { prepareMany } from './corpus/many.ts'
import { prepareOthers } from './corpus/others.ts'
import { scanFloor } from './floor/scan.ts'
import { watchMemory } from './processes.ts'
import { against, atMost, type Figure } from './report.ts'
import { connect, setUp, startServer, superuserOf, type RunningServer, type Session } from './server.ts'

const scanLimitMs = 180_000
/** Asking more often would slow it down by more than its end is told late. */
const pollMs = 200
const endPollMs = 500
/** Covers of less time tell no rate. */
const coversForAtLeastMs = 1000
/** Covers of a slow machine are counted for this long and not to the end. */
const coversForMs = 20_000
const coversOfFloor = 300
const budgetMs = 200_000

type Library = {
  id: string
  scan: { status: string; startedAt: string | null; finishedAt: string | null; covered: number } | null
}
type Times = { listedMs: number; coversPerSecond: number }

/** Follows the scan of a library to its end, as its page does. */
async function follow(session: Session, libraryId: string): Promise<Times> {
  const deadline = Date.now() + scanLimitMs
  let listed: { at: number; covered: number } | undefined
  for (;;) {
    const { scan } = await session.get<Library>(`/libraries/${libraryId}`)
    const now = Date.now()
    if (scan?.status === 'failed' || now > deadline) throw new Error(`The scan did not end: ${JSON.stringify(scan)}`)
    if (scan?.startedAt && scan.status !== 'queued' && scan.status !== 'listing') {
      listed ??= { at: now, covered: scan.covered }
      const elapsed = now - listed.at
      if (scan.status === 'done' && elapsed < coversForAtLeastMs)
        throw new Error('Too few covers to tell how fast they are made. Give more books.')
      if (scan.status === 'done' || elapsed > coversForMs)
        return { listedMs: listed.at - Date.parse(scan.startedAt), coversPerSecond: ((scan.covered - listed.covered) * 1000) / elapsed }
    }
    await wait(listed === undefined ? pollMs : endPollMs)
  }
}

async function assertWhole(server: RunningServer, corpus: Corpus): Promise<void> {
  const sql = connect(superuserOf(server.dataDir))
  try {
    const [found] = await sql<{ books: number; bare: number }[]>`
      select count(*)::int as books, (count(*) filter (where cover_state = 'none'))::int as bare from book`
    if (found?.books !== corpus.books.length || found.bare > 0)
      throw new Error(`The scan found ${JSON.stringify(found)} of ${corpus.books.length} books.`)
  } finally {
    await sql.end()
  }
}

/** A bare walk: names and stat of every file. */
function walkFloor(folders: readonly string[]): number {
  const startedAt = performance.now()
  let files = 0
  for (const root of folders) {
    for (const folder of readdirSync(root)) {
      for (const name of readdirSync(path.join(root, folder))) files += statSync(path.join(root, folder, name)).isFile() ? 1 : 0
    }
  }
  return (files * 1000) / (performance.now() - startedAt)
}

/** Waits for the run that was asked for last, and answers how long it took by its own clock, in milliseconds. */
async function ended(session: Session, libraryId: string, earlier: string | null): Promise<number> {
  for (const deadline = Date.now() + 4 * scanLimitMs; Date.now() < deadline; await wait(endPollMs)) {
    const { scan } = await session.get<Library>(`/libraries/${libraryId}`)
    if (scan?.startedAt && scan.startedAt !== earlier && scan.finishedAt) return Date.parse(scan.finishedAt) - Date.parse(scan.startedAt)
  }
  throw new Error('The scan did not end.')
}

/** Many, since one takes some ten milliseconds; the first is not counted. */
const rescans = 21
/** Milliseconds between two looks at the shelf, as a few readers turn its pages. */
const lookEveryMs = 50
const looks = 300
const p95 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN

/** Milliseconds of asking for a page of the shelf, again and again: `count` times, or until `ended`. */
async function lookAtShelf(session: Session, libraryId: string, count: number, ended: () => boolean = () => false): Promise<number[]> {
  const times: number[] = []
  while (times.length < count && !ended()) {
    const startedAt = performance.now()
    await session.get(`/books?libraryId=${libraryId}&sort=title&limit=50`)
    times.push(performance.now() - startedAt)
    await wait(lookEveryMs)
  }
  return times
}

/**
 * `scan.rescan`, `scan.mixed-rss` and `scan.list-p95`: comics and PDFs, then all with EPUBs as one library, scanned whole once, then
 * again with nothing changed. The first library is looked at when nothing is scanned and while the second one is.
 */
export async function benchRescan({ cache, workFolder, books, log }: Bench): Promise<Figure[]> {
  const count = { comics: Math.ceil(books / 10), pdfs: Math.ceil(books / 25) }
  log(`preparing ${books} books, ${count.comics} comics and ${count.pdfs} PDFs`)
  const corpus = await prepareCorpus(cache, books)
  const others = await prepareOthers(cache, count)
  const folders = [corpus.folder, others.folder]
  const files = books + others.files.length
  const server = await startServer({ dataDir: path.join(workFolder, 'rescan'), roots: folders })
  try {
    const session = await setUp(server)
    const shelf = await session.post<Library>('/libraries', { name: 'Shelf', folders: [others.folder] })
    await ended(session, shelf.id, null)
    await lookAtShelf(session, shelf.id, looks / 3)
    const calm = p95(await lookAtShelf(session, shelf.id, looks))
    const memory = watchMemory(server.pid)
    const { id } = await session.post<Library>('/libraries', { name: 'Mixed', folders })
    let over = false
    const scanned = ended(session, id, null).finally(() => (over = true))
    const busy = p95(await lookAtShelf(session, shelf.id, Infinity, () => over))
    const first = await scanned
    const peak = memory.stop() / 2 ** 20
    const sql = connect(superuserOf(server.dataDir))
    const [found] = await sql<
      { books: number }[]
    >`select count(*)::int as books from book where cover_state = 'ready' and library_id = ${id}`
    await sql.end()
    if (found?.books !== files) throw new Error(`The scan found ${found?.books} books with covers of ${files}.`)
    log(`mixed: ${Math.round((files * 1000) / first)} files/s with covers, ${Math.round(peak)} MB`)
    log(`the shelf answers in ${calm.toFixed(1)} ms, during the scan in ${busy.toFixed(1)} ms (p95)`)
    const rounds: { floor: number; ours: number }[] = []
    for (let round = 0; round < rescans; round += 1) {
      const before = (await session.get<Library>(`/libraries/${id}`)).scan?.startedAt ?? null
      const floor = walkFloor(folders)
      await session.post(`/libraries/${id}/scan`, {})
      rounds.push({ floor, ours: (files * 1000) / (await ended(session, id, before)) })
    }
    return [
      against('scan.rescan', 'files/s', rounds.slice(1), 0.5),
      atMost('scan.mixed-rss', 'MB', [peak], 600),
      atMost('scan.list-p95', '× idle', [busy / calm], 3),
    ]
  } finally {
    await server.stop()
  }
}

/** `scan.*`: each round scans the corpus into a new instance, beside the floors of the same round. */
export async function benchScan({ cache, workFolder, turns, books, log }: Bench): Promise<Figure[]> {
  log(`preparing ${books} books`)
  const corpus = await prepareCorpus(cache, books)
  const listed: { floor: number; ours: number }[] = []
  const covered: { floor: number; ours: number }[] = []
  const peaks: number[] = []
  for (const round of turns(budgetMs)) {
    const server = await startServer({ dataDir: path.join(workFolder, `scan-${round}`), roots: [corpus.folder] })
    try {
      const session = await setUp(server)
      const listFloor = await scanFloor(corpus, 'list')
      const earlier = await scanFloor(corpus, 'cover', coversOfFloor)
      const memory = watchMemory(server.pid)
      const { id } = await session.post<Library>('/libraries', { name: 'Bench', folders: [corpus.folder] })
      const times = await follow(session, id)
      peaks.push(memory.stop() / 2 ** 20)
      await assertWhole(server, corpus)
      // It may still make covers, which would slow the floor down.
      await server.stop()
      // Before and after: a machine's speed drifts by more than what is told apart here.
      const coverFloor = (earlier + (await scanFloor(corpus, 'cover', coversOfFloor))) / 2
      listed.push({ floor: listFloor, ours: (books * 1000) / times.listedMs })
      covered.push({ floor: coverFloor, ours: times.coversPerSecond })
      log(
        `scan ${round}: listed ${Math.round(listed.at(-1)?.ours ?? 0)} of ${Math.round(listFloor)}/s, covered ${Math.round(covered.at(-1)?.ours ?? 0)} of ${Math.round(coverFloor)}/s`,
      )
    } finally {
      await server.stop()
    }
  }
  return [
    against('scan.listed', 'books/s', listed, 0.75),
    against('scan.covered', 'covers/s', covered, 0.8),
    atMost('scan.rss', 'MB', peaks, 600),
  ]
}

const fewBooks = 2000
const manyBooks = 50_000
const coversWatchedMs = 20_000

/** `scan.rss-growth`: the greatest memory of listing many books, and of making covers for a while, against that of few. */
export async function benchGrowth({ cache, workFolder, log }: Bench): Promise<Figure[]> {
  const peaks: number[] = []
  for (const books of [fewBooks, manyBooks]) {
    log(`preparing ${books} books`)
    const folder = await prepareMany(cache, books)
    const server = await startServer({ dataDir: path.join(workFolder, `growth-${books}`), roots: [folder] })
    try {
      const session = await setUp(server)
      const memory = watchMemory(server.pid)
      const { id } = await session.post<Library>('/libraries', { name: 'Growth', folders: [folder] })
      let status = 'queued'
      while (status === 'queued' || status === 'listing') {
        await wait(endPollMs)
        status = (await session.get<Library>(`/libraries/${id}`)).scan?.status ?? 'queued'
      }
      await wait(coversWatchedMs)
      const { bookCount } = await session.get<Library & { bookCount: number }>(`/libraries/${id}`)
      if (bookCount !== books) throw new Error(`The scan found ${bookCount} of ${books} books.`)
      peaks.push(memory.stop() / 2 ** 20)
      log(`${books} books: ${Math.round(peaks.at(-1) ?? 0)} MB`)
    } finally {
      await server.stop()
    }
  }
  const [few = NaN, many = NaN] = peaks
  return [atMost('scan.rss-growth', '×', [many / few], 1.25)]
}
