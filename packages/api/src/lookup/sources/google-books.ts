import * as z from 'zod'
import type { SourceRecord } from '../policy.ts'
import { listOf, text, texts } from './shapes.ts'
import { mostRecords, type Source } from './source.ts'

const Volume = z.object({
  id: z.string().regex(/^[\w-]{1,40}$/),
  volumeInfo: z.object({
    title: text,
    subtitle: text,
    authors: texts,
    publisher: text,
    publishedDate: text,
    description: text,
    industryIdentifiers: listOf(z.object({ type: z.enum(['ISBN_10', 'ISBN_13']), identifier: z.string() })),
    categories: texts,
    language: text,
    imageLinks: z.object({ thumbnail: text }).optional().catch(undefined),
  }),
})
/** There are no items where nothing was found. */
const Answer = z.object({ kind: z.literal('books#volumes'), items: z.array(z.unknown()).default([]) })

function recordOf({ id, volumeInfo: told }: z.infer<typeof Volume>): SourceRecord {
  return {
    title: told.title,
    subtitle: told.subtitle,
    authors: told.authors,
    languages: told.language === undefined ? [] : [told.language],
    isbns: told.industryIdentifiers.map(({ identifier }) => identifier),
    publisher: told.publisher,
    published: told.publishedDate,
    description: told.description,
    // “Fiction / Science Fiction / General” is three, of which the last says nothing.
    tags: [...new Set(told.categories.flatMap((category) => category.split(/\s*\/\s*/)))].filter((tag) => tag !== 'General'),
    picture: told.imageLinks?.thumbnail === undefined ? null : id,
  }
}

/** Volumes of the Google Books API: https://developers.google.com/books/docs/v1/using. */
export const googleBooks: Source = {
  hosts: { search: ['www.googleapis.com'], pictures: ['books.google.com', 'books.googleusercontent.com'] },
  searchUrl(query, key) {
    const url = new URL('https://www.googleapis.com/books/v1/volumes')
    url.searchParams.set('q', 'isbn' in query ? `isbn:${query.isbn}` : query.words)
    url.searchParams.set('maxResults', String(mostRecords))
    url.searchParams.set('printType', 'books')
    if (key !== null) url.searchParams.set('key', key)
    return url
  },
  read: (answer) => listOf(Volume).parse(Answer.parse(answer).items).map(recordOf),
  pictureUrl(id, size) {
    const url = new URL('https://books.google.com/books/content')
    // Another `zoom` may be a page from inside the book; only the first is always the cover.
    for (const [name, value] of Object.entries({ id, printsec: 'frontcover', img: '1', zoom: '1' })) url.searchParams.set(name, value)
    if (size === 'full') url.searchParams.set('fife', 'w800')
    return url
  },
}
