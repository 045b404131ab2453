import type { Account } from '@carrel/api/schema/account'
import type { Library } from '@carrel/api/schema/libraries'

export const setupSteps = ['you', 'workspace', 'library', 'scan'] as const
export type SetupStep = (typeof setupSteps)[number]

/** `sign-in`: the operator exists but is not here. `away`: there is nothing left to set up, or it is not theirs to do. */
export type SetupPlace = SetupStep | 'sign-in' | 'away'

/** Where the wizard continues, from what the server already has; so it survives a reload and a second visit. */
export function setupPlace(needsSetup: boolean, account: Account | null, libraries: readonly Library[] | null): SetupPlace {
  if (needsSetup) return 'you'
  if (!account) return 'sign-in'
  if (account.memberships.length === 0) return account.user.operator ? 'workspace' : 'away'
  if (!account.user.operator || libraries === null) return 'away'
  if (libraries.length === 0) return 'library'
  return libraries.some(({ scanning, lastScannedAt }) => scanning || lastScannedAt === null) ? 'scan' : 'away'
}
