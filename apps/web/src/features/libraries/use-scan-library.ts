import { useMutation, useQueryClient } from '@tanstack/react-query'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Starts a scan of a library; its progress arrives by the event stream. */
export function useScanLibrary(libraryId: string) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  return useMutation(
    api.libraries.scan.mutationOptions({
      onError: toastError,
      onSuccess: () => {
        toast(t('library.scanStarted'))
        void client.invalidateQueries({ queryKey: api.libraries.get.key({ input: { libraryId } }) })
        void client.invalidateQueries({ queryKey: api.libraries.list.key() })
      },
    }),
  )
}
