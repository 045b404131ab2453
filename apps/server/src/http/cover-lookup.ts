import DataLoader from 'dataloader'
import { asMember, findCovers } from '@carrel/api'
import type { ServerDeps } from '../deps.ts'

type Wanted = { token: string; organization: string; bookId: string }
/** The thumbnail's place; undefined when there is none that this person may see. */
type Found = { organizationId: string; hash: string } | 'unauthenticated' | undefined

const atOnce = 2

/**
 * Looks covers up. A shelf asks for dozens at a time: requests that come while others are being looked up wait
 * for the next turn and share one transaction for each session and workspace. Every answer is read after its
 * request came, so nothing is remembered.
 */
export function createCoverLookup(deps: Pick<ServerDeps, 'transact'>): (wanted: Wanted) => Promise<Found> {
  let running = 0
  const waiting: (() => void)[] = []
  const loader = new DataLoader<Wanted, Found>(
    async (all) => {
      running += 1
      try {
        const groups = Map.groupBy(all, ({ token, organization }) => `${organization} ${token}`)
        const answers = new Map<Wanted, Found | Error>()
        await Promise.all(
          [...groups.values()].map(async (group) => {
            const found = await lookUp(deps, group).catch((error: unknown) =>
              error instanceof Error ? error : new Error('look-up failed'),
            )
            for (const wanted of group) answers.set(wanted, typeof found === 'function' ? found(wanted.bookId) : found)
          }),
        )
        return all.map((wanted) => answers.get(wanted))
      } finally {
        running -= 1
        waiting.shift()?.()
      }
    },
    { cache: false, maxBatchSize: 100, batchScheduleFn: (start) => (running < atOnce ? setImmediate(start) : waiting.push(start)) },
  )
  return (wanted) => loader.load(wanted)
}

async function lookUp({ transact }: Pick<ServerDeps, 'transact'>, group: readonly Wanted[]) {
  const [first] = group
  if (!first) return undefined
  const bookIds = group.map(({ bookId }) => bookId)
  return asMember(
    transact,
    first.token,
    first.organization,
    async (scope) => {
      if (scope === 'unauthenticated') return scope
      if (scope === 'not-a-member') return undefined
      const hashes = await findCovers(scope, bookIds)
      return (bookId: string): Found => {
        const hash = hashes.get(bookId)
        return hash === undefined ? undefined : { organizationId: scope.organizationId, hash }
      }
    },
    { readOnly: true },
  )
}
