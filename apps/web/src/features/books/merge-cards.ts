import type { BookCard, BookPage } from '@carrel/api/schema/books'

/** The same pages with newer cards in their places; untouched pages stay the same objects. */
export function mergeCards(pages: readonly BookPage[], fresh: ReadonlyMap<string, BookCard>): BookPage[] {
  return pages.map((page) =>
    page.items.some(({ id }) => fresh.has(id)) ? { ...page, items: page.items.map((card) => fresh.get(card.id) ?? card) } : page,
  )
}
