import * as z from 'zod'
import type { SourceRecord } from '../policy.ts'
import { listOf, number, text, texts } from './shapes.ts'
import { mostRecords, type Source } from './source.ts'

const edition = {
  title: text,
  subtitle: text,
  publisher: texts,
  publish_date: texts,
  language: texts,
  isbn: texts,
  cover_i: number,
}
const Work = z.object({
  title: text,
  subtitle: text,
  author_name: texts,
  first_publish_year: number,
  subject: texts,
  series_name: texts,
  series_position: texts,
  description: z.union([z.object({ value: z.string() }).transform(({ value }) => value), text]),
  cover_i: number,
  editions: z
    .object({ docs: listOf(z.object(edition)) })
    .optional()
    .catch(undefined),
})
const Answer = z.object({ docs: z.array(z.unknown()) })

const fields = [...Object.keys(Work.shape), ...Object.keys(edition).map((field) => `editions.${field}`)].join()

/** Subjects that say where a copy is, and nothing of the book. */
const shelfMarks = new Set([
  'accessible book',
  'protected daisy',
  'in library',
  'lending library',
  'overdrive',
  'internet archive wishlist',
])

/** A work, told by the edition of it that fits best. */
function recordOf(work: z.infer<typeof Work>, asked: string | null): SourceRecord {
  const [told] = work.editions?.docs ?? []
  const [publisher] = told?.publisher ?? []
  const [seriesName] = work.series_name
  const picture = told?.cover_i ?? work.cover_i
  return {
    title: told?.title ?? work.title,
    subtitle: told?.title === undefined ? work.subtitle : told.subtitle,
    authors: work.author_name,
    series: seriesName === undefined ? undefined : { name: seriesName, position: work.series_position[0] ?? null },
    languages: told?.language ?? [],
    // Of an edition that has several, the one that was asked for.
    isbns: asked !== null && told?.isbn.includes(asked) ? [asked] : (told?.isbn ?? []),
    publisher,
    published: told?.publish_date[0] ?? work.first_publish_year?.toString(),
    description: work.description,
    tags: work.subject.filter((subject) => !shelfMarks.has(subject.toLowerCase())),
    picture: picture !== undefined && Number.isSafeInteger(picture) && picture > 0 ? String(picture) : null,
  }
}

/** Open Library's search: https://openlibrary.org/dev/docs/api/search, and its covers. */
export const openLibrary: Source = {
  // Covers are kept by the Internet Archive, on many machines.
  hosts: { search: ['openlibrary.org'], pictures: ['covers.openlibrary.org', 'archive.org', '.archive.org'] },
  searchUrl(query) {
    const url = new URL('https://openlibrary.org/search.json')
    url.searchParams.set('q', 'isbn' in query ? `isbn:${query.isbn}` : query.words)
    url.searchParams.set('fields', fields)
    url.searchParams.set('limit', String(mostRecords))
    return url
  },
  read: (answer, query) =>
    listOf(Work)
      .parse(Answer.parse(answer).docs)
      .map((work) => recordOf(work, 'isbn' in query ? query.isbn : null)),
  pictureUrl: (id, size) => new URL(`https://covers.openlibrary.org/b/id/${encodeURIComponent(id)}-${size === 'small' ? 'M' : 'L'}.jpg`),
}
