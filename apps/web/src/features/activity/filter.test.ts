import { expect, test } from 'vitest'
import { auditFilter, exportUrl, isDay } from './filter.ts'

test.each([
  ['2026-11-20', true],
  ['2026-02-30', false],
  ['2026-1-1', false],
  ['yesterday', false],
  [20261120, false],
])('knows whether %j is a day', (value, day) => expect(isDay(value)).toBe(day))

test('a day begins and ends where the reader is', () => {
  const { from, to } = auditFilter({ from: '2026-11-20', to: '2026-11-20' })
  expect([new Date(from ?? ''), new Date(to ?? '')]).toEqual([new Date(2026, 10, 20), new Date(2026, 10, 20, 23, 59, 59, 999)])
})

test('a file holds what the page shows', () => {
  expect(exportUrl('o', 'csv', {})).toBe('/files/o/audit.csv')
  expect(exportUrl('o', 'jsonl', { kind: 'team', by: 'u' })).toBe('/files/o/audit.jsonl?actorId=u&kind=team')
})
