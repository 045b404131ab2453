import type { DuplicateKind } from '@carrel/api/schema/duplicates'
import { createFileRoute } from '@tanstack/react-router'
import { Cover } from '#features/books/cover.tsx'
import { DuplicateList } from '#features/duplicates/duplicate-list.tsx'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { LibraryPage } from './-library-page.tsx'
import { MergeGroup } from './-merge-group.tsx'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/duplicates')({
  validateSearch: (search: Record<string, unknown>): { kind?: DuplicateKind } => {
    const kind = (['isbn', 'content'] satisfies DuplicateKind[]).find((each) => each === search['kind'])
    return kind ? { kind } : {}
  },
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: DuplicatesPage,
})

function DuplicatesPage() {
  const { libraryId } = Route.useParams()
  const { kind = 'title' } = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <LibraryPage libraryId={libraryId} title={t('duplicates.title')} text={t('duplicates.text')} needs="metadata:edit">
      {() => (
        <DuplicateList
          libraryId={libraryId}
          kind={kind}
          onKind={(next) => void navigate({ search: next === 'title' ? {} : { kind: next }, replace: true })}
          renderMerge={(books) => <MergeGroup books={books} />}
          renderCover={(book) => <Cover book={book} sizes="48px" className="rounded-[3px] shadow-none" />}
        />
      )}
    </LibraryPage>
  )
}
