import { expect, test } from 'vitest'
import { mustAsk } from './policy.ts'

test('asks when more than a tenth is gone, at once or within the hour', () => {
  expect(mustAsk({ present: 100, held: 0, lately: 0 })).toBe(false)
  expect(mustAsk({ present: 100, held: 10, lately: 0 })).toBe(false)
  expect(mustAsk({ present: 100, held: 11, lately: 0 })).toBe(true)
  expect(mustAsk({ present: 95, held: 6, lately: 5 })).toBe(true)
  expect(mustAsk({ present: 1, held: 1, lately: 0 })).toBe(true)
})
