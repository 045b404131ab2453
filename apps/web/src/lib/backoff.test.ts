import { expect, it, vi } from 'vitest'
import { backoff, pause } from './backoff.ts'
import { throttleByKey } from './throttle.ts'

it('waits longer each time, up to 15 s, never quite the same', () => {
  expect([0, 1, 2, 5, 50].map((attempt) => backoff(attempt, () => 1))).toEqual([500, 1000, 2000, 15_000, 15_000])
  expect(backoff(1, () => 0)).toBe(750)
})

it('ends a pause at once when nobody waits for it any more', async () => {
  const controller = new AbortController()
  const waiting = pause(60_000, controller.signal)
  controller.abort()
  await expect(waiting).resolves.toBeUndefined()
})

it('throttles by key without losing the last call', () => {
  vi.useFakeTimers()
  const run = throttleByKey(1000)
  const heard: string[] = []
  for (const n of [1, 2, 3]) run('a', () => heard.push(`a${n}`))
  run('b', () => heard.push('b1'))
  expect(heard).toEqual(['a1', 'b1'])
  vi.advanceTimersByTime(1000)
  expect(heard).toEqual(['a1', 'b1', 'a3'])
  vi.advanceTimersByTime(5000)
  run('a', () => heard.push('a4'))
  expect(heard).toEqual(['a1', 'b1', 'a3', 'a4'])
  vi.useRealTimers()
})
