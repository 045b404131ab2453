import type { MissingBook } from '@carrel/api/schema/missing'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { formatDate, formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { removeInSteps } from '#lib/remove-in-steps.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

type Doomed = { bookIds?: string[]; title: string; count: number }

/** Books whose files were not found, and how long they are kept. `mayRemove`: for good, before their time. */
export function MissingList({
  libraryId,
  count,
  mayRemove,
  renderCover,
}: {
  libraryId: string
  count: number
  mayRemove: boolean
  renderCover: (book: MissingBook) => ReactNode
}) {
  const { api, slug } = useWorkspace()
  const [doomed, setDoomed] = useState<Doomed | null>(null)
  const list = useInfiniteQuery(
    api.missing.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ libraryId, limit: 50, ...(cursor !== undefined && { cursor }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  )
  if (list.isPending) return <ListSkeleton />
  if (!list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
  const books = list.data.pages.flatMap((page) => page.items)
  if (books.length === 0) {
    return (
      <Notice title={t('missing.none.title')} art={<CircleCheck aria-hidden size={40} strokeWidth={1.4} className="mb-4 text-accent" />}>
        {t('missing.none.text')}
      </Notice>
    )
  }
  return (
    <>
      {mayRemove && (
        <div className="mb-4 flex justify-end">
          <Button variant="outline" onClick={() => setDoomed({ title: '', count: Math.max(count, books.length) })}>
            <Trash2 aria-hidden size={16} />
            {t('missing.remove.all')}
          </Button>
        </div>
      )}
      <ul className="divide-y divide-line overflow-hidden rounded-box border border-line bg-card">
        {books.map((book) => (
          <li key={book.id} className="flex items-center gap-4 px-4.5 py-3">
            <div className="w-10 shrink-0 opacity-60">{renderCover(book)}</div>
            <div className="min-w-0 flex-1">
              <Link
                to="/w/$slug/books/$bookId"
                params={{ slug, bookId: book.id }}
                lang={book.language ?? undefined}
                dir="auto"
                className="block truncate rounded-[4px] text-as-parent font-serif font-[560] hover:text-accent"
              >
                {book.title}
              </Link>
              <p dir="auto" className="truncate text-as-parent text-meta text-muted">
                {formatList(book.authors.slice(0, 2))}
              </p>
              <p className="text-meta text-muted">{keptFacts(book)}</p>
            </div>
            {mayRemove && (
              <Button
                variant="ghost"
                className="max-md:px-3"
                onClick={() => setDoomed({ bookIds: [book.id], title: book.title, count: 1 })}
              >
                {t('missing.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <LoadMore list={list} />
      <RemoveMissing libraryId={libraryId} doomed={doomed} onClose={() => setDoomed(null)} />
    </>
  )
}

const keptFacts = ({ missingSince, keptNights }: MissingBook): string =>
  [
    missingSince === null ? null : t('missing.since', { date: formatDate(missingSince, 'medium') }),
    keptNights === null ? t('missing.kept.forever') : t('missing.kept.nights', { nights: keptNights }),
  ]
    .filter((part) => part !== null)
    .join(' · ')

function RemoveMissing({ libraryId, doomed, onClose }: { libraryId: string; doomed: Doomed | null; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: ({ bookIds }: Doomed) =>
      removeInSteps(() => api.missing.remove.call({ libraryId, ...(bookIds && { bookIds }) }), bookIds !== undefined),
    onSuccess: (removed) => {
      toast(t('missing.removed', { count: removed, books: formatNumber(removed) }))
      close()
    },
    // Also when it broke off: some may be gone.
    onSettled: () => {
      for (const queryKey of [api.missing.key(), api.libraries.key(), api.books.key()]) void client.invalidateQueries({ queryKey })
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
      title={({ count, title }) => t('missing.remove.question', { count, title, books: formatNumber(count) })}
      text={({ count }) => t('missing.remove.consequence', { count })}
      confirm={t('missing.remove.confirm')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={(subject) => remove.mutate(subject)}
    />
  )
}
