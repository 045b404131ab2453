import { eventIterator } from '@orpc/server'
import type { Deps } from '../deps.ts'
import { signedInStream } from '../procedures.ts'
import { findScan } from '../scans/queries.ts'
import { asMember, asUser } from '../scope.ts'
import type { Signal } from './bus.ts'
import { ServerEvent } from './schema.ts'

const recheckMs = 30_000

export const events = {
  stream: signedInStream
    .route({
      method: 'GET',
      path: '/events',
      tags: ['events'],
      summary: 'What changes in your workspaces, as it happens (server-sent events)',
    })
    .output(eventIterator(ServerEvent))
    .handler(async function* ({ context: { deps, token }, signal }) {
      const waiting = new Map<string, Signal>()
      let wake = () => {}
      const unsubscribe = deps.events.subscribe((heard) => {
        // Of several news about one thing only the last counts, so a slow reader holds one entry each.
        waiting.set(heard.type === 'scan' ? heard.scanId : `${heard.organizationId} ${heard.what}`, heard)
        wake()
      })
      signal?.addEventListener('abort', () => wake())
      try {
        yield { type: 'hello' as const }
        while (!signal?.aborted) {
          const [next] = waiting
          if (next) {
            waiting.delete(next[0])
            const event = await readEvent(deps, token, next[1])
            if (event === 'signed-out') return
            if (event) yield event
            continue
          }
          const timedOut = await new Promise<boolean>((resolve) => {
            const timer = setTimeout(() => resolve(true), recheckMs)
            wake = () => {
              clearTimeout(timer)
              resolve(false)
            }
            if (waiting.size > 0 || signal?.aborted) wake()
          })
          if (timedOut && !(await asUser(deps.transact, token, async (scope) => scope !== null, { readOnly: true }))) return
        }
      } finally {
        unsubscribe()
      }
    }),
}

/** The event as this person may see it now; null when it is not theirs. */
async function readEvent(deps: Deps, token: string, heard: Signal): Promise<ServerEvent | 'signed-out' | null> {
  return asMember(
    deps.transact,
    token,
    heard.organizationId,
    async (scope) => {
      if (scope === 'unauthenticated') return 'signed-out'
      if (scope === 'not-a-member') return null
      if (heard.type === 'changed') return heard
      const scan = await findScan(scope, heard.scanId)
      return scan ? { type: 'scan', organizationId: heard.organizationId, scan } : null
    },
    { readOnly: true },
  )
}
