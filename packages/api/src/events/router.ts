import { setTimeout as wait } from 'node:timers/promises'
import { eventIterator } from '@orpc/server'
import { listMemberships } from '../account/queries.ts'
import type { Deps } from '../deps.ts'
import { signedInStream } from '../procedures.ts'
import { findScan } from '../scans/queries.ts'
import { asMember, asUser } from '../scope.ts'
import type { WorkspaceSignal } from './bus.ts'
import { ServerEvent } from './schema.ts'

const recheckMs = 30_000
/** Least time between two looks at the database for one stream. */
const paceMs = 400

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
      const stream = new Stream(deps, token, signal)
      try {
        // Whose workspaces they are is known before the first signal, so that one which ends is missed.
        if (!(await stream.check())) return
        yield { type: 'hello' as const }
        for (;;) {
          const news = await stream.next()
          if (!news) return
          yield* news
        }
      } finally {
        stream.end()
      }
    }),
}

/** What one tab waits for: the last signal of each thing in workspaces of its user. Holds no connection. */
class Stream {
  readonly #deps: Deps
  readonly #token: string
  readonly #aborted: AbortSignal | undefined
  readonly #waiting = new Map<string, WorkspaceSignal>()
  readonly #end: () => void
  #userId: string | undefined
  #mine = new Set<string>()
  /** Workspaces that ended for the user: told once, so that their pages close themselves. */
  #left: string[] = []
  #checkedAt = 0
  #lostSignals = false
  #wake = () => {}

  constructor(deps: Deps, token: string, aborted: AbortSignal | undefined) {
    this.#deps = deps
    this.#token = token
    this.#aborted = aborted
    this.#end = deps.events.subscribe({
      onSignal: (heard) => {
        if (heard.type === 'outbox') return
        if (heard.type === 'sessions') {
          if (heard.userId !== this.#userId) return
          this.#checkedAt = 0
          this.#wake()
          return
        }
        // Of several signals about one thing only the last counts, so a slow reader holds one entry each.
        this.#waiting.set(heard.type === 'scan' ? heard.scanId : `${heard.organizationId} ${heard.what}`, heard)
        this.#wake()
      },
      onGap: () => {
        this.#lostSignals = true
        this.#wake()
      },
    })
    aborted?.addEventListener('abort', () => this.#wake())
  }

  end(): void {
    this.#end()
  }

  /** The next events; undefined when the stream is over: closed, signed out, or signals were lost and the page must read anew. */
  async next(): Promise<ServerEvent[] | undefined> {
    for (;;) {
      if (this.#aborted?.aborted || this.#lostSignals) return undefined
      if (this.#waiting.size === 0 && this.#checkedAt > 0) await this.#sleep()
      if (this.#aborted?.aborted || this.#lostSignals) return undefined
      if (!(await this.check())) return undefined
      const heard = [...this.#waiting].filter(([, each]) => this.#mine.has(each.organizationId))
      for (const [thing] of heard) this.#waiting.delete(thing)
      const news = this.#left.splice(0).map((organizationId): ServerEvent => ({ type: 'changed', organizationId, what: 'members' }))
      for (const [organizationId, signals] of Map.groupBy(
        heard.map(([, each]) => each),
        (each) => each.organizationId,
      )) {
        const found = await readEvents(this.#deps, this.#token, organizationId, signals)
        if (!found) return undefined
        if (found === 'left') {
          this.#mine.delete(organizationId)
          news.push({ type: 'changed', organizationId, what: 'members' })
        } else news.push(...found)
      }
      await wait(paceMs)
      if (news.length > 0) return news
    }
  }

  /** Resolves at the next signal, or when it is time to check the session again. */
  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, recheckMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Reads the user's workspaces again when that is due or something of an unknown one was heard. False when signed out. */
  async check(): Promise<boolean> {
    const age = Date.now() - this.#checkedAt
    const unknown = [...this.#waiting.values()].some((each) => !this.#mine.has(each.organizationId))
    if (age < recheckMs && !(unknown && age > recheckMs / 10)) return true
    // What is heard while it is read calls for another look.
    this.#checkedAt = Date.now()
    const mine = await asUser(
      this.#deps.transact,
      this.#token,
      async (scope) => {
        this.#userId = scope?.user.id
        return scope && listMemberships(scope)
      },
      { readOnly: true },
    )
    if (!mine) return false
    const before = this.#mine
    this.#mine = new Set(mine.map((membership) => membership.organizationId))
    this.#left.push(...[...before].filter((organizationId) => !this.#mine.has(organizationId)))
    for (const [thing, each] of this.#waiting) if (!this.#mine.has(each.organizationId)) this.#waiting.delete(thing)
    return true
  }
}

/** These signals as the person may see them now; `left` when the workspace is not theirs any more, undefined when signed out. */
async function readEvents(
  deps: Deps,
  token: string,
  organizationId: string,
  signals: readonly WorkspaceSignal[],
): Promise<ServerEvent[] | 'left' | undefined> {
  return asMember(
    deps.transact,
    token,
    organizationId,
    async (scope) => {
      if (scope === 'unauthenticated') return undefined
      if (scope === 'not-a-member') return 'left'
      const read = signals.map(async (heard): Promise<ServerEvent[]> => {
        if (heard.type === 'changed') return [heard]
        const scan = await findScan(scope, heard.scanId)
        return scan ? [{ type: 'scan', organizationId, scan }] : []
      })
      return (await Promise.all(read)).flat()
    },
    { readOnly: true },
  )
}
