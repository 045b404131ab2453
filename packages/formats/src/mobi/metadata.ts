import { parseDate } from '../epub/dates.ts'
import { parseIdentifier } from '../epub/identifiers.ts'
import { canonicalLanguages } from '../epub/languages.ts'
import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import { personOf } from '../text/person.ts'
import { plainText } from '../text/plain.ts'
import { readTags } from '../text/tags.ts'
import type { BookMetadata, Contributor, ContributorRole, Identifier } from '../types.ts'
import type { MobiHeader } from './header.ts'
import { languageOfLocale } from './languages.ts'

const exth = {
  author: 100,
  publisher: 101,
  description: 103,
  isbn: 104,
  subject: 105,
  published: 106,
  contributor: 108,
  source: 112,
  asin: 113,
  fixedLayout: 122,
  title: 503,
  storeAsin: 504,
  language: 524,
  writingMode: 525,
  direction: 527,
} as const

const schemes = new Map([
  ['isbn', [exth.isbn]],
  ['asin', [exth.asin, exth.storeAsin]],
  ['', [exth.source]],
])

function nameParts(text: string): string[] {
  return text.slice(0, limits.contributors * limits.name).split(';')
}

/** What the headers of a book tell; `headers` are of one book, the first that says something counts. */
export function readMetadata(headers: readonly MobiHeader[], fileName: string): BookMetadata {
  const all = (type: number): string[] => {
    for (const { values, decode } of headers) {
      const texts = (values.get(type) ?? []).map(decode).filter((text) => text.trim() !== '')
      if (texts.length > 0) return texts
    }
    return []
  }
  const people = (type: number, role: ContributorRole): Contributor[] =>
    all(type)
      .flatMap(nameParts)
      .slice(0, limits.contributors)
      .filter((name) => role === 'author' || !/^\s*calibre\b/i.test(name))
      .map((name) => personOf(name, role))
      .filter((person) => person !== null)
  const contributors = new Map<string, Contributor>()
  for (const person of [...people(exth.author, 'author'), ...people(exth.contributor, 'contributor')]) {
    const key = JSON.stringify([person.role, person.name])
    if (!contributors.has(key) && contributors.size < limits.contributors) contributors.set(key, person)
  }
  const identifiers = new Map<string, Identifier>()
  for (const [scheme, types] of schemes) {
    for (const text of types.flatMap(all)) {
      const identifier = parseIdentifier(text.replace(/^calibre:/, ''), scheme)
      if (identifier && identifiers.size < limits.identifiers) identifiers.set(`${identifier.scheme}:${identifier.value}`, identifier)
    }
  }
  const titles = [...all(exth.title), ...headers.map(({ fullName }) => fullName ?? ''), fileName]
  const declared = canonicalLanguages(all(exth.language))
  const locale = languageOfLocale(headers[0]?.locale ?? 0)
  const mode = all(exth.writingMode)[0]?.toLowerCase() ?? ''
  const direction = all(exth.direction)[0]?.toLowerCase() ?? (/-(?:rl|lr)$/.test(mode) ? (mode.endsWith('-rl') ? 'rtl' : 'ltr') : null)
  const encryption = headers.find((header) => header.encryption !== 0)?.encryption ?? 0
  return {
    title: titles.map((text) => cleanLine(text, limits.title)).find((text) => text !== null) ?? null,
    subtitle: null,
    sortTitle: null,
    contributors: [...contributors.values()],
    series: [],
    languages: declared.length > 0 || locale === null ? declared : [locale],
    identifiers: [...identifiers.values()],
    publisher: cleanLine(all(exth.publisher)[0], limits.name),
    published: parseDate(all(exth.published)[0] ?? ''),
    description: plainText(all(exth.description)[0], limits.description),
    tags: readTags(all(exth.subject)),
    layout: all(exth.fixedLayout)[0]?.trim().toLowerCase() === 'true' ? 'fixed' : 'reflowable',
    direction: direction === 'rtl' || direction === 'ltr' ? direction : null,
    vertical: mode.startsWith('vertical'),
    drm: encryption === 0 ? null : (new Map([[1, 'Mobipocket'], [2, 'Amazon Kindle']]).get(encryption) ?? 'unknown'), // prettier-ignore
    pages: null,
    duration: null,
    track: null,
  }
}
