import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { BackLink } from '#components/back-link.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { BookPage, BookPageSkeleton } from '#features/books/book-page.tsx'
import { findKnownCard } from '#features/books/known-card.ts'
import { usePendingCovers } from '#features/books/pending-covers.ts'
import { setOpenedBook, wantsViewTransition } from '#lib/cover-transition.ts'
import { DeleteBook } from '#features/trash/delete-book.tsx'
import { isNotFound } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/books/$bookId')({
  beforeLoad: ({ params }) => requireId(params.bookId),
  loader: ({ context: { api, queryClient }, params: { bookId } }) => {
    void queryClient.prefetchQuery(api.books.get.queryOptions({ input: { bookId } }))
  },
  component: BookRoute,
})

function BookRoute() {
  const { bookId } = Route.useParams()
  const { api, slug } = useWorkspace()
  const client = useQueryClient()
  const { data: detail, error, refetch } = useQuery(api.books.get.queryOptions({ input: { bookId } }))
  const { data: libraries } = useQuery(api.libraries.list.queryOptions())
  const known = useMemo(() => findKnownCard(client, api, bookId), [client, api, bookId])
  const card = detail ?? known
  const seen = usePendingCovers(async () => void (await refetch()))
  usePageTitle(card?.title)
  useEffect(() => setOpenedBook(bookId), [bookId])
  useEffect(() => {
    if (detail) seen([detail, ...detail.sameSeries])
  }, [detail, seen])

  if (error && isNotFound(error)) return <NotFoundPage />
  if (error && !detail) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  if (!card) return <BookPageSkeleton />
  const libraryName = detail?.libraryName ?? libraries?.find(({ id }) => id === card.libraryId)?.name ?? t('book.back')
  return (
    <BookPage
      key={bookId}
      card={card}
      detail={detail}
      deeds={detail && <DeleteBook book={detail} />}
      back={
        <BackLink
          to="/w/$slug/libraries/$libraryId"
          params={{ slug, libraryId: card.libraryId }}
          search={{}}
          viewTransition={wantsViewTransition()}
        >
          {libraryName}
        </BackLink>
      }
    />
  )
}
