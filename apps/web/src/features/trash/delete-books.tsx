import { limits } from '@carrel/api/limits'
import type { BookCard } from '@carrel/api/schema/books'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError, toastUndo } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Puts chosen books of a library of uploads into the trash, and says how to have them back. */
export function DeleteBooks({ libraryId, books, onDone }: { libraryId: string; books: readonly BookCard[]; onDone: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const told = (count: number) => ({ count, books: formatNumber(count) })
  const refresh = () =>
    Promise.all([api.trash, api.books, api.libraries].map((feature) => client.invalidateQueries({ queryKey: feature.key() })))
  const restore = useMutation(
    api.trash.restoreMany.mutationOptions({
      onSuccess: async ({ books: restored }) => {
        toast(t('trash.restoredMany', told(restored)))
        await refresh()
      },
      onError: toastError,
    }),
  )
  const remove = useMutation(
    api.trash.putMany.mutationOptions({
      onSuccess: async ({ books: deleted }, { bookIds }) => {
        toastUndo(t('trash.putMany', told(deleted)), t('book.delete.undo'), () => restore.mutate({ libraryId, bookIds }))
        onDone()
        await refresh()
      },
      onError: toastError,
    }),
  )
  return (
    <Button
      variant="outline"
      disabled={books.length === 0 || books.length > limits.booksAtOnce || remove.isPending}
      onClick={() => remove.mutate({ libraryId, bookIds: books.map(({ id }) => id) })}
    >
      <Trash2 aria-hidden size={15} className="max-md:hidden" />
      {t('book.delete')}
    </Button>
  )
}
