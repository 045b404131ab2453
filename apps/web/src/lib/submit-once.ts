import { useRef } from 'react'

/**
 * Sends a form once: a second press before the first is drawn as disabled does nothing, nor does one after it
 * was accepted. After a failure it may be sent again; the mutation itself holds the error.
 */
export function useSubmitOnce(): (send: () => Promise<unknown>) => void {
  const sent = useRef(false)
  return (send) => {
    if (sent.current) return
    sent.current = true
    send().catch(() => {
      sent.current = false
    })
  }
}
