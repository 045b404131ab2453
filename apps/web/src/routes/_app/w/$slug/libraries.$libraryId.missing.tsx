import { createFileRoute } from '@tanstack/react-router'
import { Cover } from '#features/books/cover.tsx'
import { MissingList } from '#features/missing/missing-list.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { LibraryPage } from './-library-page.tsx'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/missing')({
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: MissingPage,
})

function MissingPage() {
  const { libraryId } = Route.useParams()
  const removes = useCanInLibrary(libraryId, 'book:delete') === true
  return (
    <LibraryPage libraryId={libraryId} title={t('missing.title')} text={t('missing.text')} needs="library:scan">
      {(library) => (
        <MissingList
          libraryId={libraryId}
          count={library.missingCount}
          mayRemove={removes}
          renderCover={(book) => <Cover book={book} sizes="40px" className="rounded-[3px] shadow-none" />}
        />
      )}
    </LibraryPage>
  )
}
