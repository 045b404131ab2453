import type { BookCard } from '@carrel/api/schema/books'
import { useRef, useState } from 'react'

/** Books that somebody chose on a shelf, in the order in which they chose them. */
export function useSelection(books: readonly BookCard[]) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, BookCard>>(new Map())
  const last = useRef<number | null>(null)
  const onToggle = (index: number, range: boolean): void => {
    const book = books[index]
    if (!book) return
    const next = new Map(chosen)
    const from = last.current
    if (range && from !== null) for (const each of books.slice(Math.min(from, index), Math.max(from, index) + 1)) next.set(each.id, each)
    else if (!next.delete(book.id)) next.set(book.id, book)
    last.current = index
    setChosen(next)
  }
  return {
    chosen: [...chosen.values()],
    has: (bookId: string): boolean => chosen.has(bookId),
    onToggle,
    clear: (): void => {
      last.current = null
      setChosen(new Map())
    },
  }
}
