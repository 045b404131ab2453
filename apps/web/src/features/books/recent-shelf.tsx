import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { usePendingCovers } from './pending-covers.ts'
import { Shelf, ShelfSkeleton } from './shelf.tsx'

/** The newest books of the workspace. `only` names its one library, whose grid then shows them all. */
export function RecentShelf({ only }: { only: string | undefined }) {
  const { api, slug } = useWorkspace()
  const { data, error, isPending, refetch } = useQuery(api.books.list.queryOptions({ input: { sort: 'added', limit: 40 } }))
  const seen = usePendingCovers(async () => void (await refetch()))
  useEffect(() => {
    if (data) seen(data.items)
  }, [data, seen])
  if (isPending) return <ShelfSkeleton />
  if (!data) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (data.items.length === 0) return <Notice title={t('home.noBooks.title')}>{t('home.noBooks.text')}</Notice>
  return (
    <Shelf
      title={t('home.recent')}
      books={data.items}
      rows={2}
      action={
        only !== undefined && (
          <Link
            to="/w/$slug/libraries/$libraryId"
            params={{ slug, libraryId: only }}
            search={{}}
            className="shrink-0 rounded-[4px] text-small text-muted hover:text-ink max-md:-my-3 max-md:py-3"
          >
            {t('home.seeAll')}
          </Link>
        )
      }
    />
  )
}
