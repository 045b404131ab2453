import { parseDate } from '../epub/dates.ts'
import { parseIdentifier } from '../epub/identifiers.ts'
import { canonicalLanguages } from '../epub/languages.ts'
import { limits } from '../limits.ts'
import { BookFileError, toProblem } from '../problems.ts'
import { cleanLine } from '../text/clean.ts'
import { plainText } from '../text/plain.ts'
import { readTags } from '../text/tags.ts'
import type { BookFile, CalibreBook, CalibreBooksResult, CalibreLibrary, CalibreLibraryResult, Identifier } from '../types.ts'
import { describeColumn, listCustomColumns, ratingOf, readColumn } from './columns.ts'
import { withDatabase } from './database.ts'
import { textColumn, Tables, type Row } from './tables.ts'

/** Books whose ids are greater than `after`, `limit` of them at most. */
export type CalibreRequest = { after: number; limit: number }

function openTables(...[database]: ConstructorParameters<typeof Tables>): Tables {
  const tables = new Tables(database)
  if (tables.has('books', 'id', 'title', 'path') && tables.has('data', 'book', 'name', 'format')) return tables
  throw new BookFileError('not-a-book', 'This is no database of calibre.')
}

/** What calibre calls this library by, wherever it lies. */
function uuidOf(tables: Tables): string | null {
  const [own] = tables.has('library_id', 'uuid') ? tables.select(`select ${textColumn('uuid', 100)} as uuid from library_id limit 1`) : []
  return cleanLine(String(own?.['uuid'] ?? ''), 100)
}

const countOf = (tables: Tables, from: string): number => Number(tables.select(`select count(*) as n from ${from}`)[0]?.['n'] ?? 0)

