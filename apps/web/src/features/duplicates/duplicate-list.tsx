import type { BookCard } from '@carrel/api/schema/books'
import type { DuplicateGroup, DuplicateKind } from '@carrel/api/schema/duplicates'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { Chip } from '#components/chip.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { Segments } from '#components/segments.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { formatBytes, formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toastError, toastUndo } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

type DuplicateListProps = {
  libraryId: string
  kind: DuplicateKind
  onKind: (kind: DuplicateKind) => void
  renderCover: (book: BookCard) => ReactNode
  /** Makes one book of several. */
  renderMerge?: (books: readonly BookCard[]) => ReactNode
}

export function DuplicateList({ libraryId, kind, onKind, ...show }: DuplicateListProps) {
  return (
    <>
      <Segments
        label={t('duplicates.kinds')}
        value={kind}
        options={[
          { value: 'title', label: t('duplicates.title.kind') },
          { value: 'isbn', label: t('duplicates.isbn') },
          { value: 'content', label: t('duplicates.content') },
        ]}
        onChange={onKind}
        className="max-md:flex max-md:w-full max-md:overflow-x-auto max-md:*:flex-1 max-md:*:px-2"
      />
      <p className="mt-3 mb-4 max-w-[72ch] text-pretty text-muted">{t(`duplicates.${kind}.text`)}</p>
      <Groups key={kind} libraryId={libraryId} kind={kind} {...show} />
    </>
  )
}

function Groups({ libraryId, kind, renderCover, renderMerge }: Omit<DuplicateListProps, 'onKind'>) {
  const { api } = useWorkspace()
  const list = useInfiniteQuery(
    api.duplicates.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ libraryId, kind, limit: 20, ...(cursor !== undefined && { cursor }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  )
  if (list.isPending) return <ListSkeleton />
  if (!list.data) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
  const groups = list.data.pages.flatMap((page) => page.items)
  if (groups.length === 0) {
    return (
      <Notice title={t('duplicates.none.title')} art={<CircleCheck aria-hidden size={40} strokeWidth={1.4} className="mb-4 text-accent" />}>
        {t('duplicates.none.text')}
      </Notice>
    )
  }
  return (
    <>
      <ul className="flex flex-col gap-4">
        {groups.map((group) => (
          <Group
            key={group.key}
            libraryId={libraryId}
            kind={kind}
            group={group}
            renderCover={renderCover}
            merge={renderMerge?.(group.books)}
          />
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  )
}

type GroupProps = {
  libraryId: string
  kind: DuplicateKind
  group: DuplicateGroup
  renderCover: (book: BookCard) => ReactNode
  merge: ReactNode
}

function Group({ libraryId, kind, group, renderCover, merge }: GroupProps) {
  const more = group.size - (kind === 'content' ? group.files.length : group.books.length)
  return (
    <li className="overflow-hidden rounded-box border border-line bg-card">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line py-2 pr-2 pl-4.5">
        <h2 className="tabular text-small font-semibold">{groupTitle(kind, group)}</h2>
        {kind !== 'content' && (
          <div className="flex gap-2">
            {merge}
            {more === 0 && <ApartButton libraryId={libraryId} bookIds={group.books.map(({ id }) => id)} />}
          </div>
        )}
      </div>
      <ul className="divide-y divide-line">
        {group.books.map((book) => (
          <Member key={book.id} book={book} files={group.files.filter(({ bookId }) => bookId === book.id)} cover={renderCover(book)} />
        ))}
      </ul>
      {more > 0 && <p className="border-t border-line px-4.5 py-2.5 text-meta text-muted">{t('duplicates.more', { count: more })}</p>}
    </li>
  )
}

function groupTitle(kind: DuplicateKind, { key, size }: DuplicateGroup): string {
  if (kind === 'isbn') return t('duplicates.isbn.group', { isbn: key })
  return t(kind === 'content' ? 'duplicates.content.group' : 'duplicates.title.group', { count: formatNumber(size) })
}

function Member({ book, files, cover }: { book: BookCard; files: DuplicateGroup['files']; cover: ReactNode }) {
  const { slug } = useWorkspace()
  return (
    <li className="flex items-start gap-4 px-4.5 py-3">
      <div className={book.missing ? 'w-12 shrink-0 opacity-60' : 'w-12 shrink-0'}>{cover}</div>
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          <Link
            to="/w/$slug/books/$bookId"
            params={{ slug, bookId: book.id }}
            lang={book.language ?? undefined}
            dir="auto"
            className="truncate rounded-[4px] text-as-parent font-serif font-[560] hover:text-accent"
          >
            {book.title}
          </Link>
          {book.missing && <Chip className="shrink-0">{t('book.missing')}</Chip>}
        </p>
        <p dir="auto" className="truncate text-as-parent text-meta text-muted">
          {formatList(book.authors.slice(0, 2))}
        </p>
        <ul className="mt-1">
          {files.map((file) => (
            <li key={file.id} dir="ltr" className="text-meta [overflow-wrap:anywhere] text-muted">
              {file.path} · {formatBytes(file.size)}
              {file.missing && ` · ${t('files.missing')}`}
            </li>
          ))}
        </ul>
      </div>
    </li>
  )
}

/** Can be taken back while its message is there. */
function ApartButton({ libraryId, bookIds }: { libraryId: string; bookIds: string[] }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const refresh = (): void => void client.invalidateQueries({ queryKey: api.duplicates.key() })
  const again = useMutation(api.duplicates.compareAgain.mutationOptions({ onError: toastError, onSuccess: refresh }))
  const apart = useMutation(
    api.duplicates.tellApart.mutationOptions({
      onError: toastError,
      onSuccess: () => {
        refresh()
        toastUndo(t('duplicates.apart.done'), t('action.undo'), () => again.mutate({ libraryId, bookIds }))
      },
    }),
  )
  return (
    <Button variant="outline" disabled={apart.isPending} onClick={() => apart.mutate({ libraryId, bookIds })}>
      {t('duplicates.apart')}
    </Button>
  )
}
