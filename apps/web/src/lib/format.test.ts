import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { formatAgo, formatBytes, formatDay, formatDuration, formatIn, formatLanguage, formatPublished, partOfDay } from './format.ts'
import { regional } from './i18n.ts'

beforeEach(() => void vi.stubGlobal('navigator', { languages: ['en-GB'] }))
afterEach(() => void vi.unstubAllGlobals())

it('speaks the interface language in the reader’s region', () => {
  expect(regional('en', ['de-DE', 'en-GB', 'en-US'])).toBe('en-GB')
  expect(regional('en', ['de-DE'])).toBe('en')
  expect(regional('en', ['en-US@posix', 'en-AU'])).toBe('en-AU')
  expect(regional('en', ['eng-x'])).toBe('en')
})

it.each([
  [0.2, '1 sec'],
  [38, '38 secs'],
  [59.4, '59 secs'],
  [60, '1 min'],
  [3599, '1 hr'],
  [7800, '2 hrs 10 mins'],
])('says %d seconds as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1_540_000, '1.5 MB'],
  [15_400_000, '15 MB'],
  [5e15, '5,000 TB'],
])('says %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it.each([
  ['1892', '1892'],
  ['1892-10', 'October 1892'],
  ['1892-10-14', '14 October 1892'],
  ['0079-08', 'August 79'],
])('is as exact about %s as the book is', (value, text) => {
  expect(formatPublished(value)).toBe(text)
})

it('tells how long ago', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(formatAgo('2026-11-20T11:59:50Z', now)).toBe('now')
  expect(formatAgo('2026-11-20T11:56:00Z', now)).toBe('4 minutes ago')
  expect(formatAgo('2026-11-19T11:00:00Z', now)).toBe('yesterday')
  expect(formatAgo('2024-11-19T11:00:00Z', now)).toBe('2 years ago')
})

it('tells the day, however short ago it began', () => {
  const now = new Date(2026, 10, 20, 0, 30).getTime()
  const on = (day: number, hour: number) => formatDay(new Date(2026, 10, day, hour).toISOString(), now)
  expect([on(20, 0), on(19, 23), on(17, 12), on(2, 12)]).toEqual(['today', 'yesterday', '3 days ago', '2 November 2026'])
})

it('says when something ends, to the nearest unit', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(formatIn('2026-11-27T11:59:50Z', now)).toBe('in 7 days')
  expect(formatIn('2026-11-21T12:00:00Z', now)).toBe('in 24 hours')
  expect(formatIn('2026-11-20T12:40:00Z', now)).toBe('in 40 minutes')
  expect(formatIn('2026-11-20T12:00:05Z', now)).toBe('in 1 minute')
})

it('names languages, and keeps tags that are none', () => {
  expect(formatLanguage('ja')).toBe('Japanese')
  expect(formatLanguage('not a tag')).toBe('not a tag')
})

it('greets by the hour', () => {
  expect([2, 5, 11, 12, 17, 18, 23].map(partOfDay)).toEqual(['night', 'morning', 'morning', 'afternoon', 'afternoon', 'evening', 'evening'])
})
