import type { Sql } from 'postgres'
import * as z from 'zod'
import { Id } from '../shapes.ts'

/** Channel of the signals. */
export const channel = 'carrel_events'

/** What travels through NOTIFY: ids only. Who may see the thing is decided where it is read. */
export const Signal = z.discriminatedUnion('type', [
  z.object({ type: z.literal('scan'), organizationId: Id, libraryId: Id, scanId: Id }),
  z.object({ type: z.literal('changed'), organizationId: Id, what: z.enum(['libraries', 'books', 'members']) }),
])
export type Signal = z.infer<typeof Signal>

export type EventBus = {
  /** Calls back for each signal of any process of this server. Returns the way to end it. */
  subscribe(listener: (signal: Signal) => void): () => void
  end(): Promise<void>
}

/** Listens on a connection of its own; needs a session, not a transaction pool. */
export async function createEventBus(pool: Sql): Promise<EventBus> {
  const listeners = new Set<(signal: Signal) => void>()
  const subscription = await pool.listen(channel, (payload) => {
    const signal = Signal.safeParse(JSON.parse(payload))
    if (signal.success) for (const listener of listeners) listener(signal.data)
  })
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end: () => subscription.unlisten(),
  }
}
