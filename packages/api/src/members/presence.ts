import type { Transact } from '@carrel/db'
import { asMember, type OrganizationScope } from '../scope.ts'
import { noteSeen } from './queries.ts'

const everyMs = 5 * 60_000
const remembered = 20_000

export type Presence = {
  /** Notes that somebody is there, some time after this call; an operator in somebody's place is not. */
  note(scope: OrganizationScope, token: string): void
}

/** Notes each person at most every five minutes a workspace, in a transaction of its own that nobody waits for. */
export function createPresence(transact: Transact, onError: (error: unknown) => void): Presence {
  const noted = new Map<string, number>()
  return {
    note({ user, organizationId, impersonatorId }, token) {
      const key = `${user.id} ${organizationId}`
      const now = Date.now()
      if (impersonatorId !== null || now - (noted.get(key) ?? 0) < everyMs) return
      noted.delete(key)
      noted.set(key, now)
      const [oldest] = noted.keys()
      if (noted.size > remembered && oldest !== undefined) noted.delete(oldest)
      setImmediate(() => {
        asMember(transact, token, organizationId, async (scope) => (typeof scope === 'string' ? undefined : noteSeen(scope, token))).catch(
          onError,
        )
      })
    },
  }
}
