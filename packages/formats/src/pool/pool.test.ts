import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildEpub, buildZip, fb2Xml, deepXmlEpub, entityBombEpub, truncatedEpub, zipBombEpub, zipSlipEpub } from '../testing.ts'
import type { Cost } from './reader.ts'
import { createReaderPool, type ReaderPool, type ReaderPoolOptions } from './pool.ts'

const unruly = new URL('./unruly-child.ts', import.meta.url)
let root: string
const pools: ReaderPool[] = []

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'carrel-pool-')))
})
afterAll(() => rmSync(root, { recursive: true }))
afterEach(async () => {
  await Promise.all(pools.splice(0).map((each) => each.stop()))
})

function pool(options: Partial<ReaderPoolOptions> = {}): ReaderPool {
  const created = createReaderPool({ size: 2, ...options })
  pools.push(created)
  return created
}

function write(name: string, bytes: Uint8Array) {
  writeFileSync(join(root, name), bytes)
  return { root, path: name }
}

async function codeOf(readers: ReaderPool, path: string): Promise<string> {
  const result = await readers.read({ root, path })
  return result.ok ? 'ok' : result.problem.code
}

function childrenOf(pid: number | undefined): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text
    .split(' ')
    .map(Number)
    .filter((each) => each > 0)
}

describe('reading', () => {
  it('reads many books at a time and answers each caller with its own', async () => {
    const readers = pool()
    const files = Array.from({ length: 60 }, (_, i) => write(`many-${i}.epub`, buildEpub({ title: `Book ${i}` })))
    const results = await Promise.all(files.map((file) => readers.read(file)))
    expect(results.map((result) => result.ok && result.metadata.title)).toEqual(files.map((_, i) => `Book ${i}`))
  })

  it('tells size, time, digest and cover of a file', async () => {
    const cover = await sharp({ create: { width: 60, height: 90, channels: 3, background: '#c01428' } })
      .jpeg()
      .toBuffer()
    const bytes = buildEpub({ title: 'Whole', cover })
    const file = write('whole.epub', bytes)
    const readers = pool()
    const result = await readers.read(file)
    expect(result).toMatchObject({ ok: true, size: bytes.length, format: 'epub', hasCover: true, warnings: [] })
    expect(Number.isInteger(result.modifiedAt)).toBe(true)
    expect(result.sha256).toMatch(/^[0-9a-f]{64}$/)
    const drawn = await readers.cover(file, { widths: [30] })
    expect(drawn).toMatchObject({ ok: true, cover: { aspect: 2 / 3, images: [{ width: 30 }] } })
    expect(await readers.cover(write('bare.epub', buildEpub({ title: 'Bare' })), { widths: [30] })).toEqual({ ok: true, cover: null })
  })

  it('hashes a large file in chunks to the same digest', async () => {
    const padding = 9 * 2 ** 20
    const bytes = buildEpub({ title: 'Large', padding })
    const result = await pool().read(write('large.epub', bytes))
    expect(result).toMatchObject({ ok: true, sha256: hash('sha256', bytes, 'hex') })
    rmSync(join(root, 'large.epub'))
  })

  it('holds no more than pieces of a large FictionBook, and tells what each task cost', async () => {
    const cover = await sharp({ create: { width: 60, height: 90, channels: 3, background: '#c01428' } })
      .jpeg()
      .toBuffer()
    const section = `<section><title><p>Chapter</p></title>${'<p>Text of a paragraph as they are.</p>'.repeat(1_000)}</section>`
    const file = write('large.fb2', Buffer.from(fb2Xml({ title: 'Large', body: section.repeat(3_000), cover })))
    const costs: Cost[] = []
    const readers = pool({ size: 1, memoryLimit: 192 * 2 ** 20, onCost: (cost) => costs.push(cost) })
    expect(await readers.read(file)).toMatchObject({ ok: true, hasCover: true, metadata: { title: 'Large' } })
    expect(await readers.cover(file, { widths: [30] })).toMatchObject({ ok: true, cover: { images: [{ width: 30 }] } })
    const contents = await readers.contents(file)
    expect(contents.ok && contents.contents.toc.length).toBe(3_000)
    expect(costs.map(({ task }) => task.kind)).toEqual(['read', 'cover', 'contents'])
    for (const { milliseconds, memory } of costs) {
      expect(milliseconds).toBeGreaterThan(0)
      if (process.platform === 'linux') expect(memory).toBeLessThan(192 * 2 ** 20)
    }
    rmSync(join(root, 'large.fb2'))
  })

  it('tells what a killed child cost', async () => {
    const costs: Cost[] = []
    await codeOf(pool({ size: 1, timeLimit: 500, entry: unruly, onCost: (cost) => costs.push(cost) }), 'hang')
    expect(costs).toMatchObject([{ task: { file: { path: 'hang' } } }])
    expect(costs[0]?.milliseconds).toBeGreaterThan(400)
  })
})

