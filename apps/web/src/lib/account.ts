import type { Account } from '@carrel/api/schema/account'
import { queryOptions } from '@tanstack/react-query'
import { isUnauthorized } from './error-text.ts'
import { instance } from './rpc.ts'

/** Who is signed in; null when nobody is. */
export const accountQuery = queryOptions({
  queryKey: ['account'] as const,
  queryFn: async ({ signal }): Promise<Account | null> => {
    try {
      return await instance.account.get.call(undefined, { signal })
    } catch (error) {
      if (isUnauthorized(error)) return null
      throw error
    }
  },
  staleTime: 60_000,
})

export const statusQuery = instance.setup.status.queryOptions({ staleTime: 60_000 })
