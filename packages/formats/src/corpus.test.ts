import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildFlac, buildM4b, buildMp3, buildOgg } from './audio/testing.ts'
import { buildPdf } from './pdf/testing.ts'
import { createReaderPool, type ReaderPool } from './pool/pool.ts'
import { buildEpub, buildRar, buildTar, buildZip, hostileFiles } from './testing.ts'
import type { ReadResult } from './types.ts'

type Row = { path: string; format: string; kind: string; special: string; sha256: string }

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
  rows = given
    ? readFileSync(join(root, 'index.tsv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t'))
        .map(([path = '', , format = '', kind = '', , , special = '', sha256 = '']) => ({ path, format, kind, special, sha256 }))
        .filter(({ path }) => existsSync(join(root, path)))
    : generated()
  pool = createReaderPool({ size: 2, timeLimit: oneFileLimit })
  await Promise.all(rows.map(async (row) => results.set(row.path, await pool.read({ root, path: row.path }))))
}, 120_000)

afterAll(async () => {
  await pool.stop()
  if (!given) rmSync(root, { recursive: true })
})

/** A second, simple reading of a sound archive: its directory and two regular expressions. */
function entryText(zip: Buffer, wanted: string): string | null {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  let at = zip.readUInt32LE(end + 16)
  for (let i = zip.readUInt16LE(end + 10); i > 0; i -= 1) {
    const nameLength = zip.readUInt16LE(at + 28)
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === wanted) {
      const local = zip.readUInt32LE(at + 42)
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
      const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20))
      const bytes = zip.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)
      return bytes[0] === 0xff ? bytes.toString('utf16le') : bytes.toString('utf8')
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return null
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function titleIn(file: Buffer): string | null {
  const path = /<rootfile\b[^>]*full-path\s*=\s*["']([^"']+)/.exec(entryText(file, 'META-INF/container.xml') ?? '')?.[1]
  const opf = entryText(file, path ?? '')?.replace(/<!--[\s\S]*?-->/g, '')
  const titles = [...(opf ?? '').matchAll(/<dc:title\b([^>]*)>([\s\S]*?)<\/dc:title>/gi)]
  const main = titles.find(([, attributes]) => {
    const id = /\bid\s*=\s*["']([^"']+)/.exec(attributes ?? '')?.[1]
    return id !== undefined && new RegExp(`<meta\\b(?=[^>]*refines="#${id}")(?=[^>]*title-type)[^>]*>\\s*main\\s*<`).test(opf ?? '')
  })
  const raw = (main ?? titles.find(([, , text]) => text?.trim() !== ''))?.[2]
  return (
    raw
      ?.replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
      .replace(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
      .replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? '')
      .replace(/\s+/g, ' ')
      .trim()
      .normalize('NFC') ?? null
  )
}

it('reads valid books with the title that is in the file', () => {
  const valid = rows.filter(({ format, kind }) => format === 'epub' && (kind === 'valid' || kind === 'vertical'))
  const wrong = valid.flatMap(({ path }) => {
    const result = results.get(path)
    const expected = titleIn(readFileSync(join(root, path)))
    const actual = result?.ok ? result.metadata.title : result?.problem
    return actual === expected || (actual === null && expected === '') ? [] : [{ path, expected, actual }]
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

const hasSecondReader = spawnSync('bsdtar', ['--version']).status === 0
const pageName = /^(?!.*(?:^|\/)(?:\.(?!\.?\/)|__MACOSX\/)).*\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)$/i

it.skipIf(!hasSecondReader)('counts the pages of valid archives as another program does', () => {
  const valid = rows.filter(({ format, kind }) => kind === 'valid' && /^(?:zip|rar|7z|tar|cb.)$/.test(format))
  const wrong = valid.flatMap(({ path }) => {
    const result = results.get(path)
    const listing = spawnSync('bsdtar', ['-tf', join(root, path)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
    })
    const isDocument = result?.ok === false && /^This is an? .*, not a book/.test(result.problem.detail)
    if (listing.status !== 0 || isDocument) return []
    const expected = listing.stdout.split('\n').filter((name) => pageName.test(name)).length
    const actual = result?.ok ? result.metadata.pages : 0
    return actual === expected ? [] : [{ path, expected, actual, problem: result?.ok === false && result.problem }]
  })
  expect(wrong).toEqual([])
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
