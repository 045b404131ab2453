import { mkdirSync, mkdtempSync, realpathSync, rmdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isInside, readAllowedRoots, resolveInside, usableRoots } from './policy.ts'

const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'carrel-policy-')))
const at = (...parts: string[]) => path.join(scratch, ...parts)
for (const folder of ['root/a/b', 'root/..c', 'rootless', 'other']) mkdirSync(at(folder), { recursive: true })
symlinkSync(at('other'), at('root/out'))
symlinkSync(at('root/a'), at('into'))
symlinkSync(at('root'), at('alias'))
symlinkSync(at('loop'), at('loop'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('a folder is inside a root', () => {
  test.each([
    ['/a', '/a', true],
    ['/a', '/a/b', true],
    ['/a', '/a/..b', true],
    ['/', '/a', true],
    ['/a', '/ab', false],
    ['/a', '/', false],
    ['/a/b', '/a', false],
    ['/a', '/b', false],
  ])('%s of %s: %s', (root, target, inside) => expect(isInside(root, target)).toBe(inside))

  test('by its real path, whatever leads there', async () => {
    expect(await resolveInside([at('root')], at('root/a/b'))).toBe(at('root/a/b'))
    expect(await resolveInside([at('root')], at('root/..c'))).toBe(at('root/..c'))
    expect(await resolveInside([at('root')], at('into'))).toBe(at('root/a'))
    expect(await resolveInside([at('root')], at('alias/a'))).toBe(at('root/a'))
    expect(await resolveInside([at('root')], at('other/../root/a'))).toBe(at('root/a'))
  })

  test('and not when it leads out, is not there, or is not absolute', async () => {
    for (const folder of [
      at('root/out'),
      at('rootless'),
      scratch,
      at('root/none'),
      at('loop'),
      'root',
      '',
      at('root\0'),
      at('root/../other'),
    ])
      expect([folder, await resolveInside([at('root')], folder)]).toEqual([folder, null])
    expect(await resolveInside([], at('root'))).toBeNull()
    expect(await resolveInside([at('none')], at('root'))).toBeNull()
    expect(await resolveInside([at('alias')], at('root/a'))).toBeNull()
  })

  test('and an assigned one counts only while the operator allows it', async () => {
    expect(await usableRoots([at('root')], [at('root/a'), at('other'), at('root/out'), at('root/none')])).toEqual([at('root/a')])
  })

  test('and an assigned one does not count when a link stands in its place, wherever that leads', async () => {
    const allowed = [at('root'), at('other')]
    expect(await usableRoots(allowed, [at('root/out'), at('into'), at('alias/a'), at('other')])).toEqual([at('other')])
    mkdirSync(at('swapped'))
    expect(await usableRoots([at('swapped'), ...allowed], [at('swapped')])).toEqual([at('swapped')])
    rmdirSync(at('swapped'))
    symlinkSync(at('other'), at('swapped'))
    expect(await usableRoots([at('swapped'), ...allowed], [at('swapped')])).toEqual([])
  })
})

test('what the operator allows is read without links, each once; what is not there keeps its name', async () => {
  expect(await readAllowedRoots([at('alias'), at('root'), at('into'), `${at('none')}/`])).toEqual([at('root'), at('root/a'), at('none')])
})
