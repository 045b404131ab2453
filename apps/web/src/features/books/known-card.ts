import type { BookCard, BookDetail, BookPage, SearchResult } from '@carrel/api/schema/books'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Api } from '#lib/rpc.ts'

type Held = BookPage | SearchResult | BookDetail | InfiniteData<BookPage> | undefined

function cardsOf(held: Held): readonly BookCard[] {
  if (!held) return []
  if ('pages' in held) return held.pages.flatMap((page) => page.items)
  if ('items' in held) return held.items
  return [held, ...held.sameSeries]
}

/** A card of this book from any list already here, so that its page can begin at once. */
export function findKnownCard(client: QueryClient, api: Api, bookId: string): BookCard | undefined {
  for (const [, held] of client.getQueriesData<Held>({ queryKey: api.books.key() })) {
    const card = cardsOf(held).find(({ id }) => id === bookId)
    if (card) return card
  }
  return undefined
}
