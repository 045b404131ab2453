import { describe, expect, test } from 'vitest'
import { EditedFields } from '../books/edits/schema.ts'
import { fieldsOf, readQuery } from './policy.ts'
import { usualQuery } from './usual-query.ts'
import { googleBooks } from './sources/google-books.ts'
import { openLibrary } from './sources/open-library.ts'
import type { Source } from './sources/source.ts'

const words = { words: 'x' }
const found = (source: Source, answer: unknown, query: Parameters<Source['read']>[1] = words) =>
  source.read(answer, query).map((record) => ({ ...fieldsOf(record), picture: record.picture }))

describe('a query', () => {
  test('is an ISBN where it is one, however written', () => {
    for (const text of ['0-306-40615-2', ' isbn: 9780306406157', '978 0 306 40615 7', 'urn:isbn:0306406152'])
      expect(readQuery(text)).toEqual({ isbn: '9780306406157' })
  })

  test.each([
    ['The Fog Signal', 'the fog signal'],
    ['9780306406158', '9780306406158'],
    ['title:"Fog" AND -author:(Solheim) +x', 'title fog and author solheim x'],
    ["Jean-Luc d’Arc… O'Neil", "jean-luc d’arc o'neil"],
    ['吾輩は猫である 夏目漱石', '吾輩は猫である 夏目漱石'],
    ['a\u0000b\ud800 \u202ec', 'a b c'],
    ['../../etc & <x> - y', 'etc x y'],
  ])('%j is asked for as words: %j', (text, asked) => {
    expect(readQuery(text)).toEqual({ words: asked })
  })

  test('is by itself the ISBN of a book, else its title and first author', () => {
    const book = {
      title: 'Fog',
      contributors: [
        { name: 'T. Ranslator', sortName: null, role: 'translator' },
        { name: 'M. Solheim', sortName: null, role: 'author' },
        { name: 'Second', sortName: null, role: 'author' },
      ],
      identifiers: [{ scheme: 'uuid', value: 'x' }],
    }
    expect(usualQuery(book)).toBe('Fog M. Solheim')
    expect(usualQuery({ ...book, identifiers: [{ scheme: 'isbn', value: '123' }] })).toBe('Fog M. Solheim')
    expect(usualQuery({ ...book, identifiers: [{ scheme: 'isbn', value: '9780306406157' }] })).toBe('9780306406157')
    expect(usualQuery({ title: 'x'.repeat(1000), contributors: [], identifiers: [] })).toHaveLength(256)
  })
})

describe('Open Library', () => {
  const work = {
    key: '/works/OL1W',
    title: 'Fog',
    author_name: ['Maren Solheim', 'Maren Solheim', 'Ines  Fjeld'],
    first_publish_year: 1984,
    subject: ['Sea', 'Lighthouses', 'nyt:fiction=2011-01-01', 'Accessible book', 'x'.repeat(90)],
    cover_i: 7,
    editions: {
      numFound: 3,
      docs: [
        {
          key: '/books/OL2M',
          title: 'The Fog Signal',
          subtitle: 'A novel',
          publisher: ['Kestrel & Finch', 'Other'],
          publish_date: ['June 1984'],
          language: ['ger', 'eng', 'und'],
          isbn: ['0306406152', '9780306406157', '9781234567897', '9780131103627'],
          cover_i: 12345,
        },
      ],
    },
  }

  test('is asked for an ISBN or for words, and for the fields that are shown', () => {
    const url = openLibrary.searchUrl({ isbn: '9780306406157' }, null)
    expect(url.origin + url.pathname).toBe('https://openlibrary.org/search.json')
    expect(url.searchParams.get('q')).toBe('isbn:9780306406157')
    expect(url.searchParams.get('fields')).toMatch(/^title,.*\beditions\.publish_date\b/)
    expect(openLibrary.searchUrl({ words: 'fog signal' }, 'key').href).not.toMatch(/key=/)
  })

  test('tells of a work by its best edition', () => {
    expect(found(openLibrary, { docs: [work] })).toEqual([
      {
        title: 'The Fog Signal',
        subtitle: 'A novel',
        contributors: [
          { name: 'Maren Solheim', sortName: null, role: 'author' },
          { name: 'Ines Fjeld', sortName: null, role: 'author' },
        ],
        languages: ['de', 'en'],
        identifiers: [
          { scheme: 'isbn', value: '9780306406157' },
          { scheme: 'isbn', value: '9781234567897' },
        ],
        publisher: 'Kestrel & Finch',
        published: '1984',
        tags: ['Sea', 'Lighthouses'],
        picture: '12345',
      },
    ])
  })

  test('names of several ISBNs the one that was asked for', () => {
    const [one] = found(openLibrary, { docs: [work] }, { isbn: '9780131103627' })
    expect(one?.identifiers).toEqual([{ scheme: 'isbn', value: '9780131103627' }])
  })

  test('may know a work without editions, a series, and a description', () => {
    const bare = { title: '吾輩は猫である', first_publish_year: 1905, series_name: ['Cats'], series_position: ['1.5'] }
    expect(found(openLibrary, { docs: [{ ...bare, description: { type: '/type/text', value: 'One.\n\nTwo.' } }] })).toEqual([
      {
        title: '吾輩は猫である',
        published: '1905',
        series: [{ name: 'Cats', position: '1.5' }],
        description: 'One.\n\nTwo.',
        picture: null,
      },
    ])
  })

  test('sends covers from addresses that are made of numbers alone', () => {
    expect(openLibrary.pictureUrl('12345', 'small').href).toBe('https://covers.openlibrary.org/b/id/12345-M.jpg')
    expect(openLibrary.pictureUrl('12345', 'full').href).toBe('https://covers.openlibrary.org/b/id/12345-L.jpg')
    for (const cover_i of [-1, 0, 1.5, '7', '../x', null, 1e300])
      expect(found(openLibrary, { docs: [{ title: 'x', cover_i }] })[0]?.picture).toBe(null)
  })
})

