import { useSyncExternalStore } from 'react'

/** Only one element may carry the shared name during a view transition: the book last opened. */
let opened: string | null = null
const listeners = new Set<() => void>()

export function setOpenedBook(bookId: string): void {
  opened = bookId
  for (const listener of listeners) listener()
}

export function useIsOpenedBook(bookId: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => opened === bookId,
  )
}

export function prefersReducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** View transitions where the browser has them and the reader wants motion. */
export function wantsViewTransition(): boolean {
  return 'startViewTransition' in document && !prefersReducedMotion()
}
