import path from 'node:path'
import type { Bench } from './bench.ts'
import { startFloor } from './floor/start.ts'
import { startLoad, toWire } from './load/load.ts'
import { against, atMost, type Figure } from './report.ts'
import { setUp, startServer, superuserOf } from './server.ts'
import { addGrants, timeOfEntering } from './access.ts'
import { fillShelf, makeDownload } from './shelf-data.ts'

const connections = 16
const downloads = 8
const durationMs = 2500
const warmUpMs = 1500
const budgetMs = 20_000

export const shelfFigures = [
  'list.20',
  'list.50',
  'list.p99-growth',
  'list.50-granted',
  'access.enter',
  'home',
  'search.title',
  'search.author',
  'files.cover',
  'files.download',
]

/** `list.*`, `home`, `search.*`, `files.*`: one server with 100,000 books and the floor beside it, never under load together. */
export async function benchShelf({ workFolder, turns, wants, log }: Bench): Promise<Figure[]> {
  const download = makeDownload(path.join(workFolder, 'books'))
  const server = await startServer({ dataDir: path.join(workFolder, 'shelf'), roots: [path.dirname(download)] })
  const load = startLoad()
  let floor: Awaited<ReturnType<typeof startFloor>> | undefined
  try {
    log('filling a shelf of 100,000 books')
    const session = await setUp(server)
    const shelf = await fillShelf(server, session, download)
    floor = await startFloor(superuserOf(server.dataDir), { organizationId: session.organizationId, ...shelf })
    const { webPort, filePort } = floor
    const { organizationId } = session
    const cookie = session.headers['cookie'] ?? ''

    const rpc = (procedure: string, input: unknown) =>
      toWire(
        server.port,
        'POST',
        `/rpc/${procedure}`,
        {
          cookie,
          origin: server.url,
          'content-type': 'application/json',
          'x-csrf-token': 'orpc',
          'x-carrel-organization': organizationId,
          'sec-fetch-site': 'same-origin',
        },
        JSON.stringify({ json: input }),
      )
    const file = (route: string) => toWire(server.port, 'GET', `/files/${organizationId}/${route}`, { cookie })
    const list = (limit: number, sort = 'title', cursor?: string) => rpc('books/list', { libraryId: shelf.libraryId, sort, limit, cursor })
    // Each order that people choose from is one index walk, so all are held against the same one.
    const lists = (limit: number) => ['added', 'title', 'author'].map((sort) => list(limit, sort))
    const ask = async (port: number, requests: readonly string[], count = connections, time = durationMs) =>
      load.run({ port, connections: count, durationMs: time, requests })

    const figures: Figure[] = []
    const note = (figure: Figure) => {
      log(`${figure.name}: ${Math.round(figure.value)} ${figure.unit}${figure.floor ? ` of ${Math.round(figure.floor)}` : ''}`)
      figures.push(figure)
    }
    /** Floor and ours by turns; the sum of bytes or requests a second. */
    const compare = async (
      name: string,
      goal: number | null,
      bare: { port: number; requests: string[] },
      ours: string[],
      unit: 'req/s' | 'MB/s' = 'req/s',
    ) => {
      const count = unit === 'MB/s' ? downloads : connections
      const measure = async (port: number, requests: readonly string[], time?: number) => {
        const result = await ask(port, requests, count, time)
        return unit === 'MB/s' ? result.bytesPerSecond / 1e6 : result.requestsPerSecond
      }
      await measure(bare.port, bare.requests, warmUpMs)
      await measure(server.port, ours, warmUpMs)
      const pairs: { floor: number; ours: number }[] = []
      for (const _ of turns(budgetMs))
        pairs.push({ floor: await measure(bare.port, bare.requests), ours: await measure(server.port, ours) })
      note(against(name, unit, pairs, goal))
    }
    const report = async (name: string, unit: string, requests: string[], share: number) => {
      await ask(server.port, requests, connections, warmUpMs)
      const rates: number[] = []
      for (const _ of turns(budgetMs)) rates.push((await ask(server.port, requests)).requestsPerSecond / share)
      note({ ...atMost(name, unit, rates, null) })
    }

    const bareList = (limit: number) => ({ port: webPort, requests: [toWire(webPort, 'GET', `/list/${limit}`, {})] })
    for (const limit of [20, 50]) if (wants(`list.${limit}`)) await compare(`list.${limit}`, 0.35, bareList(limit), lists(limit))
    if (wants('list.p99-growth')) {
      const deep = shelf.deepCursors.map((cursor) => list(20, 'title', cursor))
      const growth: number[] = []
      for (const _ of turns(budgetMs)) {
        const first = await ask(server.port, [list(20)])
        growth.push((await ask(server.port, deep)).p99Ms / first.p99Ms)
      }
      note(atMost('list.p99-growth', '×', growth, 2))
    }
    const home = [list(20, 'added'), rpc('libraries/list', {}), rpc('account/get', {})]
    if (wants('home')) await report('home', 'pages/s', home, home.length)
    const search = (queries: readonly string[]) => queries.map((query) => rpc('books/search', { query, libraryId: shelf.libraryId }))
    if (wants('search.title'))
      await report('search.title', 'req/s', search(['silent harbour', '銀河の', 'orchard of ver', 'lantern 4242']), 1)
    if (wants('search.author')) await report('search.author', 'req/s', search(['mara holl', '夏目漱石', 'tanaka', 'ivo moreau']), 1)
    if (wants('files.cover')) {
      const bare = shelf.coverBooks.map((id) => toWire(webPort, 'GET', `/cover/${id}`, {}))
      await compare(
        'files.cover',
        0.8,
        { port: webPort, requests: bare },
        shelf.coverBooks.map((id) => file(`books/${id}/cover/320.webp`)),
      )
    }
    if (wants('files.download'))
      await compare(
        'files.download',
        0.8,
        { port: filePort, requests: [toWire(filePort, 'GET', '/', {})] },
        [file(`files/${shelf.fileId}`)],
        'MB/s',
      )
    if (wants('access.enter')) {
      const times: number[] = []
      for (const _ of turns(budgetMs)) times.push(await timeOfEntering(server, session))
      note(atMost('access.enter', 'ms', times, 0.8))
    }
    // Last, since it restricts the library.
    if (wants('list.50-granted')) {
      const guest = await addGrants(server, session, shelf.libraryId)
      const asGuest = lists(50).map((request) => request.replace(cookie, guest))
      await compare('list.50-granted', 1 / 1.2, { port: server.port, requests: lists(50) }, asGuest)
    }
    return figures
  } finally {
    load.stop()
    floor?.stop()
    await server.stop()
  }
}
