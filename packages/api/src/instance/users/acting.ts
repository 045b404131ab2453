import type { Deps } from '../../deps.ts'
import { announce } from '../../events/queries.ts'
import { asUser } from '../../scope.ts'
import { endImpersonation } from './queries.ts'

/** Ends a session in somebody's place, in the logs too; any other is left alone. */
export function endActing(deps: Pick<Deps, 'transact'>, token: string, address: string | null): Promise<void> {
  return asUser(
    deps.transact,
    token,
    async (scope) => {
      if (!scope || scope.impersonatorId === null) return
      await endImpersonation(scope, null)
      await announce(scope, { type: 'sessions', userId: scope.user.id })
    },
    { address },
  )
}