describe('Google Books', () => {
  const volume = {
    id: 'zyTCAlFPjgYC',
    volumeInfo: {
      title: 'The Fog Signal',
      subtitle: 'A novel',
      authors: ['Solheim, Maren'],
      publisher: 'Kestrel',
      publishedDate: '1984-06-08',
      description: '<p>One &amp; only.</p><script>alert(1)</script><p>Two.</p>',
      industryIdentifiers: [
        { type: 'ISBN_10', identifier: '0306406152' },
        { type: 'ISBN_13', identifier: '9780306406157' },
        { type: 'OTHER', identifier: 'UOM:39015' },
      ],
      categories: ['Fiction / Sea Stories / General', 'Fiction'],
      language: 'pt-BR',
      imageLinks: { thumbnail: 'http://books.google.com/books/content?id=zyTCAlFPjgYC' },
    },
  }

  test('is asked with the key, when there is one', () => {
    const url = googleBooks.searchUrl({ isbn: '9780306406157' }, 'secret-key')
    expect(url.origin + url.pathname).toBe('https://www.googleapis.com/books/v1/volumes')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      q: 'isbn:9780306406157',
      maxResults: '10',
      printType: 'books',
      key: 'secret-key',
    })
    expect(googleBooks.searchUrl({ words: 'fog' }, null).searchParams.has('key')).toBe(false)
  })

  test('tells of volumes', () => {
    expect(found(googleBooks, { kind: 'books#volumes', totalItems: 1, items: [volume] })).toEqual([
      {
        title: 'The Fog Signal',
        subtitle: 'A novel',
        contributors: [{ name: 'Maren Solheim', sortName: 'Solheim, Maren', role: 'author' }],
        languages: ['pt-BR'],
        identifiers: [{ scheme: 'isbn', value: '9780306406157' }],
        publisher: 'Kestrel',
        published: '1984-06-08',
        description: 'One & only.\n\nTwo.',
        tags: ['Fiction', 'Sea Stories'],
        picture: 'zyTCAlFPjgYC',
      },
    ])
  })

  test('finds nothing, which is an answer', () => {
    expect(found(googleBooks, { kind: 'books#volumes', totalItems: 0 })).toEqual([])
  })

  test('never decides where its pictures are fetched', () => {
    const [bad] = found(googleBooks, { kind: 'books#volumes', items: [{ ...volume, id: '../../evil?x=' }] })
    expect(bad).toBe(undefined)
    const url = googleBooks.pictureUrl('zyTCAlFPjgYC', 'full')
    expect(url.href).toBe('https://books.google.com/books/content?id=zyTCAlFPjgYC&printsec=frontcover&img=1&zoom=1&fife=w800')
  })
})

describe('what is found', () => {
  const hostile: unknown[] = [null, undefined, 7, -1, NaN, '', ' ', 'x'.repeat(100_000), '\ud800', 'a\u0000\u0007b', [], {}, [null], [[['x']]], { value: {} }, true, '<b>', '2024-13-45', '{{', [1, 'x', null]] // prettier-ignore

  test('is always what an edit takes, whatever a source writes', () => {
    for (const value of hostile) {
      const told = Object.fromEntries(
        'subtitle author_name first_publish_year subject series_name series_position description cover_i editions'
          .split(' ')
          .map((field) => [field, value]),
      )
      const editions = {
        docs: [{ title: 'T', publisher: value, publish_date: value, language: value, isbn: value, cover_i: value }, value],
      }
      const info = Object.fromEntries(
        'subtitle authors publisher publishedDate description industryIdentifiers categories language imageLinks'
          .split(' ')
          .map((field) => [field, value]),
      )
      const records = [
        ...found(openLibrary, { docs: [{ title: 'T', ...told }, { title: 'T', editions }, { title: value }, value] }),
        ...found(googleBooks, { kind: 'books#volumes', items: [{ id: 'x', volumeInfo: { title: 'T', ...info } }, { id: value }, value] }),
      ]
      expect(records.length).toBeGreaterThanOrEqual(3)
      for (const { picture: _picture, ...fields } of records) {
        expect(EditedFields.parse(fields)).toEqual(fields)
        expect(JSON.stringify(fields).length).toBeLessThan(30_000)
      }
    }
  })

  test('is cut to what an edit takes', () => {
    const [one] = found(openLibrary, {
      docs: [
        {
          title: 'é'.repeat(5000),
          author_name: Array.from({ length: 90 }, (_, n) => `Author ${n} ${'x'.repeat(400)}`),
          description: 'word '.repeat(20_000),
          subject: Array.from({ length: 90 }, (_, n) => `Subject ${n}`),
        },
      ],
    })
    expect(one?.title).toHaveLength(1000)
    expect(one?.contributors).toHaveLength(20)
    expect(one?.contributors?.[0]?.name).toHaveLength(300)
    expect(one?.tags).toHaveLength(12)
    expect(one?.description?.length).toBeLessThanOrEqual(20_000)
  })

  test.each([null, [], 'x', 7, { docs: 1 }, { error: 'x' }, { kind: 'x', items: [] }, {}])(
    'is nothing in %j, which is no answer',
    (answer) => {
      expect(() => openLibrary.read(answer, words)).toThrow()
      expect(() => googleBooks.read(answer, words)).toThrow()
    },
  )
})
