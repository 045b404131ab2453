import type { BookDetail } from '@carrel/api/schema/books'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Split } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { useToastUndo } from './edit/use-undo.ts'

/** Makes a file of a book a book of its own, for those who may edit. */
export function SplitButton({ book, file }: { book: BookDetail; file: BookDetail['files'][number] }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const toastUndo = useToastUndo()
  const mayEdit = useCanInLibrary(book.libraryId, 'metadata:edit') === true
  const split = useMutation(
    api.edits.split.mutationOptions({
      onSuccess: async ({ changeId }) => {
        await Promise.all([api.books.key(), api.edits.key(), api.libraries.key()].map((queryKey) => client.invalidateQueries({ queryKey })))
        if (changeId) toastUndo(t('split.done'), changeId)
      },
      onError: toastError,
    }),
  )
  if (!mayEdit) return null
  return (
    <Button
      variant="ghost"
      disabled={split.isPending}
      aria-label={t('split.named', { file: file.fileName })}
      onClick={() => split.mutate({ bookId: book.id, fileId: file.id })}
    >
      <Split aria-hidden size={15} className="text-muted" />
      <span className="max-md:sr-only">{t('split.action')}</span>
    </Button>
  )
}
