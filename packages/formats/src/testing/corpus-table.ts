import { realpathSync } from 'node:fs'
import { createReaderPool } from '../pool/pool.ts'
import type { ReadResult } from '../types.ts'
import { corpusRows, type CorpusRow } from './corpus.ts'
import { judge, secondReaders } from './second-reading.ts'

const given = process.env['CARREL_CORPUS']
if (!given) {
  console.error('CARREL_CORPUS has to name a folder of book files with an index.tsv.')
  process.exit(1)
}
const root = realpathSync(given)
const costs = new Map<string, { milliseconds: number; megabytes: number }>()
const pool = createReaderPool({
  size: 2,
  onCost({ task, milliseconds, memory }) {
    if ('file' in task) costs.set(task.file.path, { milliseconds, megabytes: (memory ?? 0) / 2 ** 20 })
  },
})

const isValid = ({ kind }: CorpusRow) => kind === 'valid' || kind === 'vertical'

/** Of a valid file what a second reader says otherwise; of others what no file may cause. */
function wrongs(row: CorpusRow, result: ReadResult): string[] {
  if (!result.ok && ['crashed', 'timeout', 'memory'].includes(result.problem.code))
    return [`${result.problem.code}: ${result.problem.detail}`]
  if (!result.ok && result.problem.detail.length < 10) return ['without a reason']
  return isValid(row) ? judge(root, row, result) : []
}

const read = await Promise.all(
  corpusRows(root).map(async (row) => {
    const result = await pool.read({ root, path: row.path })
    return { row, result, wrong: wrongs(row, result) }
  }),
)
await pool.stop()

const summary = (group: typeof read) => ({
  files: group.length,
  imported: group.filter(({ result }) => result.ok).length,
  'listed as a problem': group.filter(({ result }) => !result.ok).length,
  wrong: group.filter(({ wrong }) => wrong.length > 0).length,
  'most ms': Math.round(Math.max(...group.map(({ row }) => costs.get(row.path)?.milliseconds ?? 0))),
  'most MB': Math.round(Math.max(...group.map(({ row }) => costs.get(row.path)?.megabytes ?? 0))),
})
const groups = [...Map.groupBy(read, ({ row }) => `${row.format} ${row.kind}`)].toSorted(([a], [b]) => a.localeCompare(b))
const valid = read.filter(({ row }) => isValid(row))
console.table(
  Object.fromEntries([...groups, ['all', read] as const, ['valid', valid] as const].map(([name, group]) => [name, summary(group)])),
)
for (const { row, wrong } of read) if (wrong.length > 0) console.log(`${row.path}: ${wrong.join('; ')}`)
const right = valid.filter(({ wrong }) => wrong.length === 0).length
console.log(`${right} of ${valid.length} valid files are read right, ${((right * 100) / valid.length).toFixed(1)} %`)
for (const [program, there] of Object.entries(secondReaders)) if (!there) console.log(`${program} is not installed: it judged nothing`)
process.exit(right >= valid.length * 0.99 && read.every(({ row, wrong }) => isValid(row) || wrong.length === 0) ? 0 : 1)
