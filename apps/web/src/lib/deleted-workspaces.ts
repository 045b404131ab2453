import type { Account } from '@carrel/api/schema/account'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { accountQuery } from './account.ts'
import { formatDate } from './format.ts'
import { t } from './i18n.ts'
import { instance } from './rpc.ts'
import { toast, toastError } from './toasts.ts'

export type DeletedWorkspace = Account['deleted'][number]

const graceMs = 7 * 86_400_000

/** The day after which nobody can bring it back. */
export function goneOn({ deletedAt }: DeletedWorkspace): string {
  return formatDate(new Date(Date.parse(deletedAt) + graceMs).toISOString())
}

/** Opens a deleted workspace again, and says so. */
export function useRestoreWorkspace() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ organizationId }: DeletedWorkspace) => instance.organizations.restore.call({ organizationId }),
    onSuccess: (_, { name }) => toast(t('account.deleted.restored', { name })),
    onError: (error) => toastError(error),
    onSettled: () => client.fetchQuery({ ...accountQuery, staleTime: 0 }),
  })
}