describe('bad files', () => {
  it('end as problems, each for its reason, and stop nothing', async () => {
    const readers = pool()
    const cases: [string, Uint8Array][] = [
      ['empty', new Uint8Array()],
      ['truncated', truncatedEpub()],
      ['not-a-book', new TextEncoder().encode('no book at all')],
      ['truncated', new TextEncoder().encode('%PDF-1.7')],
      ['not-a-book', buildZip([{ name: 'notes.txt', data: '' }])],
      ['too-large', zipBombEpub()],
      ['too-large', deepXmlEpub()],
      ['ok', zipSlipEpub()],
      ['ok', entityBombEpub()],
      ['ok', buildEpub()],
    ]
    const files = cases.map(([, bytes], i) => write(`bad-${i}.epub`, bytes))
    const codes = await Promise.all(files.map(({ path }) => codeOf(readers, path)))
    expect(codes).toEqual(cases.map(([expected]) => expected))
    expect(await codeOf(readers, 'none.epub')).toBe('vanished')
    expect(await codeOf(readers, '../x.epub')).toBe('outside-root')
    expect(await codeOf(readers, 'bad-9.epub')).toBe('ok')
  })

  it('never name an absolute path', async () => {
    const readers = pool()
    for (const path of ['none.epub', '../x.epub', 'bad-0.epub', 'bad-1.epub']) {
      expect(JSON.stringify(await readers.read({ root, path }))).not.toContain(root)
    }
  })
})

describe('children', () => {
  it.each([
    ['hang', 'timeout'],
    ['eat', 'memory'],
    ['die', 'crashed'],
    ['exit', 'crashed'],
  ])('that %s cost their own file only', async (path, code) => {
    const readers = pool({ size: 1, timeLimit: path === 'hang' ? 1_000 : 20_000, memoryLimit: 300 * 2 ** 20, entry: unruly })
    const results = await Promise.all(['a', path, 'b', 'c', path, 'd'].map((each) => codeOf(readers, each)))
    expect(results).toEqual(['empty', code, 'empty', 'empty', code, 'empty'])
  })

  it('are killed from outside without losing a file', async () => {
    const readers = pool({ size: 2 })
    const files = Array.from({ length: 300 }, (_, i) => write(`k-${i}.epub`, buildEpub({ title: `K ${i}`, padding: 20_000 })))
    const reading = Promise.all(files.map((file) => readers.read(file)))
    await sleep(400)
    const killed = childrenOf(process.pid).length
    for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL')
    const results = await reading
    const crashed = results.filter((result) => !result.ok && result.problem.code === 'crashed').length
    expect(results.filter((result) => result.ok).length + crashed).toBe(300)
    expect(crashed).toBeLessThanOrEqual(killed)
  })

  it.runIf(existsSync('/proc/self/task'))('end when idle and start again', async () => {
    const readers = pool({ size: 2, idleExit: 150, entry: unruly })
    const before = childrenOf(process.pid).length
    expect(await codeOf(readers, 'a')).toBe('empty')
    expect(childrenOf(process.pid).length).toBeGreaterThan(before)
    await expect.poll(() => childrenOf(process.pid).length, { timeout: 5_000 }).toBe(before)
    expect(await codeOf(readers, 'a')).toBe('empty')
  })

  it.runIf(existsSync('/proc/self/task'))('end when their parent is gone', async () => {
    const program = `const { createReaderPool } = await import(${JSON.stringify(new URL('./pool.ts', import.meta.url).href)});
      const pool = createReaderPool({ size: 2 });
      await pool.read({ root: '/', path: 'none' });
      process.stdout.write('started');`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(parent.stdout, 'data')
    const children = childrenOf(parent.pid)
    expect(children.length).toBeGreaterThan(0)
    parent.kill('SIGKILL')
    await expect.poll(() => children.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 5_000 }).toEqual([])
  })

  it('cannot write or start programs', async () => {
    const probe = new URL('./confined-child.ts', import.meta.url)
    const result = await pool({ size: 1, entry: probe }).read({ root, path: 'x' })
    expect(result).toMatchObject({ problem: { detail: 'ERR_ACCESS_DENIED ERR_ACCESS_DENIED 2' } })
  })
})

