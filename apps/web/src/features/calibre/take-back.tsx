import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { Button } from '#components/ui/button.tsx'
import { errorCode } from '#lib/error-text.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Takes an import back, page by page, where nothing newer stands. */
export function TakeBack({ changeIds, onDone }: { changeIds: readonly string[]; onDone: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [asking, setAsking] = useState<readonly string[] | null>(null)
  const undo = useMutation({
    mutationFn: async (ids: readonly string[]) => {
      let books = 0
      for (const changeId of ids) {
        try {
          books += (await api.edits.undo.call({ changeId })).undone
        } catch (error) {
          // Taken back already, or something newer stands in all of its books.
          if (!['CHANGED_SINCE', 'NOT_FOUND'].includes(errorCode(error))) throw error
        }
      }
      return books
    },
    onSuccess: (books) => {
      toast(t('calibre.takenBack', { count: books, books: formatNumber(books) }))
      onDone()
    },
    onSettled: () =>
      Promise.all([api.books.key(), api.edits.key(), api.libraries.key()].map((queryKey) => client.invalidateQueries({ queryKey }))),
  })
  return (
    <>
      <Button variant="outline" onClick={() => setAsking(changeIds)}>
        {t('calibre.takeBack')}
      </Button>
      <ConfirmDialog
        subject={asking}
        onClose={() => setAsking(null)}
        title={() => t('calibre.takeBack.question')}
        text={() => t('calibre.takeBack.consequence')}
        confirm={t('calibre.takeBack')}
        pending={undo.isPending}
        error={undo.error}
        onConfirm={(ids) => undo.mutate(ids)}
      />
    </>
  )
}
