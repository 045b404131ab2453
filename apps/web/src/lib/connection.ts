import { useSyncExternalStore } from 'react'

/** `lost`: the server has not answered for a while, and is being asked again. */
export type Connection = 'idle' | 'open' | 'lost'

let state: Connection = 'idle'
const listeners = new Set<() => void>()

export function setConnection(next: Connection): void {
  if (next === state) return
  state = next
  for (const listener of listeners) listener()
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )
}
