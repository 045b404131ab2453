import { parseDate } from '../epub/dates.ts'
import { parseIdentifier } from '../epub/identifiers.ts'
import { canonicalLanguages } from '../epub/languages.ts'
import { parsePosition } from '../epub/series.ts'
import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import { People, splitNames } from '../text/people.ts'
import { plainText } from '../text/plain.ts'
import { readTags } from '../text/tags.ts'
import type { BookMetadata, Identifier, Series } from '../types.ts'
import type { Xmp, XmpValue } from './xmp.ts'

/** Values of the information dictionary and of the catalog, `''` where there is none. */
export type PdfInfo = { title: string; author: string; subject: string; keywords: string; isbn: string; doi: string; language: string }

const fileExtension =
  /\.(?:docx?|dotx?|rtf|odt|txt|wpd|pages|html?|mht|php|aspx?|tex|dvi|ps|eps|pdf|indd|indb|qx[dp]|pmd|p65|fm|book|pub|cdr|ai|psd|tiff?|jpe?g|png|bmp|gif|pptx?|odp|key|xlsx?|ods|csv|max|vsdx?|dwg)$/i
const junk = [
  /^microsoft (?:office )?(?:word|powerpoint|excel|publisher|visio)\b/i,
  /^(?:powerpoint|word) (?:presentation|document)$/i,
  /^(?:untitled|unnamed|no title|title|noname|document|dokument|unbenannt|sans titre|sin título|無題|未命名|full ?page|print|layout|cover)[\s_-]*\d*$/i,
  /^(?:slide|page|seite|doc|scan|img)[\s_-]?\d+$/i,
  /^(?:file:|[a-z]:\\|\\\\|\/)/i,
  /^[^\p{L}\p{N}]*$/u,
  /^\(?anonymous\)?$/i,
]

/** Programs write what they have where a title is missing: their own name, that of a file, or nothing. */
function realTitle(text: string | undefined, fileName: string): string | null {
  const title = cleanLine(text, limits.title)
  if (title === null || fileExtension.test(title) || junk.some((pattern) => pattern.test(title))) return null
  return `${title}.pdf`.toLowerCase() === fileName.normalize('NFC').toLowerCase() ? null : title
}

const nobody = [/^\(?(?:unknown|unknown author|user|admin|administrator|owner|unspecified)\)?$/i, /^\(?anonymous\)?$/, /^https?:/i]
/** What ReportLab writes where nothing was given. */
const unspecified = /^\s*\(?unspecified\)?\s*$/

const preferred = (values: readonly XmpValue[]) => values.find(({ language }) => language === 'x-default') ?? values[0]

function readPublished(xmp: Xmp): string | null {
  const day = (name: string) => (xmp.get(name) ?? []).map(({ text }) => text.trim().slice(0, 10))
  const ofTheFile = new Set([...day('createdate'), ...day('modifydate'), ...day('metadatadate')])
  for (const name of ['publicationdate', 'coverdate', 'dateofpublication', 'onsaledate', 'date']) {
    for (const text of day(name)) {
      const parsed = name === 'date' && ofTheFile.has(text) ? null : parseDate(text)
      if (parsed !== null) return parsed
    }
  }
  return null
}

function readIdentifiers(xmp: Xmp, info: PdfInfo): Identifier[] {
  const written: [string, string | null][] = []
  for (const name of ['isbn', 'eisbn', 'printisbn']) for (const { text } of xmp.get(name) ?? []) written.push([text, 'isbn'])
  for (const { text } of xmp.get('doi') ?? []) written.push([text, 'doi'])
  for (const { text, fields } of xmp.get('identifier') ?? []) written.push([text, fields.get('scheme') ?? null])
  written.push([info.isbn, 'isbn'], [info.doi, 'doi'], [/\bdoi:?\s*(10\.\d{4,9}\/[^\s,;]+)/i.exec(info.subject)?.[1] ?? '', 'doi'])
  const found = new Map<string, Identifier>()
  for (const [text, scheme] of written.slice(0, limits.identifiers)) {
    const identifier = parseIdentifier(text, scheme)
    if (identifier?.scheme === 'isbn' || identifier?.scheme === 'doi') found.set(identifier.scheme + identifier.value, identifier)
  }
  return [...found.values()]
}

/** The series as calibre writes it into XMP. */
function readSeries(xmp: Xmp): Series[] {
  const series = xmp.get('series')?.[0]
  const name = cleanLine(series?.text, limits.name)
  return name === null ? [] : [{ name, position: parsePosition(series?.fields.get('series_index')) }]
}

/** What a PDF called `fileName` tells of the book in it; XMP goes before the information dictionary (PDF 2.0, 14.3.3). */
export function readMetadata(xmp: Xmp, info: PdfInfo, fileName: string): Omit<BookMetadata, 'pages' | 'direction'> {
  const texts = (name: string) => (xmp.get(name) ?? []).map(({ text }) => text)
  const one = (name: string) => preferred(xmp.get(name) ?? [])?.text
  const people = new People()
  const realNames = (names: readonly string[]) => names.filter((name) => !nobody.some((pattern) => pattern.test(name.trim())))
  const authors = realNames(texts('creator')).flatMap(splitNames)
  people.add(authors.length > 0 ? authors : realNames([info.author]).flatMap(splitNames), 'author')
  people.add(realNames(texts('contributor')).flatMap(splitNames), 'contributor')
  const languages = canonicalLanguages(texts('language'))
  const subjects = readTags(texts('subject'))
  return {
    title: realTitle(one('title'), fileName) ?? realTitle(info.title, fileName),
    subtitle: cleanLine(one('subtitle'), limits.title),
    sortTitle: cleanLine(one('title_sort'), limits.title),
    contributors: people.list(),
    series: readSeries(xmp),
    languages: languages.length > 0 ? languages : canonicalLanguages([info.language]),
    identifiers: readIdentifiers(xmp, info),
    publisher: cleanLine(one('publisher'), limits.name),
    published: readPublished(xmp),
    description:
      plainText(one('description'), limits.description) ??
      plainText(unspecified.test(info.subject) ? '' : info.subject, limits.description),
    tags: subjects.length > 0 ? subjects : readTags([info.keywords], /[;,]/),
    layout: 'fixed',
    vertical: false,
    drm: null,
    duration: null,
    track: null,
  }
}
