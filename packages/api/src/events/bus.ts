import type { Sql } from 'postgres'
import * as z from 'zod'
import { Id } from '../shapes.ts'

/** Channel of the signals. */
export const channel = 'carrel_events'

/** What travels through NOTIFY: ids only. Who may see the thing is decided where it is read. */
export const Signal = z.discriminatedUnion('type', [
  z.object({ type: z.literal('scan'), organizationId: Id, libraryId: Id, scanId: Id }),
  z.object({ type: z.literal('changed'), organizationId: Id, what: z.enum(['libraries', 'books', 'members']) }),
  /** Listeners of the server have something to hear; see outbox/relay.ts. */
  z.object({ type: z.literal('outbox') }),
  /** Sessions of somebody may have ended. */
  z.object({ type: z.literal('sessions'), userId: Id }),
])
export type Signal = z.infer<typeof Signal>
/** A signal about something of a workspace. */
export type WorkspaceSignal = Exclude<Signal, { type: 'outbox' | 'sessions' }>

export type Listener = {
  onSignal(signal: Signal): void
  /** Signals may have been lost while the connection was away. */
  onGap(): void
}

export type EventBus = {
  /** Calls back for each signal of any process of this server. Returns the way to end it. */
  subscribe(listener: Listener): () => void
  end(): Promise<void>
}

/** Listens on a connection of its own; needs a session, not a transaction pool. The connection renews itself. */
export async function createEventBus(pool: Sql): Promise<EventBus> {
  const listeners = new Set<Listener>()
  let connected = false
  const subscription = await pool.listen(
    channel,
    (payload) => {
      const signal = parseSignal(payload)
      if (signal) for (const listener of listeners) listener.onSignal(signal)
    },
    () => {
      if (connected) for (const listener of listeners) listener.onGap()
      connected = true
    },
  )
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end: () => subscription.unlisten(),
  }
}

function parseSignal(payload: string): Signal | undefined {
  try {
    return Signal.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}
