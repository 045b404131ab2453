import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildFlac, buildM4b, buildMp3, buildOgg } from './audio/testing.ts'
import { buildPdf } from './pdf/testing.ts'
import { createReaderPool, type ReaderPool } from './pool/pool.ts'
import { buildEpub, buildRar, buildTar, buildZip, hostileFiles } from './testing.ts'
import { corpusRows, type CorpusRow } from './testing/corpus.ts'
import { judge } from './testing/second-reading.ts'
import type { ReadResult } from './types.ts'

type Row = Omit<CorpusRow, 'size'>

const given = process.env['CARREL_CORPUS'] || undefined
const oneFileLimit = 10_000
let root: string
let rows: Row[]
let pool: ReaderPool
const results = new Map<string, ReadResult>()

function generated(): Row[] {
  const titles = ['1984', '草枕', 'Füße & <Hände>', 'שלום', '  spaced   out  ', 'emoji 📚', 'x'.repeat(900)]
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64')
  const pages = ['a/1.png', 'a/10.png', 'b/2.png', '__MACOSX/._1.png', 'ComicInfo.xml'].map((name) => ({ name, data: png }))
  const rar = buildRar(pages)
  const comics = { 'x.cbz': buildZip(pages), 'x.cbr': rar, 'x.cbt': buildTar(pages), 'zip.cbr': buildZip(pages), 'rar.cbz': rar }
  const files = [
    ...titles.map((title, i) => ({ kind: 'valid', name: `valid-${i}.epub`, bytes: buildEpub({ title, padding: 5_000 }) })),
    ...Object.entries(comics).map(([name, bytes]) => ({ kind: 'valid', name, bytes })),
    ...Array.from(hostileFiles(), ({ name, bytes }) => ({ kind: 'hostile', name, bytes })),
  ]
  const archives = files.map((file) => ({ ...file, format: file.name.slice(-4).replace('.', ''), special: '' }))
  return [...archives, ...generatedPdfs(), ...generatedAudio()].map(({ name, bytes, ...row }) => {
    writeFileSync(join(root, name), bytes)
    return { path: name, sha256: '', ...row }
  })
}

function generatedPdfs() {
  const good = [1, 7, 120].map((pages) => ({
    kind: 'valid',
    special: `${pages} pages`,
    bytes: buildPdf({ pages, info: { Title: `Of ${pages}` } }),
  }))
  return good.map((file, i) => ({ ...file, format: 'pdf', name: `${i}.pdf` }))
}

function generatedAudio() {
  const whole = [
    buildMp3({ tags: { TALB: 'A' } }),
    buildM4b({ tags: { '©alb': 'A' } }),
    buildFlac(),
    buildOgg({ codec: 'vorbis' }),
    buildOgg({ codec: 'opus' }),
  ]
  return whole.map((bytes, i) => ({ format: 'audio', kind: 'valid', special: '', name: `${i}.mp3`, bytes }))
}

beforeAll(async () => {
  root = realpathSync(given ?? mkdtempSync(join(tmpdir(), 'carrel-corpus-')))
  rows = given ? corpusRows(root) : generated()
  pool = createReaderPool({ size: 2, timeLimit: oneFileLimit })
  await Promise.all(rows.map(async (row) => results.set(row.path, await pool.read({ root, path: row.path }))))
}, 120_000)

afterAll(async () => {
  await pool.stop()
  if (!given) rmSync(root, { recursive: true })
})

it('reads valid files as a second reader does', () => {
  const valid = rows.filter(({ kind }) => kind === 'valid' || kind === 'vertical')
  const wrong = valid.flatMap((row) => {
    const result = results.get(row.path)
    const said = result ? judge(root, row, result) : ['not read']
    return said.length > 0 ? [`${row.path}: ${said.join('; ')}`] : []
  })
  if (wrong.length > 0) console.info(wrong)
  expect(wrong.length).toBeLessThanOrEqual(valid.length * 0.01)
})

