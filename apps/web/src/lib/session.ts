import type { QueryClient } from '@tanstack/react-query'
import { accountQuery, statusQuery } from './account.ts'
import { toastError } from './toasts.ts'

/** Notes that nobody is signed in any more; the guards then lead to the sign-in page. True the first time. */
export function endSession(client: QueryClient): boolean {
  if (client.getQueryData(accountQuery.queryKey) === null) return false
  client.setQueryData(accountQuery.queryKey, null)
  return true
}

let renewed = false

/** Better Auth extends a session only when it is asked for it: once per page load is enough. */
export function renewSession(): void {
  if (renewed) return
  renewed = true
  fetch('/api/auth/get-session').catch(() => {
    // Only the extension is lost; the next page load asks again.
  })
}

/** Drops everything that was known to the person who was signed in. */
export function forget(client: QueryClient): void {
  const kept = new Set([accountQuery.queryKey, statusQuery.queryKey].map((key) => JSON.stringify(key)))
  client.removeQueries({ predicate: ({ queryKey }) => !kept.has(JSON.stringify(queryKey)) })
  client.getMutationCache().clear()
}

/** Signs out and loads the sign-in page or another one anew, so that nothing stays in memory. */
export async function signOut(next = '/sign-in'): Promise<void> {
  try {
    const auth = await import('./auth.ts')
    await auth.signOut()
    location.replace(next)
  } catch (error) {
    toastError(error)
  }
}
