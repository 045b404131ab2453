import { createFileRoute } from '@tanstack/react-router'
import { BookGrid } from '#features/books/book-grid.tsx'
import { usePendingCovers } from '#features/books/pending-covers.ts'
import { GridSkeleton } from '#features/books/shelf.tsx'
import { parseQuery } from '#features/search/query.ts'
import { SearchResults } from '#features/search/search-results.tsx'
import type { BookCard } from '@carrel/api/schema/books'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'

export const Route = createFileRoute('/_app/w/$slug/search')({
  validateSearch: (search: Record<string, unknown>): { q?: string } => {
    const q = parseQuery(search['q'])
    return q === '' ? {} : { q }
  },
  component: SearchPage,
})

function SearchPage() {
  const { q = '' } = Route.useSearch()
  usePageTitle(q === '' ? t('search.title') : t('search.for', { query: q }))
  return (
    <SearchResults query={q} skeleton={<GridSkeleton />} renderGrid={(books, reread) => <FoundBooks books={books} reread={reread} />} />
  )
}

function FoundBooks({ books, reread }: { books: readonly BookCard[]; reread: () => Promise<void> }) {
  const seen = usePendingCovers(reread)
  return <BookGrid books={books} total={books.length} label={t('search.results')} onVisible={seen} />
}
