import type { BookCard, BookPage, BookSort } from '@carrel/api/schema/books'
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { Api } from '#lib/rpc.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { mergeCards } from './merge-cards.ts'

export type BookPages = InfiniteData<BookPage, string | undefined>
const pageSize = 80
/** Pixels from the top of the page within which the reader is there. */
const nearTop = 160

function onScroll(changed: () => void): () => void {
  addEventListener('scroll', changed, { passive: true })
  return () => removeEventListener('scroll', changed)
}

export function bookListOptions(api: Api, libraryId: string, sort: BookSort) {
  return api.books.list.infiniteOptions({
    input: (cursor: string | undefined) => ({ libraryId, sort, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // Thousands of pages are never read again as a whole; see `outdated` below.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}

/**
 * The endless list of a library. `news` says that the server has some that the reader would have to go up for; `restart` begins again
 * from the first page, and happens by itself while the reader is at the top.
 */
export function useBookList(libraryId: string, sort: BookSort) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const options = useMemo(() => bookListOptions(api, libraryId, sort), [api, libraryId, sort])
  const query = useInfiniteQuery(options)
  const { data, isStale, isFetching, hasNextPage, isFetchNextPageError, fetchNextPage } = query

  const books = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  const outdated = data !== undefined && isStale
  const isDown = useSyncExternalStore(onScroll, () => scrollY >= nearTop)

  const restarting = useRef(false)
  const restart = useCallback(async () => {
    if (restarting.current) return
    restarting.current = true
    try {
      const page = await api.books.list.call({ libraryId, sort, limit: pageSize })
      client.setQueryData<BookPages>(options.queryKey, { pages: [page], pageParams: [undefined] })
    } catch {
      // It stays outdated, and is tried again with the next news.
    } finally {
      restarting.current = false
    }
  }, [api, client, libraryId, options, sort])

  useEffect(() => {
    if (!outdated || isDown) return
    void restart()
    const timer = setInterval(() => void restart(), 3000)
    return () => clearInterval(timer)
  }, [outdated, isDown, restart])

  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage()
  }, [fetchNextPage, hasNextPage, isFetchNextPageError, isFetching])

  /** Reads the pages again that hold these books, and takes over what changed on their cards. */
  const reread = useCallback(
    async (bookIds: ReadonlySet<string>) => {
      const now = client.getQueryData<BookPages>(options.queryKey)
      const params =
        now?.pages.flatMap((page, index) => (page.items.some(({ id }) => bookIds.has(id)) ? [now.pageParams[index]] : [])) ?? []
      const fresh = new Map<string, BookCard>()
      for (const cursor of params) {
        const page = await api.books.list.call({ libraryId, sort, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) })
        for (const card of page.items) fresh.set(card.id, card)
      }
      const invalidated = client.getQueryState(options.queryKey)?.isInvalidated === true
      client.setQueryData<BookPages>(options.queryKey, (old) => old && { ...old, pages: mergeCards(old.pages, fresh) })
      if (invalidated) void client.invalidateQueries({ queryKey: options.queryKey, exact: true, refetchType: 'none' })
    },
    [api, client, libraryId, options, sort],
  )

  return { ...query, books, news: outdated && isDown, restart, loadMore, reread }
}
