import type { BookDetail } from '@carrel/api/schema/books'
import { useMutation } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Reads the files of a book anew, where one is there, for those who may scan its library. */
export function ReadAgain({ book }: { book: BookDetail }) {
  const { api } = useWorkspace()
  const scan = useMutation(api.libraries.scan.mutationOptions({ onError: toastError, onSuccess: () => toast(t('book.readAgain.begun')) }))
  const may = useCanInLibrary(book.libraryId, 'library:scan')
  if (!may || book.files.every(({ missing }) => missing)) return null
  return (
    <Button variant="outline" disabled={scan.isPending} onClick={() => scan.mutate({ libraryId: book.libraryId, bookId: book.id })}>
      <RefreshCw aria-hidden size={16} />
      {t('book.readAgain')}
    </Button>
  )
}
