import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

/** For when what had the focus is gone. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>('[data-page-heading]')?.focus({ preventScroll: true })
}

/**
 * After a change of page the focus goes to where the reader came from, on the way back, or else to
 * the page's heading. Who is typing in the search field stays there.
 */
export function useRouteFocus(): void {
  const router = useRouter()
  useEffect(() => {
    let wentBack = false
    const unsubscribeHistory = router.history.subscribe(({ action }) => {
      wentBack = action.type === 'BACK' || action.type === 'FORWARD' || action.type === 'GO'
    })
    const unsubscribe = router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
      if (!fromLocation || !pathChanged) return
      const returns = wentBack
      // A grid shows its cards only once it knows its width, a frame later.
      requestAnimationFrame(() => {
        if (document.activeElement?.closest('[data-search-field], [role="dialog"], [role="menu"]')) return
        const opened = returns ? document.querySelector<HTMLElement>('main a[data-opened]') : null
        const target = opened ?? document.querySelector<HTMLElement>('[data-page-heading]')
        target?.focus({ preventScroll: true })
      })
    })
    return () => {
      unsubscribeHistory()
      unsubscribe()
    }
  }, [router])
}
