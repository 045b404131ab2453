import { expect, test } from 'vitest'
import { isDue, isTooOften, nextDue } from './schedule.ts'

const at = (text: string) => new Date(text).getTime()

test('is due once its time has come, also when several times were missed', () => {
  const daily = '30 3 * * *'
  expect(isDue(daily, at('2026-03-01T03:30:00'), at('2026-03-01T20:00:00'))).toBe(false)
  expect(isDue(daily, at('2026-03-01T03:30:10'), at('2026-03-02T03:29:59'))).toBe(false)
  expect(isDue(daily, at('2026-03-01T03:30:10'), at('2026-03-02T03:30:00'))).toBe(true)
  expect(isDue(daily, at('2026-03-01T03:30:10'), at('2026-03-09T12:00:00'))).toBe(true)
  expect(nextDue('0 0 * * 0', at('2026-03-04T00:00:00'))).toEqual(new Date('2026-03-08T00:00:00'))
})

test('a moment that is left to the server is the same each time', () => {
  const times = Array.from({ length: 20 }, () => nextDue('H H * * *', at('2026-03-04T00:00:00'))?.getTime())
  expect(new Set(times).size).toBe(1)
})

test('what never comes, or is none, is never due', () => {
  for (const none of ['0 3 31 2 *', '61 3 * * *', '* * * * * *', 'daily', '']) expect([none, nextDue(none)]).toEqual([none, null])
})

test('comes at most every quarter of an hour', () => {
  for (const often of ['* * * * *', '*/14 * * * *', '0,50 * * * *', '0-3 3 * * *', '*/5 3 1 1 *'])
    expect([often, isTooOften(often)]).toEqual([often, true])
  for (const seldom of ['*/15 * * * *', '0,50 3 * * *', '30 3 * * *', '0 0 29 2 *', 'H 3 * * *'])
    expect([seldom, isTooOften(seldom)]).toEqual([seldom, false])
})
