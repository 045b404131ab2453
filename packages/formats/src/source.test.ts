import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bufferSource, koreaderMd5, openBookFile } from './source.ts'
import { toProblem } from './problems.ts'

let top: string
let root: string

beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'carrel-source-')))
  root = join(top, 'books')
  for (const folder of ['books/a', 'books-too', 'elsewhere']) mkdirSync(join(top, folder), { recursive: true })
  for (const file of ['books/a/x.epub', 'books-too/y.epub', 'elsewhere/z.epub']) writeFileSync(join(top, file), 'bytes')
  symlinkSync(join(top, 'elsewhere'), join(root, 'linked'))
  symlinkSync(join(top, 'elsewhere/z.epub'), join(root, 'z.epub'))
  execFileSync('mkfifo', [join(root, 'pipe.epub')])
})
afterAll(() => rmSync(top, { recursive: true }))

async function outcome(path: string): Promise<string> {
  try {
    await (await openBookFile({ root, path })).close()
    return 'open'
  } catch (error) {
    return toProblem(error).code
  }
}

describe('openBookFile', () => {
  it.each([
    ['a/x.epub', 'open'],
    ['../books/a/x.epub', 'outside-root'],
    ['../books-too/y.epub', 'outside-root'],
    ['linked/z.epub', 'outside-root'],
    ['z.epub', 'outside-root'],
    ['/etc/passwd', 'outside-root'],
    ['a//x.epub', 'outside-root'],
    ['a/x.epub\0', 'outside-root'],
    ['', 'outside-root'],
    ['a', 'not-a-book'],
    ['pipe.epub', 'not-a-book'],
    ['a/none.epub', 'vanished'],
    ['a/x.epub/y.epub', 'vanished'],
    [`a/${'n'.repeat(300)}.epub`, 'unreadable'],
  ])('%j: %s', async (path, expected) => {
    expect(await outcome(path)).toBe(expected)
  })

  it('does not take a sibling that a folder was swapped for', async () => {
    const inside = join(root, 'swap')
    mkdirSync(inside)
    writeFileSync(join(inside, 'z.epub'), 'inside')
    const swapping = setInterval(() => {
      renameSync(inside, `${inside}-away`)
      symlinkSync(join(top, 'elsewhere'), inside)
      rmSync(inside)
      renameSync(`${inside}-away`, inside)
    }, 0)
    const linked = setInterval(() => {
      symlinkSync(join(top, 'elsewhere'), join(root, 'flip'))
      setImmediate(() => rmSync(join(root, 'flip')))
    }, 0)
    const seen = new Set<string>()
    for (let i = 0; i < 2_000; i += 1) {
      for (const path of ['swap/z.epub', 'flip/z.epub']) {
        try {
          const handle = await openBookFile({ root, path })
          seen.add((await handle.readFile('utf8')) === 'inside' ? 'inside' : 'LEAK')
          await handle.close()
        } catch (error) {
          seen.add(toProblem(error).code)
        }
      }
    }
    clearInterval(swapping)
    clearInterval(linked)
    expect(seen).not.toContain('LEAK')
    expect(seen).toContain('inside')
  })

  it('opens a sparse file without reading it', async () => {
    const path = join(root, 'sparse.epub')
    writeFileSync(path, '')
    truncateSync(path, 10 * 2 ** 30)
    expect(await outcome('sparse.epub')).toBe('open')
    rmSync(path)
  })
})

describe('koreaderMd5', () => {
  const pattern = (size: number) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) % 256))

  it.each([
    [0, 'd41d8cd98f00b204e9800998ecf8427e'],
    [500, '21f0df72cce9bc7da8dae2512ee5feed'],
    [1_024, 'f4cd1641040a17288bb6104d9e66bdb5'],
    [1_025, '170a888db01c00d8fc3e5d8d84de5838'],
    [2_048, 'd0e59a0c7b893c3b8d6a9bddbd64e631'],
    [3_000, 'd0e59a0c7b893c3b8d6a9bddbd64e631'],
    [200_000, '1784b150454ef4cf6780ceb94af0386f'],
    [1_050_000, '0fca5c751677ecbc2dcfe80ea75ace32'],
  ])('of %i bytes is that of KOReader', (size, digest) => {
    expect(koreaderMd5(bufferSource(pattern(size)))).toBe(digest)
  })

  it.each([1, 1_023, 1_024, 1_025, 4_095, 4_096, 4_097, 5_119, 5_120, 16_384, 16_385])(
    'of %i bytes takes each sample up to the end',
    (size) => {
      const bytes = pattern(size)
      const samples = [0, 1_024, 4_096, 16_384].map((at) => bytes.subarray(at, at + 1_024))
      expect(koreaderMd5(bufferSource(bytes))).toBe(hash('md5', Buffer.concat(samples), 'hex'))
    },
  )
})
