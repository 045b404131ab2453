import { setTimeout as wait } from 'node:timers/promises'
import type { Transact } from '@carrel/db'
import type { Log } from '../deps.ts'
import type { EventBus } from '../events/bus.ts'
import { asVisitor } from '../scope.ts'
import type { DeliveredEvent, Listener } from './listeners.ts'
import { claimEvents, noteHeard } from './queries.ts'

const atOnce = 5
const hearingMs = 20_000
const lookAgainMs = 15_000
const maxTries = 30

type RelayDeps = { transact: Transact; events: EventBus; log: Log }

/** Tells listeners of what was committed, by this process or another, until `signal`; resolves when the last one was told. */
export async function relayEvents(deps: RelayDeps, listeners: readonly Listener[], signal: AbortSignal): Promise<void> {
  let news = Promise.withResolvers<void>()
  const unsubscribe = deps.events.subscribe({
    onSignal: ({ type }) => {
      if (type === 'outbox') news.resolve()
    },
    onGap: () => news.resolve(),
  })
  while (!signal.aborted) {
    news = Promise.withResolvers()
    try {
      while (!signal.aborted && (await relayDue(deps, listeners, signal)) > 0);
    } catch (error) {
      deps.log.warn({ err: error }, 'outbox')
    }
    const woken = new AbortController()
    await Promise.race([news.promise, wait(lookAgainMs, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => {})])
    woken.abort()
  }
  unsubscribe()
}

/** Tells of the events that are due, until `signal`; answers how many there were. */
export async function relayDue({ transact, log }: RelayDeps, listeners: readonly Listener[], signal?: AbortSignal): Promise<number> {
  const claimed = await asVisitor(transact, (scope) => claimEvents(scope, atOnce))
  for (const { event, attempts, heardBy } of claimed) {
    // What is left stays claimed, and is told some minutes later.
    if (signal?.aborted) break
    const heard = [...heardBy]
    for (const { name, hear } of listeners.filter((listener) => !heardBy.includes(listener.name))) {
      try {
        await limited(hear, event)
        heard.push(name)
      } catch (error) {
        const last = attempts >= maxTries
        log[last ? 'error' : 'warn'](
          { err: error, listener: name, eventId: event.id, attempts },
          last ? 'event given up' : 'event not heard',
        )
      }
    }
    const done = attempts >= maxTries || listeners.every(({ name }) => heard.includes(name))
    await asVisitor(transact, (scope) => noteHeard(scope, event, heard, done))
  }
  return claimed.length
}

async function limited(hear: Listener['hear'], event: DeliveredEvent): Promise<void> {
  const over = new AbortController()
  const late = wait(hearingMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`No answer within ${hearingMs / 1000} s.`)
  })
  try {
    await Promise.race([Promise.resolve(hear(event)), late])
  } finally {
    over.abort()
    await late.catch(() => {})
  }
}
