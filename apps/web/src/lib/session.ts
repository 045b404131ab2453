import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useCallback } from 'react'
import { accountQuery } from './account.ts'
import { toastError } from './toasts.ts'

/** Drops everything that was known to the person who was signed in. */
export function forget(client: QueryClient): void {
  client.clear()
  client.setQueryData(accountQuery.queryKey, null)
}

/** Signs out, forgets everything, and shows the sign-in page. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient()
  const router = useRouter()
  return useCallback(async () => {
    try {
      const auth = await import('./auth.ts')
      await auth.signOut()
    } catch (error) {
      return toastError(error)
    }
    await router.navigate({ to: '/sign-in' })
    forget(client)
  }, [client, router])
}
