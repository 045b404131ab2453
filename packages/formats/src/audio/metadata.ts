import { parseDate } from '../epub/dates.ts'
import { parseIdentifier } from '../epub/identifiers.ts'
import { canonicalLanguage, canonicalLanguages } from '../epub/languages.ts'
import { parsePosition } from '../epub/series.ts'
import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import { People, splitNames } from '../text/people.ts'
import { plainText } from '../text/plain.ts'
import { readTags as readSubjects } from '../text/tags.ts'
import type { BookMetadata, Contributor, Identifier, Series } from '../types.ts'
import type { Tags } from './tags.ts'

/** Where each fact is looked for, best first. Codes: ID3v2.4, ID3v2.2, atoms of iTunes and Audible, then names that programs use. */
const places = {
  book: ['talb', 'tal', '©alb', 'album'],
  title: ['tit2', 'tt2', '©nam', 'title'],
  subtitle: ['tit3', 'tt3', 'subtitle', '©st3'],
  sortTitle: ['tsoa', 'soal', 'albumsort'],
  bookAuthor: ['author', 'authors', 'tpe2', 'tp2', 'aart', 'albumartist', 'band'],
  artist: ['tpe1', 'tp1', '©art', 'artist', 'artists'],
  narrator: ['narrator', 'narrators', '©nrt', 'narratedby', 'readby', 'reader'],
  composer: ['tcom', 'tcm', '©wrt', 'composer'],
  performer: ['performer'],
  translator: ['translator'],
  series: ['series', 'seriesname', 'seriestitle', 'mvnm', '©mvn', 'movementname'],
  position: ['seriespart', 'seriesposition', 'seriesindex', 'seriessequence', 'mvin', '©mvi', 'movement', 'movementnumber'],
  grouping: ['grp1', 'tit1', 'tt1', '©grp', 'grouping', 'contentgroup'],
  published: [
    'originaldate',
    'originalyear',
    'tdor',
    'tory',
    'tdrc',
    'tyer',
    'tye',
    '©day',
    'date',
    'year',
    'tdrl',
    'rldt',
    'releasedate',
    'releasetime',
  ],
  publisher: ['tpub', 'tpb', '©pub', 'publisher', 'label', 'organization'],
  copyright: ['tcop', 'tcr', 'cprt', '©cpy', 'copyright'],
  description: ['ldes', 'longdescription', 'description', 'synopsis', 'tdes', '©des', 'desc', 'summary'],
  comment: ['comm', 'com', '©cmt', 'comment'],
  genre: ['tcon', 'tco', '©gen', 'gnre', 'genre'],
  language: ['tlan', 'tla', 'language', 'lang'],
  asin: ['asin', 'audibleasin', 'cdek'],
  isbn: ['isbn', 'isbn13', 'eisbn'],
} as const

type Fact = keyof typeof places

function valuesOf(tags: Tags, fact: Fact): readonly string[] {
  for (const name of places[fact]) {
    const values = tags.get(name)
    if (values) return values
  }
  return []
}

/** A comment shorter than this says something of the file, not of the book. */
const longComment = 50

function readDescription(tags: Tags): string | null {
  const text = valuesOf(tags, 'description')[0] ?? valuesOf(tags, 'comment').find((comment) => comment.trim().length >= longComment)
  return plainText(text, limits.description)
}

const readByWhom = /\b(?:narrated|read|performed) by:?\s+([^.;|\r\n]{3,200})/i

/** Without a tag of their own, narrators stand in a comment, or where music has its composer (Audible, OpenAudible, Libation). */
function readNarrators(tags: Tags, authors: readonly string[]): string[] {
  const named = valuesOf(tags, 'narrator').flatMap(splitNames)
  if (named.length > 0) return named
  const told = valuesOf(tags, 'comment').flatMap((comment) => splitNames(readByWhom.exec(comment)?.[1] ?? ''))
  if (told.length > 0) return told
  const composers = valuesOf(tags, 'composer').flatMap(splitNames)
  const others = composers.length > 0 ? composers : valuesOf(tags, 'performer').flatMap(splitNames)
  return others.filter((name) => !authors.includes(name))
}

const nobody = /^(?:various(?: artists)?|unknown(?: artist| author)?)$/i

