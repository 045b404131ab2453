import type { Change, Kind, LifecycleEvent } from '../audit/events.ts'
import type { Log } from '../deps.ts'

/** Something that was done in a workspace, as its listeners are told after the commit. */
export type DeliveredEvent = LifecycleEvent & {
  id: string
  organizationId: string
  at: Date
  /** Null id: the server itself, or an operator. */
  actor: { id: string | null; name: string }
  impersonatorId: string | null
}

/**
 * One that is told of events, at least once each and not always in order, until it does not reject; it is given up after
 * some nine days. `name` is unique and stays the same, since the database remembers by it who heard of what.
 */
export type Listener = { name: string; hear: (event: DeliveredEvent) => Promise<void> | void }

/** A listener to one kind of change of one kind of thing: `on('welcome', 'member', 'created', (event) => …)`. */
export function on<K extends Kind, C extends Change>(
  name: string,
  kind: K,
  change: C,
  hear: (event: Extract<DeliveredEvent, { kind: K; change: C }>) => Promise<void> | void,
): Listener {
  const isWanted = (event: DeliveredEvent): event is Extract<DeliveredEvent, { kind: K; change: C }> =>
    event.kind === kind && event.change === change
  return { name, hear: (event) => (isWanted(event) ? hear(event) : undefined) }
}

/** Writes each event into the server's log, for those who gather logs of several servers. */
export const logListener = (log: Log): Listener => ({
  name: 'log',
  hear: ({ kind, change, id, organizationId, actor, target }) =>
    log.info({ event: `${kind}.${change}`, eventId: id, organizationId, actorId: actor.id, targetId: target.id }, 'event'),
})
