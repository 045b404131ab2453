import type { TrashedBook } from '@carrel/api/schema/trash'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { formatDate, formatList } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Deleted books of a library, the last one first. */
export function TrashList({ libraryId }: { libraryId: string }) {
  const { api } = useWorkspace()
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
      <ul className="divide-y divide-line rounded-box border border-line bg-card">
        {books.map((book) => (
          <Row key={book.id} book={book} />
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  )
}

function Row({ book }: { book: TrashedBook }) {
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
          {[formatList(book.authors), t('trash.until', { date: formatDate(book.restorableUntil) })]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
      </div>
      <Button variant="outline" disabled={restore.isPending} onClick={() => restore.mutate({ libraryId: book.libraryId, bookId: book.id })}>
        <Undo2 aria-hidden size={16} />
        {t('trash.restore')}
        <span className="sr-only">{book.title}</span>
      </Button>
    </li>
  )
}
