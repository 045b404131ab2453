import { ORPCError } from '@orpc/server'

/** The Postgres error under a query's error, if that is what it is. */
function postgresError(error: unknown): { code?: string; constraint_name?: string } | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && 'severity' in cause) return cause as { code?: string; constraint_name?: string }
  }
  return null
}

/** True when a constraint of one of these names decided against the write: unique, foreign key or check. */
export function violates(error: unknown, ...constraints: string[]): boolean {
  const found = postgresError(error)
  return found !== null && ['23503', '23505', '23514'].includes(found.code ?? '') && constraints.includes(found.constraint_name ?? '')
}

/** True when a lock was waited for longer than `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => postgresError(error)?.code === '55P03'

/** Also what another tenant's thing answers. */
export const notFound = (what: string) => new ORPCError('NOT_FOUND', { message: `There is no such ${what}, or it is not open to you.` })
export const badCursor = () => new ORPCError('BAD_REQUEST', { message: 'This cursor is not one of this list.' })
