import type { Scan } from '@carrel/api/schema/scans'
import { expect, it } from 'vitest'
import { scanProgress } from './progress.ts'

const scan = (part: Partial<Scan>): Scan => ({
  id: 's',
  libraryId: 'l',
  status: 'listing',
  reason: 'asked',
  askedBy: null,
  createdAt: '2026-11-20T10:00:00.000Z',
  part: null,
  moved: 0,
  missing: 0,
  restored: 0,
  held: 0,
  found: 0,
  walked: false,
  processed: 0,
  listed: 0,
  unchanged: 0,
  problems: 0,
  covered: 0,
  coversTotal: 0,
  rate: 0,
  currentFolder: null,
  startedAt: null,
  finishedAt: null,
  error: null,
  ...part,
})

it('does not know the end before something is found', () => {
  expect(scanProgress(scan({ status: 'queued' }))).toEqual({ reading: null, covers: 0, remaining: null })
  expect(scanProgress(scan({}))).toEqual({ reading: null, covers: 0, remaining: null })
})

it('tells the remaining time only when the walk has counted everything', () => {
  expect(scanProgress(scan({ found: 100, processed: 40, rate: 10 })).remaining).toBeNull()
  expect(scanProgress(scan({ found: 100, processed: 40, rate: 10, walked: true }))).toEqual({ reading: 0.4, covers: 0, remaining: 6 })
})

it('goes on with the covers, and never beyond the end', () => {
  expect(scanProgress(scan({ status: 'covering', found: 5, processed: 5, covered: 1, coversTotal: 4, rate: 2, walked: true }))).toEqual({
    reading: 1,
    covers: 0.25,
    remaining: 1.5,
  })
  expect(scanProgress(scan({ found: 5, processed: 9, walked: true })).reading).toBe(1)
  expect(scanProgress(scan({ status: 'done' }))).toEqual({ reading: 1, covers: 1, remaining: null })
})

it('is done with an empty folder', () => {
  expect(scanProgress(scan({ walked: true })).reading).toBe(0)
})
