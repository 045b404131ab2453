import { limits } from '../limits.ts'
import { cleanLine } from '../text/clean.ts'
import type { Series } from '../types.ts'
import type { PackageDocument } from './package.ts'
import { metaValue, refinedValue } from './refinements.ts'

/** A position in a series as a plain decimal, e.g. `1.0` as `1` and `2,50` as `2.5`. */
export function parsePosition(text: string | undefined): string | null {
  const match = /^\D*?(-?\d{1,6})(?:[.,](\d{1,4}))?/.exec(text?.trim().slice(0, 100) ?? '')
  if (!match) return null
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  return String(Number(match[1])) + (fraction === '' ? '' : `.${fraction}`)
}

/** The series a book belongs to: EPUB 3 collections, titles of type collection, then calibre's metas. */
export function readSeries(document: PackageDocument): Series[] {
  const found = new Map<string, Series>()
  const add = (text: string | undefined, position: string | undefined) => {
    const name = cleanLine(text, limits.name)
    if (name === null || found.size >= limits.series) return
    const key = name.toLowerCase()
    const known = found.get(key)
    if (!known) found.set(key, { name, position: parsePosition(position) })
    else known.position ??= parsePosition(position)
  }
  for (const meta of document.metas) {
    if (meta.property === 'belongs-to-collection') add(meta.value, refinedValue(document, meta.id, 'group-position'))
  }
  for (const title of document.elements.get('title') ?? []) {
    if (refinedValue(document, title.id, 'title-type')?.trim() === 'collection') {
      add(title.text, refinedValue(document, title.id, 'group-position'))
    }
  }
  add(metaValue(document, 'calibre:series'), metaValue(document, 'calibre:series_index'))
  return [...found.values()]
}