function readContributors(tags: Tags): Contributor[] {
  const names = (fact: Fact) =>
    valuesOf(tags, fact)
      .flatMap(splitNames)
      .filter((name) => !nobody.test(name))
  const ofBook = names('bookAuthor')
  const authors = ofBook.length > 0 ? ofBook : names('artist')
  const people = new People()
  people.add(authors, 'author')
  people.add(readNarrators(tags, authors), 'narrator')
  people.add(names('translator'), 'translator')
  return people.list()
}

const numbered = /^(.+?)[\s,:-]*(?:#|\b(?:book|vol\.?|volume|part|band|teil|no\.?)\s*)\s*(\d{1,4}(?:[.,]\d{1,2})?)\s*$/i

function readSeries(tags: Tags): Series[] {
  const found = new Map<string, Series>()
  const add = (text: string | undefined, position: string | null) => {
    const name = cleanLine(text, limits.name)
    if (name !== null && found.size < limits.series && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), { name, position })
  }
  const positions = valuesOf(tags, 'position').flatMap((text) => text.split(';'))
  const names = valuesOf(tags, 'series').flatMap((text) => text.split(';'))
  for (const [i, name] of names.entries()) {
    const inName = numbered.exec(name.slice(0, limits.name))
    if (positions[i] === undefined && inName) add(inName[1], parsePosition(inName[2]))
    else add(name, parsePosition(positions[i]))
  }
  for (const part of valuesOf(tags, 'grouping').flatMap((text) => text.split(';'))) {
    const match = numbered.exec(part.trim().slice(0, limits.name))
    if (match) add(match[1], parsePosition(match[2]))
  }
  return [...found.values()]
}

function readPublished(tags: Tags): string | null {
  for (const name of places.published) {
    const parsed = parseDate(tags.get(name)?.[0] ?? '')
    if (parsed !== null) return parsed
  }
  return null
}

/** Whom the right in the recording belongs to, as Audible writes it: "©2001 the author (P)2015 the publisher". */
function publisherInCopyright(text: string | undefined): string | undefined {
  return /(?:℗|\(p\))\s*(?:\d{4}[\s,]*)*([^;©(]{2,200})/i.exec(text ?? '')?.[1]
}

function readIdentifiers(tags: Tags): Identifier[] {
  const found = new Map<string, Identifier>()
  for (const scheme of ['isbn', 'asin'] as const) {
    for (const text of valuesOf(tags, scheme).slice(0, limits.identifiers)) {
      const identifier = parseIdentifier(text, scheme)
      if (identifier && identifier.scheme !== 'other') found.set(identifier.scheme + identifier.value, identifier)
    }
  }
  return [...found.values()]
}

let languageNames: Map<string, string> | null = null

/** Codes by the English names of languages, which Libation and others write. */
function languageByName(text: string): string {
  if (!languageNames) {
    const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
    const codes =
      'ar bg bn ca cs da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko la lt lv mk ms nb nl nn no pl pt ro ru sk sl sq sr sv ta te th tr uk ur vi zh'
    languageNames = new Map(codes.split(' ').map((code) => [names.of(code)?.toLowerCase() ?? code, code]))
  }
  return languageNames.get(text.trim().toLowerCase()) ?? text
}

/** What the tags of an audio file tell of the book that it is, or is a part of. */
export function readMetadata(tags: Tags): Omit<BookMetadata, 'drm' | 'duration' | 'track'> {
  const line = (fact: Fact, max: number) => cleanLine(valuesOf(tags, fact)[0], max)
  return {
    title: line('book', limits.title) ?? line('title', limits.title),
    subtitle: line('subtitle', limits.title),
    sortTitle: line('sortTitle', limits.title),
    contributors: readContributors(tags),
    series: readSeries(tags),
    languages: canonicalLanguages(
      valuesOf(tags, 'language')
        .flatMap((text) => text.split(/[;,/]/))
        .map((text) => (canonicalLanguage(text) === null ? languageByName(text) : text)),
    ),
    identifiers: readIdentifiers(tags),
    publisher: line('publisher', limits.name) ?? cleanLine(publisherInCopyright(valuesOf(tags, 'copyright')[0]), limits.name),
    published: readPublished(tags),
    description: readDescription(tags),
    tags: readSubjects(valuesOf(tags, 'genre'), /;|:|\s\/\s/),
    layout: 'reflowable',
    direction: null,
    vertical: false,
    pages: null,
  }
}

/** The title of the file, which in a book of many files is that of a chapter. */
export function trackTitle(tags: Tags): string | null {
  return cleanLine(valuesOf(tags, 'title')[0], limits.title)
}
