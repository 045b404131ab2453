import { parseArgs } from 'node:util'
import { fuzz, perFile, type MutantReport } from './fuzz.ts'
import { corpusSources, generatedSources } from './fuzz-sources.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, readers: { type: 'string', default: '2' } },
})
const count = Number(positionals[0] ?? 1_000)
const seed = Number(values.seed)
const corpus = process.env['CARREL_CORPUS']
const sources = [...(await generatedSources()), ...(corpus ? corpusSources(corpus) : [])]

const began = Date.now()
const { mutants, failures } = await fuzz({
  sources,
  count,
  seed,
  readers: Number(values.readers),
  onSlice(done) {
    if (process.stderr.isTTY || done % 1_000 === 0) console.error(`${done} of ${count}, ${Math.round((Date.now() - began) / 1000)} s`)
  },
})

const megabytes = (bytes: number | null) => (bytes === null ? 0 : Math.round(bytes / 2 ** 20))
const share = (sorted: readonly number[], part: number) =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0)

function row(name: string, group: readonly MutantReport[]) {
  const codes: Record<string, number> = {}
  for (const code of group.flatMap(({ outcomes }) => [...new Set(outcomes)].filter((code) => code !== 'ok')))
    codes[code] = (codes[code] ?? 0) + 1
  const times = group.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  return {
    format: name,
    mutants: group.length,
    read: group.filter(({ outcomes }) => outcomes[0] === 'ok').length,
    'p50 ms': share(times, 0.5),
    'p99 ms': share(times, 0.99),
    'most ms': Math.round(times.at(-1) ?? 0),
    'most MB': Math.max(...group.map(({ memory }) => megabytes(memory))),
    problems: Object.entries(codes)
      .sort(([, a], [, b]) => b - a)
      .map(([code, number]) => `${code} ${number}`)
      .join(', '),
  }
}

const byFormat = [...Map.groupBy(mutants, ({ format }) => format)].sort(([a], [b]) => a.localeCompare(b))
const byKind = [...Map.groupBy(mutants, ({ kind }) => kind)].filter(([kind]) => !kind.includes(',')).sort(([a], [b]) => a.localeCompare(b))
console.table([...byFormat.map(([format, group]) => row(format, group)), row('all', mutants)])
console.table(byKind.map(([kind, group]) => row(kind, group)))

function worst(title: string, by: (mutant: MutantReport) => number) {
  console.log(`\nworst by ${title}`)
  const ten = mutants.toSorted((a, b) => by(b) - by(a)).slice(0, 10)
  for (const { n, source, kind, milliseconds, memory, outcomes } of ten) {
    console.log(`${Math.round(milliseconds)} ms, ${megabytes(memory)} MB, ${outcomes.join('/')}: mutant ${n} of ${source} (${kind})`)
  }
}
worst('time', ({ milliseconds }) => milliseconds)
worst('memory', ({ memory }) => memory ?? 0)

const stopped = mutants.filter(({ outcomes, milliseconds, memory }) => {
  return (
    outcomes.some((code) => code === 'memory' || code === 'timeout') ||
    milliseconds > perFile.milliseconds ||
    (memory ?? 0) > perFile.memory
  )
}).length
console.log(`\n${mutants.length} mutants of ${sources.length} files, seed ${seed}, ${Math.round((Date.now() - began) / 1000)} s`)
console.log(`${stopped} ended for time or memory (at most ${perFile.milliseconds / 1000} s and ${megabytes(perFile.memory)} MB)`)
for (const failure of failures.slice(0, 50)) console.log(failure)
console.log(`${failures.length} failures`)
process.exit(failures.length === 0 && mutants.length === count ? 0 : 1)
