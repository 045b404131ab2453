import { expect, test } from 'vitest'
import { fileState } from './file-state.ts'

test('a file is of a time that calendars know, and of a size that is told exactly', () => {
  expect(fileState({ size: 5, mtimeMs: 1_700_000_000_123.9 })).toEqual({ size: 5, modifiedMs: 1_700_000_000_123 })
  expect(fileState({ size: 0, mtimeMs: -1.5 })).toEqual({ size: 0, modifiedMs: -1 })
  // What file systems of 64 bits hold.
  const most = fileState({ size: 2 ** 63, mtimeMs: 2 ** 63 * 1000 })
  expect(Number.isSafeInteger(most.size)).toBe(true)
  expect(new Date(most.modifiedMs).toISOString()).toBe('9999-12-31T23:59:59.999Z')
  expect(new Date(fileState({ size: 0, mtimeMs: -(2 ** 63) }).modifiedMs).toISOString()).toBe('0001-01-01T00:00:00.000Z')
})
