import path from 'node:path'
import type { BookMetadata, ContributorRole } from '@carrel/formats'
import { nameKey, personSortName, searchText, sortKey } from '../sort-key.ts'
import { recordingOf } from '../../scans/listing/units.ts'

const nameLength = 300

/** A name as it is stored in person, series, publisher and tag. */
export type NameRow = { name: string; sortName: string; nameKey: string }

export function nameRow(name: string, sortName: string | null = null): NameRow {
  const short = shortName(name)
  return { name: short, sortName: sortKey(sortName ?? short, 'und'), nameKey: nameKey(short) }
}

const shortName = (name: string): string => name.slice(0, nameLength).toWellFormed()

/** The key of a name's row. */
export const keyOfName = (name: string): string => nameKey(shortName(name))

export const personRow = (contributor: { name: string; sortName: string | null }): NameRow =>
  nameRow(contributor.name, contributor.sortName ?? personSortName(contributor.name))

const authorRoles: ReadonlySet<ContributorRole> = new Set(['author'])

/** The columns of a book that follow from what is known of it. */
export function bookColumns(metadata: BookMetadata, fallbackTitle: string) {
  const title = metadata.title ?? fallbackTitle
  const language = metadata.languages[0] ?? null
  const authors = metadata.contributors.filter((contributor) => authorRoles.has(contributor.role))
  const shown = authors.length > 0 ? authors : metadata.contributors.slice(0, 1)
  const series = metadata.series[0]
  const firstAuthor = shown[0]
  return {
    title,
    sortTitle: sortKey(metadata.sortTitle ?? title, language),
    subtitle: metadata.subtitle,
    published: metadata.published,
    description: metadata.description,
    languages: metadata.languages,
    layout: metadata.layout,
    direction: metadata.direction,
    vertical: metadata.vertical,
    drm: metadata.drm,
    pageCount: metadata.pages,
    duration: metadata.duration,
    authors: shown.slice(0, 12).map((contributor) => contributor.name.slice(0, nameLength).toWellFormed()),
    authorSort: firstAuthor ? personRow(firstAuthor).sortName : '\uffff',
    seriesName: series?.name.slice(0, nameLength).toWellFormed() ?? null,
    seriesPosition: series?.position ?? null,
    searchText: searchText([title, ...shown.slice(0, 40).map((contributor) => contributor.name), metadata.subtitle, series?.name ?? null]),
  }
}

/** A title for a book that has none: the name of its file without the extension, or of its folder where several files are one recording. */
export function titleFromPath(filePath: string, recording = false): string {
  const folder = recordingOf(path.posix.dirname(filePath))
  const stem =
    recording && folder !== '.' && folder !== '' ? path.posix.basename(folder) : path.posix.basename(filePath, path.posix.extname(filePath))
  return stem.replaceAll('_', ' ').trim().slice(0, 1000).toWellFormed() || stem || filePath
}

/** A series position that the column holds: up to eight digits before the point and four after. */
export function decimalPosition(position: string | null): string | null {
  const value = position === null ? Number.NaN : Number(position)
  return Number.isFinite(value) && Math.abs(value) < 1e8 ? value.toFixed(4) : null
}
