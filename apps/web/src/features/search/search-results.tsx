import type { BookCard } from '@carrel/api/schema/books'
import { limits } from '@carrel/api/limits'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { PageHeading } from '#components/page-heading.tsx'
import { ErrorNotice, EmptyShelf, Notice } from '#components/states.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

type SearchResultsProps = {
  query: string
  skeleton: ReactNode
  renderGrid: (books: readonly BookCard[], reread: () => Promise<void>) => ReactNode
}

export function SearchResults({ query, skeleton, renderGrid }: SearchResultsProps) {
  const { api } = useWorkspace()
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery(
    api.books.search.queryOptions({
      input: { query, limit: limits.pageSize },
      enabled: query !== '',
      placeholderData: keepPreviousData,
      staleTime: 15_000,
    }),
  )
  if (query === '') {
    return (
      <>
        <PageHeading className="sr-only">{t('search.title')}</PageHeading>
        <Notice title={t('search.start.title')} art={<EmptyShelf />}>
          {t('search.start.text')}
        </Notice>
      </>
    )
  }
  const count = data?.items.length ?? 0
  return (
    <>
      <PageHeading
        description={
          <span aria-live="polite">
            {data && !isPlaceholderData
              ? t(data.truncated ? 'search.countMore' : 'search.count', { count, books: formatNumber(count) })
              : '\u00a0'}
          </span>
        }
      >
        {t('search.for', { query })}
      </PageHeading>
      <div className={isPlaceholderData ? 'mt-5 opacity-60 transition-opacity delay-150 duration-150' : 'mt-5'}>
        {isPending ? (
          skeleton
        ) : !data ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : count === 0 ? (
          <Notice title={t('search.none.title', { query })} art={<EmptyShelf />}>
            {t('search.none.text')}
          </Notice>
        ) : (
          renderGrid(data.items, async () => void (await refetch()))
        )}
      </div>
    </>
  )
}
