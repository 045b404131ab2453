import { expect, it } from 'vitest'
import { parseSearch, stringifySearch } from '#lib/search-params.ts'
import { parseQuery } from './query.ts'
import { focusesSearch } from './shortcut.ts'

const key = (part: object) => ({
  key: '/',
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  isComposing: false,
  defaultPrevented: false,
  target: { tagName: 'BODY' } as unknown as EventTarget,
  ...part,
})

it('listens to / outside fields', () => {
  expect(focusesSearch(key({}))).toBe(true)
  for (const part of [
    { key: 'a' },
    { ctrlKey: true },
    { isComposing: true },
    { target: { tagName: 'INPUT' } },
    { target: { isContentEditable: true } },
  ]) {
    expect(focusesSearch(key(part))).toBe(false)
  }
})

it('keeps what was typed as text', () => {
  expect(parseSearch(stringifySearch({ q: '1984', none: undefined }))).toEqual({ q: '1984' })
  expect(parseSearch(stringifySearch({ q: '"a" & b=c 銀河' }))).toEqual({ q: '"a" & b=c 銀河' })
  expect(stringifySearch({})).toBe('')
  expect(parseQuery(1984)).toBe('1984')
  expect(parseQuery('x'.repeat(999))).toHaveLength(256)
})
