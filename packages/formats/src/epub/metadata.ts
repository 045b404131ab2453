import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import { plainText } from '../text/plain.ts'
import { readTags } from '../text/tags.ts'
import type { BookMetadata, Identifier } from '../types.ts'
import { attribute } from '../xml/walk.ts'
import { readContributors } from './contributors.ts'
import { parseDate } from './dates.ts'
import { parseIdentifier } from './identifiers.ts'
import { canonicalLanguages } from './languages.ts'
import type { PackageDocument } from './package.ts'
import { byDisplayOrder, metaValue, refinedValue } from './refinements.ts'
import { readSeries } from './series.ts'

type Titles = Pick<BookMetadata, 'title' | 'subtitle' | 'sortTitle'>

/** The main title and the subtitle (EPUB 3.3, 5.5.3.1.2); a book may have titles of other types, too. */
function readTitles(document: PackageDocument): Titles {
  const titles = byDisplayOrder(document, document.elements.get('title') ?? [])
    .map((element) => ({
      element,
      text: cleanLine(element.text, limits.title),
      type: refinedValue(document, element.id, 'title-type')?.trim().toLowerCase(),
    }))
    .filter(({ text }) => text !== null)
  const main =
    titles.find(({ type }) => type === 'main') ??
    titles.find(({ type }) => type === undefined) ??
    titles.find(({ type }) => type !== 'subtitle') ??
    titles[0]
  const subtitle = titles.find((title) => title.type === 'subtitle' && title !== main)
  const fileAs =
    (main && (refinedValue(document, main.element.id, 'file-as') ?? attribute(main.element.attributes, 'file-as'))) ??
    metaValue(document, 'calibre:title_sort')
  return {
    title: main?.text ?? null,
    subtitle: subtitle?.text ?? null,
    sortTitle: cleanLine(fileAs, limits.title),
  }
}

const publicationEvents = ['publication', 'original-publication', 'issued', undefined]

/** The date of publication; dates of conversion or modification do not count (OPF 2.0.1, 2.2.7). */
function readPublished(document: PackageDocument): string | null {
  const dates = (document.elements.get('date') ?? []).map((element) => ({
    event: attribute(element.attributes, 'event')?.trim().toLowerCase(),
    text: element.text,
  }))
  for (const event of publicationEvents) {
    for (const date of dates) {
      const parsed = date.event === event ? parseDate(date.text) : null
      if (parsed !== null) return parsed
    }
  }
  return parseDate(metaValue(document, 'dcterms:issued', 'dcterms:date') ?? '')
}

function readIdentifiers(document: PackageDocument): Identifier[] {
  const found = new Map<string, Identifier>()
  for (const element of document.elements.get('identifier') ?? []) {
    const declared = attribute(element.attributes, 'scheme') ?? refinedValue(document, element.id, 'identifier-type')
    const identifier = parseIdentifier(element.text, declared ?? null)
    if (identifier && found.size < limits.identifiers) {
      found.set(JSON.stringify([identifier.scheme, identifier.value]), identifier)
    }
  }
  return [...found.values()]
}

function readLayout(document: PackageDocument): BookMetadata['layout'] {
  const whole = metaValue(document, 'rendition:layout')?.toLowerCase()
  const linear = document.spine.filter((item) => item.linear)
  const every = (property: string) => linear.length > 0 && linear.every((item) => item.properties.includes(property))
  if (whole === 'pre-paginated') return every('rendition:layout-reflowable') ? 'reflowable' : 'fixed'
  if (every('rendition:layout-pre-paginated')) return 'fixed'
  return whole === undefined && metaValue(document, 'fixed-layout')?.toLowerCase() === 'true' ? 'fixed' : 'reflowable'
}

/** What the package document alone tells (EPUB 3.3, 5.5; OPF 2.0.1, 2.2). Missing facts are `null`. */
export function readMetadata(document: PackageDocument): Omit<BookMetadata, 'drm'> {
  const first = (name: string) => document.elements.get(name)?.find(({ text }) => text.trim() !== '')?.text
  const writingMode = metaValue(document, 'primary-writing-mode')?.toLowerCase()
  const progression = document.direction?.trim().toLowerCase() ?? (writingMode?.endsWith('-rl') ? 'rtl' : null)
  return {
    ...readTitles(document),
    contributors: readContributors(document),
    series: readSeries(document),
    languages: canonicalLanguages((document.elements.get('language') ?? []).map(({ text }) => text)),
    identifiers: readIdentifiers(document),
    publisher: cleanLine(first('publisher'), limits.name),
    published: readPublished(document),
    description: plainText(first('description'), limits.description),
    tags: readTags((document.elements.get('subject') ?? []).map(({ text }) => text)),
    layout: readLayout(document),
    direction: progression === 'rtl' || progression === 'ltr' ? progression : null,
    vertical: writingMode?.startsWith('vertical') ?? false,
    pages: null,
    duration: null,
    track: null,
  }
}
