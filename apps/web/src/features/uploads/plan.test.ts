import { expect, it, vi } from 'vitest'
import { inOrder, pieces, planDrop, randomDrop } from './plan.ts'

it('never parts what lies in one folder, unless it is too much by itself', () => {
  const paths = ['1.epub', 'A/1.mp3', 'A/2.mp3', 'B/1.mp3', 'B/2.mp3', 'B/3.mp3', 'B/4.mp3', 'B/5.mp3']
  expect(pieces(paths, { count: 4, characters: 1000 })).toEqual([paths.slice(0, 3), paths.slice(3, 7), paths.slice(7)])
  expect(pieces(paths, { count: 100, characters: 30 })).toEqual([paths.slice(0, 3), paths.slice(3, 7), paths.slice(7)])
  expect(pieces([])).toEqual([])
})

it('stays within what the server takes, and asks for every path once', async () => {
  const paths = Array.from({ length: 5000 }, (_, at) => `Folder ${at % 70}/${at}.mp3`)
  const ask = vi.fn(async (_drop: string, some: string[]) => some.map((path) => (path.endsWith('0.mp3') ? null : `unit of ${path}`)))
  const planned = await planDrop(ask, 'd', [...paths, 'x'.repeat(1025)])
  expect(planned.size).toBe(4500)
  expect(ask.mock.calls.flatMap(([, some]) => some).toSorted()).toEqual(paths.toSorted())
  for (const [, some] of ask.mock.calls) {
    expect(some.length).toBeLessThanOrEqual(1000)
    expect(some.join('').length).toBeLessThanOrEqual(32_000)
  }
})

it('puts parts in the order of their numbers', () => {
  const paths = ['T/10.mp3', 'T/9.mp3', 'T/CD 10/1.mp3', 'T/CD 9/1.mp3', 'a.epub'].map((path) => ({ path }))
  expect(inOrder(paths).map(({ path }) => path)).toEqual(['a.epub', 'T/9.mp3', 'T/10.mp3', 'T/CD 9/1.mp3', 'T/CD 10/1.mp3'])
})

it('names each drop anew', () => {
  expect(randomDrop()).toMatch(/^[0-9a-f]{32}$/)
  expect(randomDrop()).not.toBe(randomDrop())
})
