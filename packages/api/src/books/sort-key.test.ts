import { describe, expect, test } from 'vitest'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { fold, nameKey, personSortName, searchTerms, searchText, sortKey } from './sort-key.ts'

const odd = [
  '',
  ' ',
  '...',
  '\ud800',
  'a\udc00b',
  '📚'.repeat(500),
  'İ',
  'ﬁ',
  'ｶﾞ',
  'Ω̈',
  '‮x',
  '9'.repeat(400),
  '__proto__',
  'e\u0301'.repeat(300),
]

describe('sort keys', () => {
  test.each([
    [['The Zebra', 'An Ape', 'A Bee'], ['An Ape', 'A Bee', 'The Zebra'], 'en'],
    [['Die Katze', 'Der Affe', 'Ein Baum'], ['Der Affe', 'Ein Baum', 'Die Katze'], 'de'],
    [['Volume 10', 'Volume 9', 'Volume 100'], ['Volume 9', 'Volume 10', 'Volume 100'], 'en'],
    [['Éclair', 'Edge', 'Ebb'], ['Ebb', 'Éclair', 'Edge'], 'en'],
    [['“Quoted”', 'Rest', 'Plain'], ['Plain', '“Quoted”', 'Rest'], 'en'],
  ])('put %j in the order of readers', (given, expected, language) => {
    const byKey = (a: string, b: string) => Buffer.compare(Buffer.from(sortKey(a, language)), Buffer.from(sortKey(b, language)))
    expect(given.toSorted(byKey)).toEqual(expected)
  })

  test('leave an article that is the whole title, and one of another language', () => {
    expect(sortKey('The', 'en')).toBe('the')
    expect(sortKey('Die Hard', 'en')).toBe('die hard')
  })

  test.each(odd)('are short, well-formed and settled for %j', (text) => {
    for (const key of [sortKey(text), nameKey(text), searchText([text, null, text])]) {
      expect(key.isWellFormed()).toBe(true)
      expect(key.length).toBeLessThanOrEqual(4000)
    }
    expect(sortKey(text).length).toBeLessThanOrEqual(160)
    expect(nameKey(text).length).toBeLessThanOrEqual(160)
    expect(fold(fold(text))).toBe(fold(text))
  })
})

describe('names', () => {
  test('of one person in several spellings are one', () => {
    for (const spelling of ['J.R.R. Tolkien', 'J. R. R. Tolkien', 'j.r.r. tolkien', 'J.R.R.  Tolkien ']) {
      expect(nameKey(spelling).replaceAll(' ', '')).toBe('jrrtolkien')
    }
    expect(nameKey('José')).toBe(nameKey('JOSE'))
  })

  test('sort by the family name where the script writes it last', () => {
    expect(personSortName('Ursula K. Le Guin')).toBe('Guin, Ursula K. Le')
    expect(personSortName('Le Guin, Ursula K.')).toBe('Le Guin, Ursula K.')
    expect(personSortName('夏目 漱石')).toBe('夏目 漱石')
    expect(personSortName('Homer')).toBe('Homer')
  })
})

describe('searches', () => {
  test('fold what is typed like what is stored', () => {
    expect(searchTerms('  Ｔｈｅ\u3000ÉCLAIR カタカナ ', 16)).toEqual(['the', 'eclair', 'かたかな'])
    expect(searchTerms('a\0b', 16)).toEqual(['a', 'b'])
    expect(searchTerms('a b c d', 2)).toEqual(['a', 'b'])
    expect(searchTerms(' \u00a0 ', 2)).toEqual([])
  })
})

describe('cursors', () => {
  test('come back as they went', () => {
    for (const values of [['a'], ['', 'b'], ['吾輩', '\u001f', '"\\']])
      expect(decodeCursor(encodeCursor(values), values.length)).toEqual(values)
  })

  test('of another length or kind are none', () => {
    expect(decodeCursor(encodeCursor(['a', 'b']), 3)).toBeNull()
    for (const text of [
      '',
      'x',
      '%',
      encodeCursor(['a\0', 'b']),
      Buffer.from('{"length":2}').toString('base64url'),
      Buffer.from('[1,2]').toString('base64url'),
    ])
      expect(decodeCursor(text, 2)).toBeNull()
  })
})