describe('pictures', () => {
  const red = { r: 200, g: 20, b: 40, alpha: 0.5 }
  const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 4, background: red } })

  it('are fitted into a square, keep what is transparent, and lose what else was in the file', async () => {
    const sources = [picture(900, 300).png(), picture(900, 300).jpeg().withMetadata({ orientation: 6 }), picture(90, 300).webp()]
    const sizes = []
    for (const source of sources) {
      const drawn = await pool().picture(await source.toBuffer(), 256)
      if (!drawn.ok) throw new Error(drawn.problem.detail)
      const { format, width, height, hasAlpha, exif } = await sharp(drawn.webp).metadata()
      sizes.push([format, width, height, hasAlpha, exif])
    }
    expect(sizes).toEqual([
      ['webp', 256, 85, true, undefined],
      ['webp', 85, 256, false, undefined],
      ['webp', 77, 256, true, undefined],
    ])
  })

  it('that are none, or of another kind, or too large to draw, are problems, and the next is drawn', async () => {
    const readers = pool()
    const good = await picture(30, 30).png().toBuffer()
    const bomb = Buffer.from(good)
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    const bad = [
      Buffer.alloc(0),
      Buffer.from(svg),
      Buffer.from(`\u0089PNG\r\n\u001a\n${svg}`, 'latin1'),
      Buffer.from('%PDF-1.7'),
      good.subarray(0, good.length / 2),
      await picture(30, 30).gif().toBuffer(),
      await picture(30, 30).avif({ effort: 0 }).toBuffer(),
      bomb,
    ]
    for (const bytes of bad) expect(await readers.picture(bytes, 256)).toMatchObject({ ok: false })
    expect(await readers.picture(good, 256)).toMatchObject({ ok: true })
  })

  it('that eat memory, hang or kill their process are problems too', async () => {
    const misdeeds = [['hang', 'timeout', { timeLimit: 500 }], ['eat', 'memory', {}], ['die', 'crashed', {}]] as const // prettier-ignore
    for (const [misdeed, code, limits] of misdeeds) {
      const readers = pool({ entry: unruly, size: 1, memoryLimit: 64 * 2 ** 20, ...limits })
      expect([misdeed, await readers.picture(Buffer.from(misdeed), 256)]).toMatchObject([misdeed, { ok: false, problem: { code } }])
    }
  })
})

describe('callers', () => {
  it('who abort get their reason, and the rest goes on', async () => {
    const readers = pool({ size: 1, entry: unruly })
    const controller = new AbortController()
    const aborted = readers.read({ root, path: 'a' }, { signal: controller.signal })
    const other = codeOf(readers, 'b')
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(await other).toBe('empty')
  })

  it('who abort do not leave a child with a file that goes on for hours', { timeout: 10_000 }, async () => {
    const readers = pool({ size: 1, timeLimit: 1_000 })
    const endless = write('endless.epub', new Uint8Array())
    truncateSync(join(root, 'endless.epub'), 200 * 2 ** 30)
    const left = new AbortController()
    // The child is there when it is asked.
    await readers.read(write('first.epub', buildEpub({ title: 'First' })))
    const reading = readers.read(endless, { signal: left.signal })
    const next = write('next.epub', buildEpub({ title: 'Next' }))
    setTimeout(() => left.abort(new Error('Nobody waits')), 500)
    await expect(reading).rejects.toThrow('Nobody waits')
    expect(await readers.read(next)).toMatchObject({ ok: true, metadata: { title: 'Next' } })
  })

  it('in a hurry are served first', async () => {
    const readers = pool({ size: 1, entry: unruly })
    const order: string[] = []
    const note = async (path: string, priority: boolean) => {
      await readers.read({ root, path }, { priority })
      order.push(path)
    }
    const slow = Array.from({ length: 100 }, (_, i) => note(`${i}`, false))
    await Promise.all([...slow, note('urgent', true)])
    expect(order.indexOf('urgent')).toBeLessThan(20)
  })

  it('of a stopped pool are refused', async () => {
    const readers = pool({ size: 1, timeLimit: 60_000, entry: unruly })
    const waiting = ['hang', 'a'].map((path) => readers.read({ root, path }))
    const settled = Promise.allSettled(waiting)
    await sleep(300)
    await readers.stop()
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(readers.read({ root, path: 'a' })).rejects.toThrow('stopped')
  })

  it('hear of a child that cannot start', async () => {
    const readers = pool({ size: 1, entry: new URL('./no-such-child.ts', import.meta.url) })
    await expect(readers.read({ root, path: 'a' })).rejects.toThrow('does not start')
  })
})
