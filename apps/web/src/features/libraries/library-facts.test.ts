import type { Scan, ScanStatus } from '@carrel/api/schema/scans'
import { expect, it } from 'vitest'
import { mayScan } from './library-facts.ts'

const scan = (status: ScanStatus): Scan => ({
  id: '',
  libraryId: '',
  status,
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
})

it('lets a scan be asked for unless one is at work', () => {
  expect(mayScan({ scanning: false, scan: null })).toBe(true)
  expect(mayScan({ scanning: false, scan: scan('failed') })).toBe(true)
  expect(mayScan({ scanning: true, scan: scan('queued') })).toBe(true)
  expect(mayScan({ scanning: true, scan: scan('listing') })).toBe(false)
  expect(mayScan({ scanning: true, scan: scan('covering') })).toBe(false)
})
