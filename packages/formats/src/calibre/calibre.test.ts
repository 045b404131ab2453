import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReaderPool, type ReaderPool } from '../pool/pool.ts'
import { buildCalibre, type CalibreBookInput, type CalibreInput } from '../testing.ts'
import { momentOf } from './dates.ts'

let root: string
let readers: ReaderPool
let count = 0

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'carrel-calibre-')))
  readers = createReaderPool({ size: 1 })
})
afterAll(async () => {
  await readers.stop()
  rmSync(root, { recursive: true })
})

/** A library's folder with what `make` puts there as its database. */
function library(make: (file: string) => void) {
  const folder = join(root, `library-${(count += 1)}`)
  mkdirSync(folder)
  make(join(folder, 'metadata.db'))
  return { root: folder, path: 'metadata.db' }
}
const codeOf = async (file: { root: string; path: string }): Promise<string> => {
  const [whole, page] = await Promise.all([readers.calibreLibrary(file), readers.calibreBooks(file, { after: 0, limit: 500 })])
  return [whole, page].map((result) => (result.ok ? 'ok' : result.problem.code)).join()
}
const bytesOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, hash('sha256', readFileSync(join(folder, name)), 'hex')]))

const columns: CalibreInput['columns'] = [
  { label: 'read', name: 'Gelesen', datatype: 'bool' },
  { label: 'status', name: 'Status', datatype: 'enumeration', choices: ['to-read', 'reading', 'finished'] },
  { label: 'shelves', name: 'Shelves', datatype: 'text', multiple: true },
  { label: 'genre', name: 'Genre', datatype: 'text' },
  { label: 'dateread', name: 'Date read', datatype: 'datetime' },
  { label: 'pages', name: 'Pages', datatype: 'int' },
  { label: 'weight', name: 'Weight', datatype: 'float' },
  { label: 'mine', name: 'My rating', datatype: 'rating' },
  { label: 'notes', name: 'Notes', datatype: 'comments' },
  { label: 'cycle', name: 'Cycle', datatype: 'series' },
  { label: 'computed', name: 'Computed', datatype: 'composite' },
]
const shore: CalibreBookInput = {
  title: 'The Farthest Shore',
  path: 'Ursula K. Le Guin/The Farthest Shore (1)',
  files: [
    { name: 'The Farthest Shore - Ursula K. Le Guin', format: 'EPUB' },
    { name: 'The Farthest Shore - Ursula K. Le Guin', format: 'PDF' },
  ],
  authors: [
    { name: 'Ursula K. Le Guin', sort: 'Le Guin, Ursula K.' },
    { name: 'Smith, Inc', sort: 'Smith, Inc' },
  ],
  series: { name: 'Earthsea', index: 2.5 },
  tags: ['Fantasy', 'Sea; salt'],
  publisher: 'Atheneum',
  pubdate: '1972-09-01 00:00:00+00:00',
  languages: ['eng', 'jpn'],
  identifiers: { isbn: '0-306-40615-2', goodreads: '13667', amazon: 'B0012345AB' },
  comments: '<div><p>First.</p><p>Second <b>bold</b>.<script>alert(1)</script></p></div>',
  rating: 7,
  columns: {
    read: 1,
    status: 'finished',
    shelves: ['Wizards', 'Dragons'],
    genre: 'Novel',
    dateread: '2020-03-01 22:00:00.123456+00:00',
    pages: 197,
    weight: 0.25,
    mine: 9,
    notes: '<p>Good.</p>',
    cycle: { name: 'Hainish', index: 3 },
  },
}
const bare: CalibreBookInput = {
  title: 'Bare',
  path: 'Unknown/Bare (2)',
  files: [],
  columns: { read: 0, dateread: '0101-01-01 00:00:00+00:00' },
}
const whole: CalibreInput = { columns, books: [shore, bare] }
const whatever = (books: number): CalibreInput => ({
  columns,
  books: Array.from({ length: books }, (_, i) => ({ ...shore, title: `Book ${i}`, path: `Someone/Book ${i} (${i + 1})` })),
})