it('sees vertical writing, fixed layout and direction where the index tells of them', () => {
  const about = (path: string) => {
    const result = results.get(path)
    return result?.ok ? result.metadata : null
  }
  const epubs = rows.filter(({ format, kind }) => format === 'epub' && kind !== 'malformed')
  const lost = epubs.flatMap(({ path, special }) => {
    const metadata = about(path)
    if (!metadata) return []
    const misses = [
      /\brtl\b/.test(special) && metadata.direction !== 'rtl' && 'rtl',
      /fixed layout/.test(special) && metadata.layout !== 'fixed' && 'fixed',
      /vertical/.test(special) && !metadata.vertical && 'vertical',
      /obfuscated/.test(special) && metadata.drm !== null && 'drm',
    ]
    return misses.filter((miss) => miss !== false).map((miss) => `${miss} ${path}`)
  })
  if (lost.length > 0) console.info(lost)
  expect(lost.length).toBeLessThanOrEqual(epubs.length * 0.05)
})

it('reads PDF files with all their pages', () => {
  const pdfs = rows.filter(({ format, kind }) => format === 'pdf' && kind === 'valid')
  const pagesOf = ({ path }: Row) => {
    const result = results.get(path)
    return result?.ok && result.format === 'pdf' ? result.metadata.pages : null
  }
  expect(pdfs.filter((row) => !((pagesOf(row) ?? 0) > 0)).map(({ path }) => path)).toEqual([])
  const counted = pdfs.filter(({ special }) => /\d+ pages/.test(special))
  expect(counted.map((row) => `${pagesOf(row)} pages`)).toEqual(counted.map(({ special }) => /\d+ pages/.exec(special)?.[0]))
})

it('tells which files open with a password only', () => {
  const locked = rows.filter(({ format, kind }) => format === 'pdf' && kind === 'encrypted')
  expect(locked.map(({ path }) => results.get(path))).toEqual(
    locked.map(() => expect.objectContaining({ problem: expect.objectContaining({ code: 'encrypted' }) })),
  )
})

it('knows sound by its content', () => {
  const sound = rows.filter(({ format, kind }) => format === 'audio' && kind === 'valid')
  expect(sound.filter(({ path }) => !results.get(path)?.ok)).toEqual([])
})

it('ends every file as a result or a problem with a reason, never by a limit of the child', () => {
  expect(results.size).toBe(rows.length)
  for (const [path, result] of results) {
    if (result.ok) continue
    expect({
      path,
      detail: result.problem.detail.length > 10,
      limit: ['crashed', 'timeout', 'memory'].includes(result.problem.code),
    }).toEqual({
      path,
      detail: true,
      limit: false,
    })
  }
})

it('gives the contents and the first part of every book, or says why not', async () => {
  const books = rows.filter(({ path }) => results.get(path)?.ok)
  const problems = await Promise.all(
    books.map(async ({ path, kind }) => {
      const result = await pool.contents({ root, path })
      if (!result.ok) return `${kind} ${path} ${result.problem.code}`
      const [first] = result.contents.parts
      const part = first && (await pool.part({ root, path }, { name: first.name, maxBytes: 64 * 2 ** 20 }))
      return part?.ok === false ? `${kind} ${path} ${part.problem.code}` : null
    }),
  )
  const bad = problems.filter((each) => each !== null && (each.startsWith('valid') || /crashed|timeout|memory/.test(each)))
  expect(bad).toEqual([])
}, 120_000)

it('hashes what is in the file', () => {
  const wrong = rows.filter(({ path, sha256 }) => sha256 !== '' && results.get(path)?.sha256 !== sha256)
  expect(wrong.map(({ path }) => path)).toEqual([])
})

it('draws every cover or says why not, and reads on', async () => {
  const covered = rows.filter(({ path }) => {
    const result = results.get(path)
    return result?.ok && result.hasCover
  })
  const drawn = await Promise.all(covered.map(({ path }) => pool.cover({ root, path }, { widths: [160] })))
  const problems = drawn.flatMap((result, i) => (result.ok ? [] : [`${covered[i]?.kind} ${result.problem.code}`]))
  expect(problems.filter((each) => each.startsWith('valid') || /crashed|timeout/.test(each))).toEqual([])
  const again = rows.find(({ path }) => results.get(path)?.ok)
  expect(again && (await pool.read({ root, path: again.path }))).toMatchObject({ ok: true })
}, 60_000)
