import type { BookCard } from '@carrel/api/schema/books'
import { limits } from '@carrel/api/limits'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useWorkspace } from '#lib/workspace.ts'

const settle = 200

/** Ids of the books that wait for their cover, at most as many as one request may name. */
export function pendingIds(books: readonly BookCard[]): string[] {
  return books.flatMap(({ id, cover }) => (cover.state === 'pending' ? [id] : [])).slice(0, limits.pageSize)
}

/**
 * Tells the server which covers are being waited for, and asks for them again until they are there,
 * ever more seldom while nothing comes. Returns what to call with the books on screen.
 */
export function usePendingCovers(reread: (bookIds: ReadonlySet<string>) => Promise<void>): (books: readonly BookCard[]) => void {
  const { api } = useWorkspace()
  const [waiting, setWaiting] = useState('')
  const latest = useRef(reread)
  useEffect(() => {
    latest.current = reread
  })

  useEffect(() => {
    if (waiting === '') return
    const bookIds = waiting.split(' ')
    let round = 0
    let timer = setTimeout(ask, settle)
    let over = false
    async function ask(): Promise<void> {
      try {
        if (round === 0) await api.books.prioritizeCovers.call({ bookIds })
        else await latest.current(new Set(bookIds))
      } catch {
        // Covers are not worth an error on the page; the next round tries again.
      }
      round += 1
      if (!over) timer = setTimeout(ask, Math.min(15_000, 700 * 1.5 ** round))
    }
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [api, waiting])

  return useCallback((books: readonly BookCard[]) => setWaiting(pendingIds(books).join(' ')), [])
}
