import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createReaderPool, type ReaderPool } from '../pool/pool.ts'
import type { Problem } from '../types.ts'
import { mutate, randomOf } from './mutate.ts'

/** A good or bad file to make mutants of. */
export type FuzzSource = { name: string; format: string; load(): Buffer }

export type FuzzOptions = {
  sources: readonly FuzzSource[]
  count: number
  seed: number
  /** Children, and mutants that are read at a time. */
  readers?: number
  onSlice?: (done: number) => void
}

export type MutantReport = {
  n: number
  source: string
  format: string
  kind: string
  bytes: number
  /** `ok` or the code of the problem of each of reading, cover, contents and a few parts. */
  outcomes: string[]
  /** The longest of these, as the pool saw it. */
  milliseconds: number
  /** Bytes above an idle child at most, null where the system does not tell. */
  memory: number | null
}

export type FuzzReport = {
  mutants: MutantReport[]
  /** What must not happen. */
  failures: string[]
}

export const perFile = { milliseconds: 10_000, memory: 256 * 2 ** 20 }
/** The watchdog looks every 100 ms. */
const late = { milliseconds: 500, memory: 64 * 2 ** 20 }
const sliceSize = 200
const partBytes = 2 ** 20
const lookEvery = 50

function children(): string[] {
  try {
    return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean)
  } catch {
    return []
  }
}

/** Network sockets that are open in a process; the channel to its parent is a local one. */
function socketsOf(pid: string): string[] {
  try {
    const descriptors = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`))
    const inodes = descriptors.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
    if (inodes.length === 0) return []
    const tables = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'latin1'))
    return inodes.filter((inode) => tables.some((table) => table.includes(` ${inode} `)))
  } catch {
    return []
  }
}

/** Names, sizes and times of all that is in a folder. */
function listing(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  return names
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, name))
      return `${name} ${size} ${mtimeMs}`
    })
    .join('\n')
}

/** Every format gets the same share, EPUB three; so a few files of a rare format are not lost among many. */
function picker(sources: readonly FuzzSource[]) {
  const formats = Map.groupBy(sources, ({ format }) => format)
  const shares = [...formats.keys()].flatMap((format) => (format === 'epub' ? [format, format, format] : [format]))
  return (seed: number, n: number) => {
    const random = randomOf(`${seed}/${n}`)
    const pick = () => random.pick(formats.get(random.pick(shares)) ?? sources)
    return { source: pick(), other: pick() }
  }
}

type Costs = Map<string, { milliseconds: number; memory: number | null }>

async function readMutant(pool: ReaderPool, root: string, path: string) {
  const file = { root, path }
  const problems: Problem[] = []
  const outcomes: string[] = []
  const note = (result: { ok: true } | { ok: false; problem: Problem }) => {
    outcomes.push(result.ok ? 'ok' : result.problem.code)
    if (!result.ok) problems.push(result.problem)
  }
  note(await pool.read(file))
  note(await pool.cover(file, { widths: [160] }))
  const contents = await pool.contents(file)
  note(contents)
  const parts = contents.ok ? contents.contents.parts : []
  for (const { name } of [...parts.slice(0, 2), ...parts.slice(2).slice(-1)]) note(await pool.part(file, { name, maxBytes: partBytes }))
  return { outcomes, problems }
}

function faultsOf({ milliseconds, memory }: MutantReport, problems: readonly Problem[]): string[] {
  return [
    ...problems.filter(({ code }) => code === 'crashed').map(({ detail }) => detail),
    ...problems.filter(({ detail }) => detail.length < 10 || /(?:^|\s)\/\w/.test(detail)).map(({ code, detail }) => `${code}: "${detail}"`),
    ...(milliseconds > perFile.milliseconds + late.milliseconds ? [`took ${Math.round(milliseconds)} ms`] : []),
    ...(memory !== null && memory > perFile.memory + late.memory ? [`took ${Math.round(memory / 2 ** 20)} MB`] : []),
  ]
}

/** Reads mutants by a reader pool, as a scan does, and looks that none of them does harm. */
export async function fuzz({ sources, count, seed, readers = 2, onSlice }: FuzzOptions): Promise<FuzzReport> {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'carrel-fuzz-')))
  const root = join(top, 'books')
  const costs: Costs = new Map()
  const report: FuzzReport = { mutants: [], failures: [] }
  const pool = createReaderPool({
    size: readers,
    onCost({ task, milliseconds, memory }) {
      if (!('file' in task)) return
      const before = costs.get(task.file.path)
      costs.set(task.file.path, {
        milliseconds: Math.max(milliseconds, before?.milliseconds ?? 0),
        memory: memory === null ? null : Math.max(memory, before?.memory ?? 0),
      })
    },
  })
  const watch = setInterval(() => {
    for (const pid of children()) for (const socket of socketsOf(pid)) report.failures.push(`a child opened socket ${socket}`)
  }, lookEvery)
  const pick = picker(sources)
  try {
    writeFileSync(join(top, 'beside'), 'beside')
    for (let start = 0; start < count; start += sliceSize) {
      mkdirSync(root)
      const slice = Array.from({ length: Math.min(sliceSize, count - start) }, (_, i) => {
        const n = start + i
        const { source, other } = pick(seed, n)
        const { bytes, kind } = mutate({ name: source.name, bytes: source.load() }, other.load(), seed, n)
        const path = `${n}-${source.name.replace(/[^\w.-]/g, '_')}`
        writeFileSync(join(root, path), bytes)
        return { n, path, kind, source: source.name, format: source.format, bytes: bytes.length }
      })
      const before = listing(top)
      const waiting = slice.values()
      const work = async () => {
        for (const { path, ...about } of waiting) {
          const { outcomes, problems } = await readMutant(pool, root, path)
          const { milliseconds, memory } = costs.get(path) ?? { milliseconds: 0, memory: null }
          const mutant = { ...about, outcomes, milliseconds, memory }
          report.mutants.push(mutant)
          for (const fault of faultsOf(mutant, problems))
            report.failures.push(`mutant ${about.n} (${about.kind}) of ${about.source}: ${fault}`)
        }
      }
      await Promise.all(Array.from({ length: readers }, work))
      if (listing(top) !== before) report.failures.push(`a file was written among mutants ${start} to ${start + slice.length - 1}`)
      rmSync(root, { recursive: true })
      costs.clear()
      onSlice?.(start + slice.length)
    }
  } finally {
    clearInterval(watch)
    await pool.stop()
    rmSync(top, { recursive: true })
  }
  return report
}
