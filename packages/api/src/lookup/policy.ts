import { cleanLine } from '@carrel/formats/clean-text'
import { parseDate } from '@carrel/formats/dates'
import { parseIsbn } from '@carrel/formats/isbn'
import { canonicalLanguages } from '@carrel/formats/languages'
import { plainText } from '@carrel/formats/plain-text'
import { EditedFields } from '../books/edits/schema.ts'
import { limits } from '../limits.ts'
import type { FoundFields } from './schema.ts'

export type Query = { isbn: string } | { words: string }

/** What is asked for. Signs that search engines take for commands are left out. */
export function readQuery(text: string): Query {
  const isbn = parseIsbn(text)
  if (isbn !== null) return { isbn }
  const words = text
    .normalize('NFC')
    .toWellFormed()
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{M}'’.-]+/u)
    .map((word) => word.replace(/^['’.-]+/, ''))
    .filter((word) => word !== '')
  return { words: words.join(' ') }
}

/** A record as its source tells of it. */
export type SourceRecord = {
  title: string | undefined
  subtitle?: string | undefined
  authors: readonly string[]
  series?: { name: string; position: string | null } | undefined
  languages: readonly string[]
  isbns: readonly string[]
  publisher: string | undefined
  published: string | undefined
  description: string | undefined
  tags: readonly string[]
  /** Names its picture at the source. */
  picture: string | null
}

/** How many of each are worth showing. */
const most = { authors: 20, languages: 5, isbns: 2, tags: 12 } as const
/** Characters. */
const longest = { title: 1000, name: 300, tag: 60 } as const

const linesOf = (texts: readonly string[], max: number): string[] =>
  [...new Set(texts.flatMap((text) => cleanLine(text, longest.name) ?? []))].slice(0, max)

const { shape } = EditedFields

/** What an edit would take of the record, in the shapes of an edit; null without a title. */
export function fieldsOf(record: Omit<SourceRecord, 'picture'>): FoundFields | null {
  const isbns = new Set(record.isbns.flatMap((isbn) => parseIsbn(isbn) ?? []))
  const wishes = {
    title: cleanLine(record.title, longest.title),
    subtitle: cleanLine(record.subtitle, longest.title),
    contributors: linesOf(record.authors, most.authors).map((name) => ({ name, role: 'author' })),
    series: record.series && [record.series],
    languages: canonicalLanguages(record.languages).slice(0, most.languages),
    identifiers: [...isbns].slice(0, most.isbns).map((value) => ({ scheme: 'isbn', value })),
    publisher: cleanLine(record.publisher, longest.name),
    published: record.published && parseDate(record.published),
    description: plainText(record.description, limits.descriptionLength),
    // Those with signs are notes of machines.
    tags: linesOf(record.tags.filter((tag) => !/[:=]/.test(tag) && tag.length <= longest.tag), most.tags), // prettier-ignore
  }
  const found = Object.fromEntries(
    Object.entries(wishes).flatMap(([field, value]) => {
      const read = shape[field as keyof typeof wishes].safeParse(value)
      const told = read.success && read.data !== undefined && read.data !== null && !(Array.isArray(read.data) && read.data.length === 0)
      return told ? [[field, read.data]] : []
    }),
  ) as FoundFields
  return found.title === undefined ? null : found
}
