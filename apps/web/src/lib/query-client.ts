import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isTransient, isUnauthorized } from './error-text.ts'

/** `onUnauthorized` runs when the server no longer knows who is asking. */
export function createQueryClient(onUnauthorized: () => void): QueryClient {
  const onError = (error: unknown): void => {
    if (isUnauthorized(error)) onUnauthorized()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // A server at home answers without the internet, so the browser's idea of "online" does not count.
      queries: {
        networkMode: 'always',
        staleTime: 30_000,
        gcTime: 15 * 60_000,
        retry: (count, error) => isTransient(error) && count < 2,
        retryDelay: (count) => 600 * 2 ** count,
      },
      mutations: { networkMode: 'always' },
    },
  })
}