/** What a calibre library has. Never rejects. */
export async function readCalibreLibrary(file: BookFile): Promise<CalibreLibraryResult> {
  try {
    const library = await withDatabase(file, (database): CalibreLibrary => {
      const tables = openTables(database)
      return {
        uuid: uuidOf(tables),
        books: countOf(tables, 'books'),
        files: countOf(tables, 'data'),
        rated: hasRatings(tables) ? countOf(tables, 'books_ratings_link') : 0,
        columns: listCustomColumns(tables).map((column) => describeColumn(tables, column)),
      }
    })
    return { ok: true, library }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}

/** One page of the books of a calibre library. Never rejects. */
export async function readCalibreBooks(file: BookFile, request: CalibreRequest): Promise<CalibreBooksResult> {
  try {
    const page = await withDatabase(file, (database) => {
      const tables = openTables(database)
      return { uuid: uuidOf(tables), ...readPage(tables, request) }
    })
    return { ok: true, ...page }
  } catch (error) {
    return { ok: false, problem: toProblem(error) }
  }
}

const hasRatings = (tables: Tables) => tables.has('ratings', 'id', 'rating') && tables.has('books_ratings_link', 'book', 'rating')

/** What hangs on the books between two ids; a table that is not there tells of none. */
class Parts {
  readonly #tables: Tables
  readonly #first: number
  readonly #last: number

  constructor(tables: Tables, first: number, last: number) {
    this.#tables = tables
    this.#first = first
    this.#last = last
  }

  /** Values that books share, in the order in which they were linked. */
  linked(table: string, column: string, link: string, key: string, more = ''): Map<number, Row[]> {
    if (!this.#tables.has(table, 'id', column) || !this.#tables.has(link, 'id', 'book', key)) return new Map()
    return this.#of(`select l.book as book, ${textColumn(`v.${column}`)} as value${more} from ${link} l join ${table} v on v.id = l.${key}
      where l.book between ? and ? order by l.book, l.id`)
  }

  own(table: string, columns: readonly string[], order: string, max: number = limits.calibreText): Map<number, Row[]> {
    if (!this.#tables.has(table, 'book', ...columns)) return new Map()
    const selected = columns.map((column) => `${textColumn(column, max)} as ${column}`).join(', ')
    return this.#of(`select book, ${selected} from ${table} where book between ? and ? order by book, ${order}`)
  }

  column(column: Parameters<typeof readColumn>[1]): Map<number, string[]> {
    return readColumn(this.#tables, column, this.#first, this.#last)
  }

  #of = (statement: string): Map<number, Row[]> => this.#tables.byBook(statement, this.#first, this.#last)
}

function readPage(tables: Tables, { after, limit }: CalibreRequest): { books: CalibreBook[]; next: number | null } {
  const count = Math.min(Math.max(1, limit), limits.calibrePage)
  const optional = (column: string, max?: number) =>
    tables.has('books', column) ? `${textColumn(column, max)} as ${column}` : `null as ${column}`
  const rows = tables.select(
    `select id, ${textColumn('title')} as title, ${textColumn('path', 4_096)} as path, ${['sort', 'pubdate', 'series_index'].map((column) => optional(column)).join(', ')}
      from books where id > ? and id <= ${Number.MAX_SAFE_INTEGER} order by id limit ${count + 1}`,
    Math.max(0, after),
  )
  const page = rows.slice(0, count)
  const first = Number(page[0]?.['id'] ?? 0)
  const last = Number(page.at(-1)?.['id'] ?? 0)
  const parts = new Parts(tables, first, last)
  const files = parts.own('data', ['name', 'format'], 'format')
  const sort = tables.has('authors', 'sort') ? `, ${textColumn('v.sort')} as sort` : ''
  const authors = parts.linked('authors', 'name', 'books_authors_link', 'author', sort)
  const series = parts.linked('series', 'name', 'books_series_link', 'series')
  const tags = parts.linked('tags', 'name', 'books_tags_link', 'tag')
  const publishers = parts.linked('publishers', 'name', 'books_publishers_link', 'publisher')
  const languages = parts.linked('languages', 'lang_code', 'books_languages_link', 'lang_code')
  const ratings = parts.linked('ratings', 'rating', 'books_ratings_link', 'rating')
  const identifiers = parts.own('identifiers', ['type', 'val'], 'type')
  const comments = parts.own('comments', ['text'], 'book', limits.description * 8)
  const columns = listCustomColumns(tables).map((column) => ({ label: column.label, values: parts.column(column) }))
  const textsOf = (found: Map<number, Row[]>, id: number, column = 'value') => (found.get(id) ?? []).map((row) => String(row[column] ?? ''))
  const books = page.map(({ id: own, title, path, sort: sortTitle, pubdate, series_index: position }): CalibreBook => {
    const id = Number(own)
    const [seriesName] = textsOf(series, id)
    const name = cleanLine(seriesName, limits.name)
    return {
      id,
      files: (files.get(id) ?? []).map((row) => `${path}/${row['name']}.${String(row['format']).toLowerCase()}`),
      metadata: {
        title: cleanLine(String(title ?? ''), limits.title),
        sortTitle: cleanLine(String(sortTitle ?? ''), limits.title),
        contributors: (authors.get(id) ?? []).slice(0, limits.contributors).flatMap(authorOf),
        series: name === null ? [] : [{ name, position: positionOf(position ?? null) }],
        languages: canonicalLanguages(textsOf(languages, id)),
        identifiers: (identifiers.get(id) ?? []).slice(0, limits.identifiers).flatMap(identifierOf),
        publisher: cleanLine(textsOf(publishers, id)[0], limits.name),
        published: typeof pubdate === 'string' ? parseDate(pubdate) : null,
        description: plainText(textsOf(comments, id, 'text')[0], limits.description),
        tags: readTags(textsOf(tags, id), '\0'),
      },
      rating: ratingOf(textsOf(ratings, id)[0] ?? ''),
      columns: Object.fromEntries(columns.flatMap(({ label, values }) => (values.has(id) ? [[label, values.get(id) ?? []]] : []))),
    }
  })
  return { books, next: rows.length > count ? last : null }
}

/** calibre keeps a comma in a name as a bar, since commas part names elsewhere. */
function authorOf({ value, sort }: Row) {
  const name = cleanLine(String(value ?? '').replaceAll('|', ','), limits.name)
  if (name === null) return []
  return { name, sortName: cleanLine(String(sort ?? '').replaceAll('|', ','), limits.name), role: 'author' as const }
}

function identifierOf({ type, val }: Row): Identifier | [] {
  return parseIdentifier(String(val ?? ''), String(type ?? '')) ?? []
}

function positionOf(value: string | number | null): string | null {
  const number = Number(value)
  return value === null || value === '' || !Number.isFinite(number) ? null : String(Number(number.toFixed(4)))
}
