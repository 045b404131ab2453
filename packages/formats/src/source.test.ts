import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBookFile } from './source.ts'
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