describe('a calibre library', () => {
  it('tells its books and columns, without the functions that its triggers and views call', async () => {
    const file = library((at) => buildCalibre(at, whole))
    const before = bytesOf(file.root)
    const result = await readers.calibreLibrary(file)
    expect(result).toMatchObject({ ok: true, library: { books: 2, files: 2, rated: 1, uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) } })
    const told = result.ok ? result.library.columns : []
    expect(told.map(({ label, datatype, multiple, values, books }) => [label, datatype, multiple, values, books])).toEqual([
      ['read', 'bool', false, ['true', 'false'], 2],
      ['status', 'enumeration', false, ['to-read', 'reading', 'finished'], 1],
      ['shelves', 'text', true, ['Dragons', 'Wizards'], 1],
      ['genre', 'text', false, ['Novel'], 1],
      ['dateread', 'datetime', false, ['2020-03-01T22:00:00.123Z'], 2],
      ['pages', 'int', false, ['197'], 1],
      ['weight', 'float', false, ['0.25'], 1],
      ['mine', 'rating', false, ['4.5'], 1],
      ['notes', 'comments', false, ['Good.'], 1],
      ['cycle', 'series', false, ['Hainish'], 1],
    ])
    expect(bytesOf(file.root)).toEqual(before)
  })

  it('tells what is known of each book', async () => {
    const file = library((at) => buildCalibre(at, whole))
    expect(await readers.calibreBooks(file, { after: 0, limit: 10 })).toEqual({
      ok: true,
      uuid: expect.any(String),
      next: null,
      books: [
        {
          id: 1,
          files: ['epub', 'pdf'].map(
            (format) => `Ursula K. Le Guin/The Farthest Shore (1)/The Farthest Shore - Ursula K. Le Guin.${format}`,
          ),
          metadata: {
            title: 'The Farthest Shore',
            sortTitle: 'Farthest Shore, The',
            contributors: [
              { name: 'Ursula K. Le Guin', sortName: 'Le Guin, Ursula K.', role: 'author' },
              { name: 'Smith, Inc', sortName: 'Smith, Inc', role: 'author' },
            ],
            series: [{ name: 'Earthsea', position: '2.5' }],
            languages: ['en', 'ja'],
            identifiers: [
              { scheme: 'asin', value: 'B0012345AB' },
              { scheme: 'other', value: 'goodreads:13667' },
              { scheme: 'isbn', value: '9780306406157' },
            ],
            publisher: 'Atheneum',
            published: '1972-09-01',
            description: 'First.\n\nSecond bold.',
            tags: ['Fantasy', 'Sea; salt'],
          },
          rating: 3.5,
          columns: {
            read: ['true'],
            status: ['finished'],
            shelves: ['Wizards', 'Dragons'],
            genre: ['Novel'],
            dateread: ['2020-03-01T22:00:00.123Z'],
            pages: ['197'],
            weight: ['0.25'],
            mine: ['4.5'],
            notes: ['Good.'],
            cycle: ['Hainish [3]'],
          },
        },
        {
          id: 2,
          files: [],
          metadata: {
            title: 'Bare',
            sortTitle: 'Bare',
            contributors: [],
            series: [],
            languages: [],
            identifiers: [],
            publisher: null,
            published: null,
            description: null,
            tags: [],
          },
          rating: null,
          columns: { read: ['false'] },
        },
      ],
    })
  })

  it('is told in pages, over ids that are gone', async () => {
    const file = library((at) => {
      buildCalibre(at, whatever(30))
      const database = new DatabaseSync(at)
      database.exec(
        'drop trigger books_delete_trg; drop trigger books_update_trg; delete from books where id between 8 and 12; update books set id = 9007199254740991 where id = 30',
      )
      database.close()
    })
    const ids: number[] = []
    let after: number | null = 0
    while (after !== null) {
      const page = await readers.calibreBooks(file, { after, limit: 7 })
      if (!page.ok) throw new Error(page.problem.detail)
      ids.push(...page.books.map(({ id }) => id))
      after = page.next
    }
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, ...Array.from({ length: 17 }, (_, i) => i + 13), 9007199254740991])
  })

  it('of an older calibre lacks what came later', async () => {
    const file = library((at) => {
      const database = new DatabaseSync(at)
      database.exec(`create table books (id integer primary key, title text, path text); create table data (book integer, name text, format text);
        insert into books values (1, x'ff41', 'A/B'); insert into data values (1, 'B', 'MOBI')`)
      database.close()
    })
    expect(await readers.calibreLibrary(file)).toEqual({ ok: true, library: { uuid: null, books: 1, files: 1, rated: 0, columns: [] } })
    expect(await readers.calibreBooks(file, { after: 0, limit: 9 })).toMatchObject({ ok: true, books: [{ files: ['A/B/B.mobi'] }] })
  })

  it.each([
    ['2011-07-01 05:20:12.345678+00:00', '2011-07-01T05:20:12.345Z'],
    ['2011-07-01T05:20:12+02:00', '2011-07-01T03:20:12.000Z'],
    ['2011-07-01 05:20:12', '2011-07-01T05:20:12.000Z'],
    ['0101-01-01 00:00:00+00:00', null],
    ['0100-12-31 22:00:00+00:00', null],
    ['2011-13-01 05:20:12', null],
    ['yesterday', null],
  ])('%s is %s', (text, moment) => expect(momentOf(text)).toBe(moment))
})

