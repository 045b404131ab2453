import type { TrashedBook } from '@carrel/api/schema/trash'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { formatDate, formatList, formatMoment, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { removeInSteps } from '#lib/remove-in-steps.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Deleted books of a library, the last one first. */
export function TrashList({ libraryId }: { libraryId: string }) {
  const { api } = useWorkspace()
  const [doomed, setDoomed] = useState<Doomed | null>(null)
  const list = useInfiniteQuery(
    api.trash.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ libraryId, limit: 50, ...(cursor === undefined ? {} : { cursor }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  )
  if (list.isPending) return <ListSkeleton />
  if (!list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
  const books = list.data.pages.flatMap((page) => page.items)
  if (books.length === 0) return <Notice title={t('trash.empty.title')}>{t('trash.empty.text')}</Notice>
  return (
    <>
      <div className="mb-4 flex justify-end">
        <Button variant="outline" onClick={() => setDoomed({ title: '', count: list.data.pages[0]?.total ?? books.length })}>
          <Trash2 aria-hidden size={16} />
          {t('trash.removeAll')}
        </Button>
      </div>
      <ul className="divide-y divide-line rounded-box border border-line bg-card">
        {books.map((book) => (
          <Row key={book.id} book={book} onRemove={() => setDoomed({ bookIds: [book.id], title: book.title, count: 1 })} />
        ))}
      </ul>
      <LoadMore list={list} />
      <RemoveForGood libraryId={libraryId} doomed={doomed} onClose={() => setDoomed(null)} />
    </>
  )
}

type Doomed = { bookIds?: string[]; title: string; count: number }

function RemoveForGood({ libraryId, doomed, onClose }: { libraryId: string; doomed: Doomed | null; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: ({ bookIds }: Doomed) =>
      removeInSteps(() => api.trash.empty.call({ libraryId, ...(bookIds && { bookIds }) }), bookIds !== undefined),
    onSuccess: (removed) => {
      toast(t('trash.removed', { count: removed, books: formatNumber(removed) }))
      close()
    },
    // Also when it broke off: some may be gone.
    onSettled: () => {
      for (const queryKey of [api.trash.key(), api.libraries.key(), api.uploads.key()]) void client.invalidateQueries({ queryKey })
    },
  })
  const close = (): void => {
    onClose()
    remove.reset()
  }
  return (
    <ConfirmDialog
      subject={doomed}
      onClose={close}
      title={({ count, title }) => t('trash.remove.question', { count, title, books: formatNumber(count) })}
      text={({ count }) => t('trash.remove.consequence', { count })}
      confirm={t('trash.remove.confirm')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={(subject) => remove.mutate(subject)}
    />
  )
}

function Row({ book, onRemove }: { book: TrashedBook; onRemove: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const restore = useMutation(
    api.trash.restore.mutationOptions({
      onSuccess: async () => {
        toast(t('book.delete.restored', { title: book.title }))
        await Promise.all([api.trash, api.books, api.libraries].map((feature) => client.invalidateQueries({ queryKey: feature.key() })))
      },
      onError: toastError,
    }),
  )
  const lang = book.language ?? undefined
  return (
    <li className="flex items-center gap-3 py-3 pr-3 pl-4.5 max-md:flex-wrap">
      <div className="min-w-0 flex-1 basis-60">
        <p lang={lang} dir="auto" className="font-serif font-[560] text-as-parent [overflow-wrap:anywhere]">
          {book.title}
        </p>
        <p lang={lang} className="text-meta text-muted">
          {[
            formatList(book.authors),
            book.formats.map((format) => format.toUpperCase()).join(', '),
            t('trash.deleted', { date: formatMoment(book.deletedAt) }),
            t('trash.until', { date: formatDate(book.restorableUntil) }),
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
      </div>
      <Button variant="outline" disabled={restore.isPending} onClick={() => restore.mutate({ libraryId: book.libraryId, bookId: book.id })}>
        <Undo2 aria-hidden size={16} />
        {t('trash.restore')}
        <span className="sr-only">{book.title}</span>
      </Button>
      <Button variant="ghost" className="max-md:px-3" onClick={onRemove}>
        {t('trash.remove')}
        <span className="sr-only">{book.title}</span>
      </Button>
    </li>
  )
}
