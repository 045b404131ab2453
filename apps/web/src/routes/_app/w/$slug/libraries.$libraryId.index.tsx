import type { BookSort } from '@carrel/api/schema/books'
import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { ListChecks, X } from 'lucide-react'
import { useState } from 'react'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { bookListOptions } from '#features/books/book-list.ts'
import { parseBookSort } from '#features/books/book-sort.ts'
import { LibraryBooks } from '#features/books/library-books.tsx'
import { SortMenu } from '#features/books/sort-menu.tsx'
import { LibraryCare } from '#features/libraries/library-care.tsx'
import { LibraryHeader, LibraryHeaderSkeleton } from '#features/libraries/library-header.tsx'
import { LibraryMenu } from '#features/libraries/library-menu.tsx'
import { ScanButton } from '#features/libraries/scan-button.tsx'
import { problemTitle } from '#features/scans/problem-text.ts'
import { DeleteBooks } from '#features/trash/delete-books.tsx'
import { UploadButton, UploadPanel } from '#features/uploads/upload-panel.tsx'
import { isNotFound } from '#lib/error-text.ts'
import { isScanning } from '#lib/events.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useCanInLibrary } from '#lib/can.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { FailedScan } from '#features/scans/failed-scan.tsx'
import { RunningScan } from './-running-scan.tsx'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/')({
  validateSearch: (search: Record<string, unknown>): { sort?: BookSort } => {
    const sort = parseBookSort(search['sort'])
    return sort === 'added' ? {} : { sort }
  },
  beforeLoad: ({ params }) => requireId(params.libraryId),
  loaderDeps: ({ search: { sort = 'added' } }) => ({ sort }),
  loader: ({ context: { api, queryClient }, params: { libraryId }, deps: { sort } }) => {
    void queryClient.prefetchQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
    void queryClient.prefetchInfiniteQuery(bookListOptions(api, libraryId, sort))
  },
  component: LibraryPage,
})

function LibraryPage() {
  const { libraryId } = Route.useParams()
  const { sort = 'added' } = Route.useSearch()
  const navigate = Route.useNavigate()
  const { api } = useWorkspace()
  const scans = useCanInLibrary(libraryId, 'library:scan')
  const edits = useCanInLibrary(libraryId, 'metadata:edit')
  const deletes = useCanInLibrary(libraryId, 'book:delete')
  const [selecting, setSelecting] = useState(false)
  const uploads = useCanInLibrary(libraryId, 'book:upload')
  const { data: library, error, refetch } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  usePageTitle(library?.name)

  if (error && isNotFound(error)) return <NotFoundPage />
  if (error && !library) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  const mayDelete = deletes === true && library?.kind === 'managed'
  const running = library?.scan && isScanning(library.scan) ? library.scan : null
  const troubled = library?.folders.some(({ trouble }) => trouble !== null) === true
  const sortButton = (
    <SortMenu value={sort} onChange={(next) => void navigate({ search: next === 'added' ? {} : { sort: next }, replace: true })} />
  )
  return (
    <>
      {library ? (
        <LibraryHeader
          library={library}
          actions={
            <>
              {sortButton}
              {(edits || mayDelete) && library.bookCount > 0 && (
                <Button variant="outline" aria-pressed={selecting} onClick={() => setSelecting(!selecting)}>
                  {selecting ? <X aria-hidden size={16} /> : <ListChecks aria-hidden size={16} />}
                  {t(selecting ? 'select.end' : 'select.begin')}
                </Button>
              )}
              {uploads && library.kind === 'managed' && <UploadButton libraryId={libraryId} />}
              <LibraryMenu library={library} />
            </>
          }
        />
      ) : (
        <LibraryHeaderSkeleton actions={sortButton} />
      )}
      {uploads && library?.kind === 'managed' && <UploadPanel key={libraryId} library={library} problemText={problemTitle} />}
      {library && running && <RunningScan scan={running} books={library.bookCount} mayCancel={scans === true} />}
      {library && scans && !running && <LibraryCare library={library} />}
      {library?.scan?.status === 'failed' && !(scans && troubled) && (
        <FailedScan scan={library.scan} books={library.bookCount} action={scans && <ScanButton library={library} />} />
      )}
      <LibraryBooks
        key={`${libraryId} ${sort}`}
        libraryId={libraryId}
        sort={sort}
        library={library}
        selecting={selecting}
        mayEdit={edits === true}
        renderActions={mayDelete ? (books, done) => <DeleteBooks libraryId={libraryId} books={books} onDone={done} /> : undefined}
        onSelected={() => setSelecting(false)}
      />
    </>
  )
}
