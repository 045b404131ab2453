import { parseDate } from '../epub/dates.ts'
import { parseIdentifier } from '../epub/identifiers.ts'
import { canonicalLanguages } from '../epub/languages.ts'
import { parsePosition } from '../epub/series.ts'
import { limits } from '../limits.ts'
import { noMetadata } from '../metadata.ts'
import { BookFileError } from '../problems.ts'
import { cleanLine } from '../text/clean.ts'
import { plainText } from '../text/plain.ts'
import type { BookMetadata, Contributor, ContributorRole, Identifier, Series } from '../types.ts'
import { decodeXml } from '../xml/decode.ts'
import { walkXml } from '../xml/walk.ts'

/** What ComicInfo says of a page. */
export type PageInfo = { double: boolean; isCover: boolean; bookmark: string | null }
/** `pages` by their place in natural order, from 0. */
export type ComicInfo = { metadata: BookMetadata; pages: ReadonlyMap<number, PageInfo> }

const roles: readonly (readonly [string, ContributorRole])[] = [
  ['writer', 'author'],
  ['penciller', 'penciller'],
  ['inker', 'inker'],
  ['colorist', 'colorist'],
  ['letterer', 'letterer'],
  ['coverartist', 'cover-artist'],
  ['editor', 'editor'],
  ['translator', 'translator'],
]

/** Text of elements, or of the attributes of one page, by names in lower case. */
type Fields = ReadonlyMap<string, string>

function readDocument(xml: string): { fields: Fields; pages: Fields[] } {
  const fields = new Map<string, string>()
  const pages: Fields[] = []
  let root: string | null = null
  let current: { name: string; text: string } | null = null
  walkXml(xml, {
    open(name, attributes, depth) {
      root ??= name.toLowerCase()
      if (depth === 2) current = { name: name.toLowerCase(), text: '' }
      else if (depth === 3 && current?.name === 'pages' && pages.length < limits.archiveEntries) {
        pages.push(new Map(Object.entries(attributes).map(([key, value]) => [key.toLowerCase(), value])))
      } else if (current && current.text.length < limits.elementText) current.text += `<${name}>`
    },
    text(text) {
      if (current && current.text.length < limits.elementText) current.text += text
    },
    close(name, depth) {
      if (!current) return
      if (depth > 2) {
        if (current.text.length < limits.elementText) current.text += `</${name}>`
        return
      }
      if (current.text.trim() !== '' && !fields.has(current.name)) fields.set(current.name, current.text)
      current = null
    },
  })
  if (root !== 'comicinfo') throw new BookFileError('invalid-xml', 'ComicInfo.xml is not valid XML.')
  return { fields, pages }
}

function listOf(text: string | undefined, max: number): string[] {
  const found = new Map<string, string>()
  for (const part of text?.slice(0, limits.elementText).split(/[,;]/) ?? []) {
    const line = cleanLine(part, max)
    if (line !== null && !found.has(line.toLowerCase())) found.set(line.toLowerCase(), line)
  }
  return [...found.values()]
}

function wholeNumber(text: string | undefined): number | null {
  return /^\s*\d{1,9}\s*$/.test(text ?? '') ? Number(text) : null
}

function readContributors(fields: Fields): Contributor[] {
  return roles
    .flatMap(([field, role]) => listOf(fields.get(field), limits.name).map((name) => ({ name, sortName: null, role })))
    .slice(0, limits.contributors)
}

/** `Number` counts within the series; without it the `Volume` does, unless it is the year in which an American series began. */
function positionInSeries(fields: Fields): string | null {
  const issue = fields.get('number')?.trim()
  if (issue === '½' || issue === '1/2') return '0.5'
  const position = issue?.includes('/') ? null : parsePosition(issue)
  const volume = wholeNumber(fields.get('volume'))
  return position ?? (volume !== null && volume > 0 && volume < 1_000 ? String(volume) : null)
}

function readSeries(fields: Fields): Series[] {
  const arcNumbers = listOf(fields.get('storyarcnumber'), limits.name)
  const arcs = listOf(fields.get('storyarc'), limits.name)
  const all = [
    { name: cleanLine(fields.get('series'), limits.name), position: positionInSeries(fields) },
    { name: cleanLine(fields.get('alternateseries'), limits.name), position: parsePosition(fields.get('alternatenumber')) },
    ...arcs.map((name, i) => ({ name, position: arcNumbers.length === arcs.length ? parsePosition(arcNumbers[i]) : null })),
  ]
  const found = new Map<string, Series>()
  for (const { name, position } of all) {
    if (name !== null && !found.has(name.toLowerCase()) && found.size < limits.series) found.set(name.toLowerCase(), { name, position })
  }
  return [...found.values()]
}

function readIdentifiers(fields: Fields): Identifier[] {
  const links = (fields.get('web') ?? '').split(/\s+/).filter((url) => /^https?:\/\//i.test(url))
  return [parseIdentifier(fields.get('gtin')?.trim() ?? '', 'gtin'), ...links.map((url) => parseIdentifier(url, null))]
    .filter((identifier) => identifier !== null)
    .slice(0, limits.identifiers)
}

function readTags(fields: Fields): string[] {
  const all = ['genre', 'tags', 'seriesgroup'].map((name) => fields.get(name) ?? '').join(',')
  return listOf(all, limits.tag).slice(0, limits.tags)
}

function readPublished(fields: Fields): string | null {
  const [year, month, day] = ['year', 'month', 'day'].map((name) => wholeNumber(fields.get(name)))
  if (!year || year < 1_000) return null
  return parseDate([year, month, day].slice(0, month ? (day ? 3 : 2) : 1).join('-'))
}

function readDirection(fields: Fields): BookMetadata['direction'] {
  const manga = fields.get('manga')?.trim().toLowerCase()
  return manga === 'yesandrighttoleft' ? 'rtl' : manga === 'no' ? 'ltr' : null
}

function readPages(pages: readonly Fields[]): Map<number, PageInfo> {
  const found = new Map<number, PageInfo>()
  for (const page of pages) {
    const index = wholeNumber(page.get('image'))
    if (index === null) continue
    found.set(index, {
      double: page.get('doublepage')?.trim().toLowerCase() === 'true',
      isCover: (page.get('type') ?? '').split(/\s+/).includes('FrontCover'),
      bookmark: cleanLine(page.get('bookmark'), limits.title),
    })
  }
  return found
}

/**
 * Reads a ComicInfo document (ComicInfo 2.1), the names of its elements in any case.
 *
 * @throws {BookFileError} `invalid-xml` when it is none, `too-large`.
 */
export function parseComicInfo(bytes: Buffer): ComicInfo {
  const { fields, pages } = readDocument(decodeXml(bytes))
  return {
    metadata: {
      ...noMetadata,
      title: cleanLine(fields.get('title'), limits.title),
      contributors: readContributors(fields),
      series: readSeries(fields),
      languages: canonicalLanguages([fields.get('languageiso') ?? '']),
      identifiers: readIdentifiers(fields),
      publisher: cleanLine(fields.get('publisher') ?? fields.get('imprint'), limits.name),
      published: readPublished(fields),
      description: plainText(fields.get('summary'), limits.description),
      tags: readTags(fields),
      layout: 'fixed',
      direction: readDirection(fields),
      pages: wholeNumber(fields.get('pagecount')),
    },
    pages: readPages(pages),
  }
}
