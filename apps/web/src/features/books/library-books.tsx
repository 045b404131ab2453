import type { BookCard, BookSort } from '@carrel/api/schema/books'
import type { LibraryDetail } from '@carrel/api/schema/libraries'
import { ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { BookGrid } from './book-grid.tsx'
import { useBookList } from './book-list.ts'
import { usePendingCovers } from './pending-covers.ts'
import { SelectionBar } from './selection-bar.tsx'
import { GridSkeleton } from './shelf.tsx'
import { useSelection } from './use-selection.ts'

/** All books of a library, endless; says so when there is news above. */
export function LibraryBooks({
  libraryId,
  sort,
  library,
  selecting = false,
  mayEdit = false,
  renderActions,
  onSelected,
}: {
  libraryId: string
  sort: BookSort
  library: LibraryDetail | undefined
  /** Books are chosen instead of opened. */
  selecting?: boolean
  mayEdit?: boolean
  /** What can be done with chosen books beside editing; `done` ends the choice. */
  renderActions?: ((books: readonly BookCard[], done: () => void) => ReactNode) | undefined
  onSelected?: () => void
}) {
  const {
    books,
    news,
    restart,
    loadMore,
    reread,
    isPending,
    isError,
    error,
    refetch,
    fetchNextPage,
    isFetchNextPageError,
    isFetchingNextPage,
  } = useBookList(libraryId, sort)
  const seen = usePendingCovers(reread)
  const selection = useSelection(books)
  const end = (): void => {
    selection.clear()
    onSelected?.()
  }
  const done = (): void => {
    end()
    void restart()
  }

  if (isPending) return <GridSkeleton />
  if (isError && books.length === 0) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (books.length === 0) return <NoBooks library={library} />
  return (
    <>
      {news && (
        <div className="pointer-events-none fixed inset-x-0 top-3 z-20 flex justify-center md:pl-62">
          <Button
            variant="outline"
            className="pointer-events-auto animate-appear rounded-full shadow-float"
            onClick={() => {
              scrollTo({ top: 0 })
              void restart()
            }}
          >
            <ArrowUp aria-hidden size={16} />
            {t('grid.news')}
          </Button>
        </div>
      )}
      <BookGrid
        books={books}
        label={library?.name ?? t('nav.libraries')}
        onNearEnd={loadMore}
        onVisible={seen}
        selection={selecting ? selection : undefined}
        {...(library ? { total: library.bookCount } : {})}
      />
      {selecting && (
        <SelectionBar
          books={selection.chosen}
          mayEdit={mayEdit}
          actions={renderActions?.(selection.chosen, done)}
          onClear={end}
          onDone={done}
        />
      )}
      <p role="status" className="sr-only">
        {isFetchingNextPage ? t('state.loading') : ''}
      </p>
      {isFetchNextPageError && <ErrorNotice className="py-8" error={error} onRetry={() => void fetchNextPage()} />}
    </>
  )
}

function NoBooks({ library }: { library: LibraryDetail | undefined }) {
  const filling = library?.scanning === true
  return (
    <Notice title={t(filling ? 'grid.filling.title' : 'grid.empty.title')} art={<EmptyShelf />}>
      {t(filling ? 'grid.filling.text' : library?.kind === 'managed' ? 'grid.emptyManaged.text' : 'grid.empty.text')}
    </Notice>
  )
}