describe('a file that is no calibre library, or one that means harm', () => {
  const sqlite = (statements: string) =>
    library((at) => {
      const database = new DatabaseSync(at)
      database.exec(statements)
      database.close()
    })
  const data = 'create table data (book integer, name text, format text);'
  const endless = 'with recursive c(id) as (select 1 union all select id + 1 from c) select id, 1 as title, 1 as path from c'

  it('that is another thing', async () => {
    expect(await codeOf(library((at) => writeFileSync(at, 'not a database, but long enough to be one'.repeat(100))))).toBe(
      'not-a-book,not-a-book',
    )
    expect(await codeOf(library((at) => writeFileSync(at, '')))).toBe('not-a-book,not-a-book')
    expect(await codeOf(library(() => {}))).toBe('vanished,vanished')
    expect(await codeOf(library((at) => mkdirSync(at)))).toBe('not-a-book,not-a-book')
    expect(await codeOf(sqlite('create table books (id integer primary key)'))).toBe('not-a-book,not-a-book')
  })

  it('that is a view or computes: nothing of it is run', async () => {
    const began = performance.now()
    expect(await codeOf(sqlite(`${data} create view books as ${endless}`))).toBe('not-a-book,not-a-book')
    expect(await codeOf(sqlite(`${data} create virtual table books using fts5 (id, title, path)`))).toBe('not-a-book,not-a-book')
    expect(
      await codeOf(
        sqlite(`${data} create table books (id integer primary key, path text, title text as (hex(zeroblob(400000000))));
        insert into books (id) values (1)`),
      ),
    ).toBe('not-a-book,not-a-book')
    const columns = `create table books (id integer primary key, title text, path text); insert into books values (1, 'T', 'P');
      create table custom_columns (id integer, label text, name text, datatype text, is_multiple int, normalized int, display text, mark_for_delete int);
      insert into custom_columns values (1, 'x', 'X', 'text', 0, 0, '[', 0), (2, 'y', 'Y', 'text', 0, 0, '{', 0);
      create view custom_column_1 as with recursive c(book) as (select 1 union all select book + 1 from c) select book, 1 as value from c;`
    expect(await codeOf(sqlite(`${data} ${columns}`))).toBe('ok,ok')
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('that is cut off', { timeout: 60_000 }, async () => {
    for (const percent of [1, 10, 50, 90, 99]) {
      const file = library((at) => {
        buildCalibre(at, whatever(30))
        truncateSync(at, Math.floor((readFileSync(at).length * percent) / 100))
      })
      expect([percent, await codeOf(file)]).toEqual([percent, 'corrupt-archive,corrupt-archive'])
    }
  })

  it('whose bytes are flipped: each of 200 is read or has a reason', { timeout: 120_000 }, async () => {
    const good = library((at) => buildCalibre(at, whatever(30)))
    const bytes = readFileSync(join(good.root, 'metadata.db'))
    let seed = 20_261_129
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    const codes: Record<string, number> = {}
    const slowest = { milliseconds: 0 }
    for (let i = 0; i < 200; i += 1) {
      const file = library((at) => {
        const mutant = Buffer.from(bytes)
        for (let flips = 1 + random(20); flips > 0; flips -= 1) mutant[random(i % 2 ? bytes.length : 4_096)] = random(256)
        writeFileSync(at, mutant)
      })
      const before = bytesOf(file.root)
      const began = performance.now()
      for (const code of (await codeOf(file)).split(',')) codes[code] = (codes[code] ?? 0) + 1
      slowest.milliseconds = Math.max(slowest.milliseconds, performance.now() - began)
      expect(bytesOf(file.root)).toEqual(before)
      rmSync(file.root, { recursive: true })
    }
    expect(
      Object.keys(codes).filter((code) => !['ok', 'corrupt-archive', 'not-a-book', 'too-large', 'in-use', 'memory'].includes(code)),
    ).toEqual([])
    expect(codes['corrupt-archive']).toBeGreaterThan(20)
    expect(slowest.milliseconds).toBeLessThan(10_000)
  })

  it('with a million books is told page by page', { timeout: 60_000 }, async () => {
    const file = sqlite(`${data} create table books (id integer primary key, title text, path text);
      insert into books with recursive c(id) as (select 1 union all select id + 1 from c where id < 1000000) select id, 'Title ' || id, 'A/' || id from c;
      insert into data select id, 'x', 'EPUB' from books`)
    const began = performance.now()
    expect(await readers.calibreLibrary(file)).toMatchObject({ ok: true, library: { books: 1_000_000, files: 1_000_000 } })
    expect(await readers.calibreBooks(file, { after: 999_000, limit: 500 })).toMatchObject({ ok: true, next: 999_500 })
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('whose one book has more rows than fit, or a value that does not', { timeout: 60_000 }, async () => {
    const books = `${data} create table books (id integer primary key, title text, path text); insert into books values (1, 'T', 'P');`
    const many = sqlite(
      `${books} insert into data with recursive c(n) as (select 1 union all select n + 1 from c where n < 200000) select 1, n, 'EPUB' from c`,
    )
    expect(await codeOf(many)).toBe('ok,too-large')
    const long = sqlite(`${books} update books set title = hex(zeroblob(20000000))`)
    expect(await codeOf(long)).toBe('ok,too-large')
  })

  it('that leads out of its folder', async () => {
    const good = library((at) => buildCalibre(at, whole))
    const link = library((at) => symlinkSync(join(good.root, 'metadata.db'), at))
    expect(await codeOf(link)).toBe('outside-root,outside-root')
    const folder = library((at) => symlinkSync(good.root, at.replace('metadata.db', 'inner')))
    expect(await codeOf({ root: folder.root, path: 'inner/metadata.db' })).toBe('outside-root,outside-root')
    expect(await codeOf({ root: folder.root, path: '../metadata.db' })).toBe('outside-root,outside-root')
  })

  it('that another program writes, or left half written', async () => {
    const file = library((at) => buildCalibre(at, whatever(300)))
    const at = join(file.root, 'metadata.db')
    const writer = new DatabaseSync(at)
    writer.exec('pragma journal_mode = delete; begin exclusive')
    expect(await codeOf(file)).toBe('ok,ok')
    // Until its pages are written, the file holds what it held.
    writer.exec("update library_id set uuid = 'x'")
    expect(await codeOf(file)).toBe('ok,ok')
    writer.exec("pragma cache_size = 1; update comments set text = text || 'x'")
    expect(await codeOf(file)).toBe('in-use,in-use')
    writer.exec('commit')
    expect(await codeOf(file)).toBe('ok,ok')
    writer.exec("pragma journal_mode = wal; update library_id set uuid = 'y'")
    const before = bytesOf(file.root)
    expect(Object.keys(before)).toContain('metadata.db-wal')
    expect(await codeOf(file)).toBe('in-use,in-use')
    expect(bytesOf(file.root)).toEqual(before)
    writer.close()
    expect(await codeOf(file)).toBe('ok,ok')
    expect(readdirSync(file.root)).toEqual(['metadata.db'])
    // What a crash left: a journal that is to be played back, and one that is done with.
    writeFileSync(`${at}-journal`, Buffer.concat([Buffer.from('d9d505f920a163d7', 'hex'), Buffer.alloc(504)]))
    expect(await codeOf(file)).toBe('in-use,in-use')
    writeFileSync(`${at}-journal`, Buffer.alloc(512))
    expect(await codeOf(file)).toBe('ok,ok')
  })
})
