import type { BookDetail } from '@carrel/api/schema/books'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError, toastUndo } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Puts an uploaded book into the trash, and says how to have it back; nothing for other books and people. */
export function DeleteBook({ book: { id, libraryId, title } }: { book: Pick<BookDetail, 'id' | 'libraryId' | 'title'> }) {
  const { api, slug } = useWorkspace()
  const client = useQueryClient()
  const navigate = useNavigate()
  const may = useCanInLibrary(libraryId, 'book:delete')
  const { data: library } = useQuery(api.libraries.get.queryOptions({ input: { libraryId }, enabled: may === true }))
  const refresh = () =>
    Promise.all([api.trash, api.books, api.libraries].map((feature) => client.invalidateQueries({ queryKey: feature.key() })))
  const restore = useMutation(
    api.trash.restore.mutationOptions({
      onSuccess: async () => {
        toast(t('book.delete.restored', { title }))
        await refresh()
      },
      onError: toastError,
    }),
  )
  const remove = useMutation(
    api.trash.put.mutationOptions({
      onSuccess: async () => {
        toastUndo(t('book.delete.done', { title }), t('book.delete.undo'), () => restore.mutate({ libraryId, bookId: id }))
        await navigate({ to: '/w/$slug/libraries/$libraryId', params: { slug, libraryId }, search: {}, replace: true })
        await refresh()
      },
      onError: toastError,
    }),
  )
  if (library?.kind !== 'managed') return null
  return (
    <Button variant="outline" disabled={remove.isPending} onClick={() => remove.mutate({ bookId: id })}>
      <Trash2 aria-hidden size={16} />
      {t('book.delete')}
    </Button>
  )
}
