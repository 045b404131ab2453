import { noMetadata, type BookMetadata, type CalibreBook } from '@carrel/formats'
import { describe, expect, it } from 'vitest'
import { columnsOf, dayOf, fieldValue, proposeTarget, readingOf, wishOf } from './policy.ts'
import { CalibreMapping, type ColumnTarget } from './schema.ts'

const column = (name: string, datatype: Parameters<typeof proposeTarget>[0]['datatype'], values: string[] = [], multiple = false) =>
  proposeTarget({ label: 'x', name, datatype, values, multiple })
const finished = (value: string) => ({ value, status: 'finished' })

const said: CalibreBook['metadata'] = {
  title: 'The Farthest Shore',
  sortTitle: 'Farthest Shore, The',
  contributors: [{ name: 'Ursula K. Le Guin', sortName: 'Le Guin, Ursula K.', role: 'author' }],
  series: [{ name: 'Earthsea', position: '3' }],
  languages: ['en'],
  identifiers: [{ scheme: 'isbn', value: '9780306406157' }],
  publisher: 'Atheneum',
  published: '1972-09-01',
  description: 'Text.',
  tags: ['Fantasy', 'Sea'],
}
const book = (more: Partial<CalibreBook['metadata']> = {}, columns: CalibreBook['columns'] = {}): CalibreBook => ({
  id: 1,
  files: [],
  metadata: { ...said, ...more },
  rating: 3.5,
  columns,
})
const mapped = (columns: Record<string, ColumnTarget> = {}, more: object = {}) =>
  CalibreMapping.parse({ columns: Object.entries(columns).map(([key, target]) => ({ key, target })), ...more })
const holding = (more: Partial<BookMetadata>, edits = {}) => ({ edits, effective: { ...noMetadata, ...said, ...more } })

describe('a column', () => {
  it('that tells of reading is proposed as that', () => {
    for (const name of ['Read', 'gelesen', 'Lu', '読了', 'Finished?', 'is_read'])
      expect([name, column(name, 'bool')]).toEqual([name, { to: 'status', values: [finished('true')] }])
    expect(column('Status', 'enumeration', ['To read', 'Reading', 'Read', 'Abandoned'])).toEqual({
      to: 'status',
      values: [{ value: 'To read', status: 'unread' }, { value: 'Reading', status: 'reading' }, finished('Read')],
    })
    expect(column('Where I am', 'text', ['to-read', 'finished'])).toMatchObject({ to: 'status' })
    expect(column('Date Read', 'datetime')).toEqual({ to: 'finishedAt' })
    expect(column('Genres', 'text', ['Novel', 'Poem'], true)).toEqual({ to: 'tags' })
  })

  it('that tells of something else is left out', () => {
    expect(column('Owned', 'bool')).toEqual({ to: 'ignore' })
    expect(column('Added', 'datetime')).toEqual({ to: 'ignore' })
    expect(column('Answer', 'text', ['yes', 'no', 'perhaps', 'reading'])).toMatchObject({ to: 'status' })
    expect(column('Answer', 'text', ['yes', 'perhaps'])).toEqual({ to: 'ignore' })
    expect(column('Characters', 'text', ['Ged'], true)).toEqual({ to: 'ignore' })
    expect(column('Stars', 'rating', ['4'])).toEqual({ to: 'ignore' })
  })

  it('of stars is there when books have some', () => {
    expect(columnsOf([], 0)).toEqual([])
    expect(columnsOf([], 3)).toMatchObject([{ key: 'rating', datatype: 'rating', books: 3 }])
  })
})

describe('the place of a reader', () => {
  const status: ColumnTarget = { to: 'status', values: [{ value: 'no', status: 'unread' }, { value: 'now', status: 'reading' }, { value: 'true', status: 'finished' }] } // prettier-ignore
  const mapping = mapped({ '#read': status, '#status': status, '#on': { to: 'finishedAt' } })
  const of = (columns: CalibreBook['columns']) => readingOf(book({}, columns), mapping)
  const moment = '2020-03-01T22:00:00.000Z'

  it('is the furthest that any column tells of', () => {
    expect(of({})).toBeNull()
    expect(of({ read: ['no'] })).toBeNull()
    expect(of({ status: ['now'] })).toEqual({ status: 'reading', finishedAt: null })
    expect(of({ read: ['true'], status: ['now'] })).toEqual({ status: 'finished', finishedAt: null })
    expect(of({ read: ['perhaps'] })).toBeNull()
  })

  it('follows from a date, unless another column says that it is not so', () => {
    expect(of({ on: [moment] })).toEqual({ status: 'finished', finishedAt: moment })
    expect(of({ on: [moment], read: ['true'] })).toEqual({ status: 'finished', finishedAt: moment })
    expect(of({ on: [moment], read: ['no'] })).toBeNull()
    expect(of({ on: [moment], status: ['now'] })).toEqual({ status: 'reading', finishedAt: null })
  })

  it('is nowhere that a column of something else seems to tell', () => {
    for (const none of ['yesterday', 'infinity', 'now', '2020', '12020-01-01T00:00:00Z']) expect(of({ on: [none] })).toBeNull()
    expect(of({ on: ['no day', moment] })).toEqual({ status: 'finished', finishedAt: moment })
  })

  it('is not told by what every object has', () => {
    for (const key of ['#constructor', '#toString', '#__proto__']) {
      const meant = (target: ColumnTarget) => mapped(Object.fromEntries([[key, target]]))
      expect(readingOf(book(), meant({ to: 'finishedAt' }))).toBeNull()
      expect(wishOf(book(), holding({}), meant({ to: 'tags' })).set).not.toHaveProperty('tags')
    }
  })
})

