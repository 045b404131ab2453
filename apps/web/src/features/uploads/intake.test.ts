import { expect, it, vi } from 'vitest'
import type { Dropped } from './dropped.ts'
import { Intake } from './intake.ts'
import type { NewFile } from './queue.ts'

const given = (...paths: string[]): Dropped[] =>
  paths.map((path) => ({ path, open: async () => new File(['x'], path.split('/').at(-1) ?? '') }))

function setUp(
  ask = async (_drop: string, paths: string[]) => paths.map((path) => (/\.(?:mp3|jpg)$/.test(path) ? (path.split('/')[0] ?? '') : null)),
) {
  const added: NewFile[] = []
  const asked = vi.fn(ask)
  const drops = new Map<string, string>()
  const intake = new Intake(asked, { add: (files) => added.push(...files), dropOf: (_file, path) => drops.get(path) ?? null })
  const take = (...files: Dropped[]) => intake.take(() => Promise.resolve(files))
  return { intake, added, asked, drops, take }
}

it('hands over what is of interest, in order, and says how much is not', async () => {
  const { intake, added, take } = setUp()
  await take(...given('T/10.mp3', 'T/2.mp3', 'T/notes.txt', 'T/.DS_Store', '.hidden/1.mp3', 'notes.txt'))
  // A file by itself is never passed by without a word.
  expect(added.map(({ path, together }) => [path, together])).toEqual([
    ['notes.txt', null],
    ['T/2.mp3', 'T'],
    ['T/10.mp3', 'T'],
  ])
  expect(new Set(added.map(({ drop }) => drop)).size).toBe(1)
  expect(intake.state()).toMatchObject({ passed: 3, passedNames: ['notes.txt'], error: null })
  intake.dismiss()
  expect(intake.state()).toMatchObject({ passed: 0, passedNames: [] })
})

it('tells what cannot be opened apart', async () => {
  const { intake, added, take } = setUp()
  await take(...given('T/1.mp3'), { path: 'T/2.mp3', open: () => Promise.reject(new Error('gone')) })
  expect(added.map(({ path }) => path)).toEqual(['T/1.mp3'])
  expect(intake.state()).toMatchObject({ passed: 0, unread: 1 })
})

it('asks nothing of one file by itself', async () => {
  const { added, asked, take } = setUp()
  await take(...given('a.epub'))
  expect(asked).not.toHaveBeenCalled()
  expect(added).toMatchObject([{ path: 'a.epub', together: null }])
})

it('goes on with the drop that a reload broke off', async () => {
  const { asked, drops, take } = setUp()
  drops.set('T/2.mp3', 'earlier')
  await take(...given('T/1.mp3', 'T/2.mp3'))
  expect(asked.mock.calls[0]?.[0]).toBe('earlier')
  drops.clear()
  await take(...given('T/1.mp3', 'T/2.mp3'))
  expect(asked.mock.calls[1]?.[0]).toMatch(/^[0-9a-f]{32}$/)
})

it('keeps what it could not ask for, until it is asked to try again', async () => {
  let down = true
  const { intake, added, take } = setUp(async (_drop, paths) => {
    if (down) throw new Error('down')
    return paths
  })
  await take(...given('T/1.mp3'))
  expect(intake.state().error).toBeInstanceOf(Error)
  expect(added).toEqual([])
  // A drop that needs no asking does not hide it.
  await take(...given('a.epub'))
  expect(intake.state().error).toBeInstanceOf(Error)
  expect(added.splice(0)).toHaveLength(1)
  down = false
  await intake.retry()
  expect(added).toHaveLength(1)
  expect(intake.state().error).toBeNull()
})
