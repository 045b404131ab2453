import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError, toastUndo } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Takes a change back, and says what came of it. */
export function useUndo() {
  const { api } = useWorkspace()
  const client = useQueryClient()
  return useMutation(
    api.edits.undo.mutationOptions({
      onSuccess: async ({ kept }) => {
        await Promise.all([api.books.key(), api.edits.key(), api.libraries.key()].map((queryKey) => client.invalidateQueries({ queryKey })))
        if (kept === 0) toast(t('edit.undone'))
        else toast(t('edit.undone'), t('edit.undone.kept', { count: kept, books: formatNumber(kept) }))
      },
      onError: toastError,
    }),
  )
}

/** Says that something was done, and for ten seconds how to take it back. */
export function useToastUndo(): (title: string, changeId: string) => void {
  const { mutate } = useUndo()
  return useCallback((title, changeId) => toastUndo(title, t('edit.undo'), () => mutate({ changeId })), [mutate])
}