it('takes a day that was picked in any zone as that day', () => {
  expect(dayOf('2020-03-01T23:00:00.000Z')).toBe('2020-03-02')
  expect(dayOf('2020-03-02T05:00:00.000Z')).toBe('2020-03-02')
  expect(dayOf('2020-03-01T18:30:00.000Z')).toBe('2020-03-02')
  expect(dayOf('2020-03-01T18:31:07.000Z')).toBe('2020-03-01')
})

it('fits values into fields, or leaves them', () => {
  const field = (kind: 'text' | 'number' | 'date' | 'flag' | 'choice', choices: { id: string; name: string }[] = []) => ({
    id: 'f',
    name: 'F',
    kind,
    choices,
  })
  const value = (values: string[], of: ReturnType<typeof field>) => fieldValue(book({}, { x: values }), '#x', of)
  const id = '01a1f961-0000-7000-8000-000000000000'
  expect(value(['197'], field('number'))).toBe(197)
  expect(value(['many'], field('number'))).toBeNull()
  expect(value(['false'], field('flag'))).toBe(false)
  expect(value(['2020-03-02T05:00:00.000Z'], field('date'))).toBe('2020-03-02')
  expect(value(['One', 'Two'], field('text'))).toBe('One, Two')
  expect(value(['LENT'], field('choice', [{ id, name: 'Lent' }]))).toBe(id)
  expect(value(['Gone'], field('choice', [{ id, name: 'Lent' }]))).toBeNull()
  expect(fieldValue(book(), 'rating', field('number'))).toBe(3.5)
  expect(value([], field('text'))).toBeNull()
})

describe('what is written', () => {
  it('is nothing where the same holds already, in other words too', () => {
    expect(wishOf(book(), holding({}), mapped())).toEqual({ set: {}, kept: [] })
    const alike = {
      languages: ['en-GB'],
      tags: ['sea', 'Fantasy'],
      sortTitle: null,
      contributors: [
        { name: 'Ursula K. Le Guin', sortName: null, role: 'author' as const },
        { name: 'A Translator', sortName: null, role: 'translator' as const },
      ],
      identifiers: [{ scheme: 'uuid', value: 'u' }, ...said.identifiers],
      series: [
        { name: 'earthsea', position: '3.0' },
        { name: 'Other', position: null },
      ],
    }
    // Of "Le Guin" nobody knows by the name alone that both words are one name.
    expect(wishOf(book(), holding(alike), mapped()).set).toEqual({
      contributors: [
        { name: 'Ursula K. Le Guin', sortName: 'Le Guin, Ursula K.', role: 'author' },
        { name: 'A Translator', sortName: null, role: 'translator' },
      ],
    })
  })

  it('is what differs; what calibre leaves empty stays', () => {
    const empty = { ...said, title: 'Unknown', sortTitle: null, contributors: [], series: [], languages: [], identifiers: [], publisher: null, published: null, description: null, tags: [] } // prettier-ignore
    expect(wishOf(book(empty), holding({}), mapped())).toEqual({ set: {}, kept: [] })
    expect(wishOf(book({ title: 'New', sortTitle: 'zzz', published: null }), holding({ published: '1972' }), mapped()).set).toEqual({
      title: 'New',
      sortTitle: 'zzz',
    })
    expect(wishOf(book({ identifiers: [{ scheme: 'isbn', value: '9783161484100' }] }), holding({ identifiers: [...said.identifiers, { scheme: 'other', value: 'calibre:17' }] }), mapped()).set).toEqual({ identifiers: [{ scheme: 'other', value: 'calibre:17' }, { scheme: 'isbn', value: '9783161484100' }] }) // prettier-ignore
    expect(wishOf(book(), holding({ title: 'Old' }), mapped({}, { fields: ['tags'] }))).toEqual({ set: {}, kept: [] })
  })

  it('leaves alone what somebody wrote, unless it is to be overwritten', () => {
    const mine = holding({ title: 'Mine', tags: ['Mine'] }, { title: 'Mine', tags: ['Mine'] })
    expect(wishOf(book(), mine, mapped())).toEqual({ set: {}, kept: ['title', 'tags'] })
    expect(wishOf(book(), mine, mapped({}, { overwrite: true }))).toEqual({
      set: { title: 'The Farthest Shore', tags: ['Fantasy', 'Sea'] },
      kept: [],
    })
  })

  it('takes tags from columns, beside those of calibre or of the book', () => {
    const target: ColumnTarget = { to: 'tags' }
    const shelved = book({}, { shelf: ['Wizards', 'sea', 'x'.repeat(300)] })
    expect(wishOf(shelved, holding({}), mapped({ '#shelf': target })).set).toEqual({ tags: ['Fantasy', 'Wizards', 'Sea', 'x'.repeat(100)] })
    expect(wishOf(shelved, holding({ tags: ['Own'] }), mapped({ '#shelf': target }, { fields: [] })).set).toEqual({ tags: ['Own', 'Wizards', 'sea', 'x'.repeat(100)] }) // prettier-ignore
  })

  it('is nothing the second time', () => {
    const other = { ...noMetadata, title: 'x', contributors: [{ name: 'B', sortName: null, role: 'editor' as const }], tags: ['y'] }
    const long = book({
      description: `${'word '.repeat(3_999)}end`,
      tags: ['a'.repeat(150)],
      identifiers: [{ scheme: 'uri', value: 'http://x/y' }],
    })
    const { set } = wishOf(long, { edits: {}, effective: other }, mapped())
    expect(Object.keys(set).length).toBeGreaterThan(7)
    const after = { edits: set, effective: { ...other, ...set } as BookMetadata }
    expect(wishOf(long, after, mapped())).toEqual({ set: {}, kept: [] })
    expect(wishOf(long, after, mapped({}, { overwrite: true }))).toEqual({ set: {}, kept: [] })
  })
})
