import { parseIsbn } from '@carrel/formats/isbn'
import type { Told } from '../books/edits/schema.ts'
import { limits } from '../limits.ts'

type Words = Pick<Told, 'title' | 'contributors'>

/** Its title and first author. */
export function wordsOf({ title, contributors }: Words): string {
  const author = contributors.find(({ role }) => role === 'author')?.name
  return [title, author].filter(Boolean).join(' ').slice(0, limits.queryLength).toWellFormed()
}

/** What to look a book up by when nobody says: its ISBN, else its title and first author. */
export function usualQuery(told: Words & Pick<Told, 'identifiers'>): string {
  return told.identifiers.find(({ scheme, value }) => scheme === 'isbn' && parseIsbn(value) !== null)?.value ?? wordsOf(told)
}
