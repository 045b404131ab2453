import { expect, test } from 'vitest'
import { isInstanceKind, isPeriod, startOf } from './log-filter.ts'
import { localMoment } from './moment.ts'

test('the last days begin at midnight, today among them', () => {
  const now = new Date(2026, 2, 3, 15, 40)
  expect(new Date(startOf('1', now))).toEqual(new Date(2026, 2, 3))
  expect(new Date(startOf('7', now))).toEqual(new Date(2026, 1, 25))
})

test('what an address says is checked', () => {
  expect([isInstanceKind('user'), isInstanceKind('toString'), isInstanceKind(1)]).toEqual([true, false, false])
  expect([isPeriod('7'), isPeriod('8'), isPeriod(7)]).toEqual([true, false, false])
})

test('a moment is written as the field has it', () => {
  expect(localMoment(new Date(2026, 0, 9, 7, 5))).toBe('2026-01-09T07:05')
})
