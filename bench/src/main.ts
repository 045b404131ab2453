import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { toJson, toTable, type Figure } from './report.ts'
import { benchGrowth, benchRescan, benchScan } from './scan.ts'
import { buildServer, stopServers } from './server.ts'
import { benchShelf, shelfFigures } from './shelf.ts'
import { benchStart } from './start.ts'
import { benchWeb } from './web.ts'

const usage = `pnpm bench [figure or group …] [--json] [--rounds 3] [--books 2000] [--cache FOLDER] [--no-build]`

/** `onlyNamed`: takes long and much disk, and runs only when its figure is named in full. */
const benches: { figures: string[]; onlyNamed?: true; run: (bench: Bench) => Promise<Figure[]> }[] = [
  { figures: ['scan.listed', 'scan.covered', 'scan.rss'], run: benchScan },
  { figures: ['scan.rescan', 'scan.mixed-rss', 'scan.list-p95'], run: benchRescan },
  { figures: ['scan.rss-growth'], onlyNamed: true, run: benchGrowth },
  { figures: shelfFigures, run: benchShelf },
  { figures: ['start.cold', 'start.rss'], run: benchStart },
  { figures: ['web.js-brotli'], run: benchWeb },
]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    books: { type: 'string', default: '2000' },
    cache: { type: 'string', default: path.join(tmpdir(), 'carrel-bench') },
    build: { type: 'boolean', default: true },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit()
}
const wants = (figure: string) => positionals.length === 0 || positionals.some((name) => figure === name || figure.startsWith(`${name}.`))
const chosen = benches.filter(({ figures, onlyNamed }) =>
  figures.some((figure) => (onlyNamed ? positionals.includes(figure) : wants(figure))),
)
if (chosen.length === 0) {
  console.error(`No such figure. ${usage}\nFigures: ${benches.flatMap(({ figures }) => figures).join(' ')}`)
  process.exit(2)
}

mkdirSync(values.cache, { recursive: true })
const workFolder = mkdtempSync(path.join(values.cache, 'run-'))
process.once('exit', () => rmSync(workFolder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopServers().then(() => process.exit(130)))

const bench: Bench = {
  cache: values.cache,
  workFolder,
  turns: (budgetMs) => turns(Number(values.rounds), budgetMs),
  books: Number(values.books),
  wants,
  log: (line) => console.error(`· ${line}`),
}
if (values.build) await buildServer()
const figures: Figure[] = []
for (const { run } of chosen) {
  const made = (await run(bench)).filter(({ name }) => wants(name))
  figures.push(...made)
  if (values.json) for (const figure of made) console.log(toJson(figure))
}
if (!values.json) console.log(`\n${toTable(figures)}\n`)
process.exitCode = figures.some(({ ok }) => ok === false) ? 1 : 0

function* turns(rounds: number, budgetMs: number): Generator<number> {
  const startedAt = performance.now()
  for (let round = 1; round <= rounds; round += 1) {
    yield round
    const taken = performance.now() - startedAt
    if (round < rounds && taken + taken / round > budgetMs) {
      console.error(`· the machine is slow: ${round} of ${rounds} rounds`)
      return
    }
  }
}
