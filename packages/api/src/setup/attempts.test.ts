import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { limitAttempts } from './attempts.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('lets so many tries through in each window, and counts anew in the next', () => {
  const attempts = limitAttempts({ max: 3, windowMs: 1000 })
  expect([1, 2, 3, 4, 5].map(() => attempts.take())).toEqual([true, true, true, false, false])
  vi.advanceTimersByTime(999)
  expect(attempts.take()).toBe(false)
  vi.advanceTimersByTime(2)
  expect(attempts.take()).toBe(true)
})
