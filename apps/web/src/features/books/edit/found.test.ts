import type { Told } from '@carrel/api/schema/books/edits'
import { describe, expect, it } from 'vitest'
import { usualQuery, wordsOf } from '@carrel/api/usual-query'
import { offersOf, problemText } from './found.ts'

const person = (name: string, role = 'author') => ({ name, sortName: null, role })
const now: Told = {
  title: 'Fog', subtitle: null, sortTitle: null, contributors: [person('M. Solheim'), person('T. Ranslator', 'translator')],
  series: [], languages: ['en'], identifiers: [{ scheme: 'uuid', value: 'x' }], publisher: null, published: '1984', description: null,
  tags: ['Sea'], direction: null,
} // prettier-ignore

describe('what was found', () => {
  it('is offered where it is another, and said to fill a field or to add to it', () => {
    const offers = offersOf(now, {
      title: 'The Fog Signal',
      publisher: 'Kestrel',
      published: '1984',
      languages: ['en'],
      tags: ['SEA', 'Lighthouses'],
      identifiers: [{ scheme: 'isbn', value: '9780306406157' }],
    })
    expect(offers.map(({ field, told, adds, fills }) => [field, told, adds, fills])).toEqual([
      ['title', 'The Fog Signal', false, false],
      ['publisher', 'Kestrel', false, true],
      ['tags', 'Lighthouses', true, false],
      ['identifiers', 'ISBN 9780306406157', true, false],
    ])
    expect(offers.map(({ value }) => value).slice(2)).toEqual([
      ['Sea', 'Lighthouses'],
      [
        { scheme: 'uuid', value: 'x' },
        { scheme: 'isbn', value: '9780306406157' },
      ],
    ])
  })

  it('leaves people who did something else, and is nothing where the same people are named', () => {
    const [offer] = offersOf(now, { contributors: [person('Maren Solheim')] })
    expect(offer?.value).toEqual([person('Maren Solheim'), person('T. Ranslator', 'translator')])
    expect(offersOf(now, { contributors: [{ ...person('M. Solheim'), sortName: 'Solheim, M.' }], tags: ['sea'] })).toEqual([])
  })

  it('is looked up by ISBN, else by title and first author', () => {
    expect(usualQuery(now)).toBe('Fog M. Solheim')
    expect(usualQuery({ ...now, identifiers: [{ scheme: 'isbn', value: '9780306406157' }] })).toBe('9780306406157')
    expect(wordsOf({ title: '猫'.repeat(999), contributors: [] })).toHaveLength(256)
    expect(problemText('google-books', 'busy')).toContain('Google Books')
  })
})
