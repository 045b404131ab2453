/** The Postgres error under a query's error, if that is what it is. */
function postgresError(error: unknown): { code?: string; constraint_name?: string } | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && 'severity' in cause) return cause as { code?: string; constraint_name?: string }
  }
  return null
}

/** True when a unique or foreign key constraint of one of these names decided against the write. */
export function violates(error: unknown, ...constraints: string[]): boolean {
  const found = postgresError(error)
  return found !== null && (found.code === '23505' || found.code === '23503') && constraints.includes(found.constraint_name ?? '')
}
