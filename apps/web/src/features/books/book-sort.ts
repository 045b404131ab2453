import type { BookSort } from '@carrel/api/schema/books'

export const bookSorts = ['added', 'title', 'author'] as const satisfies readonly BookSort[]

/** The order that an address asks for; the newest first when it asks for none that exists. */
export function parseBookSort(value: unknown): BookSort {
  return bookSorts.find((sort) => sort === value) ?? 'added'
}
