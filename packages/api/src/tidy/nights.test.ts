import { expect, test } from 'vitest'
import { Nights } from './nights.ts'

test('a process counts one night in twenty hours, however often it is asked', async () => {
  let hours = 0
  const nights = new Nights(() => hours * 3_600_000)
  let asked = 0
  const ask = (answer: number | null) => nights.count(() => ((asked += 1), Promise.resolve(answer)))
  // The database says that it was counted before the server was started.
  expect(await ask(null)).toBe(0)
  hours = 2
  expect(await ask(7)).toBe(7)
  hours = 21.9
  expect(await ask(7)).toBe(0)
  expect(asked).toBe(2)
  hours = 22
  expect(await ask(8)).toBe(8)
})
