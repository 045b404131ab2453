import { createFileRoute } from '@tanstack/react-router'
import { ScanButton } from '#features/libraries/scan-button.tsx'
import { ProblemList } from '#features/scans/problem-list.tsx'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { LibraryPage } from './-library-page.tsx'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/problems')({
  validateSearch: (search: Record<string, unknown>): { show?: 'ignored'; reason?: string } => ({
    ...(search['show'] === 'ignored' && { show: 'ignored' }),
    ...(typeof search['reason'] === 'string' && /^[a-z-]{1,40}$/.test(search['reason']) && { reason: search['reason'] }),
  }),
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: ProblemsPage,
})

function ProblemsPage() {
  const { libraryId } = Route.useParams()
  const { show, reason } = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <LibraryPage
      libraryId={libraryId}
      title={t('problems.title')}
      text={t('problems.text')}
      needs="library:scan"
      renderActions={(library) => <ScanButton library={library} />}
    >
      {() => (
        <ProblemList
          libraryId={libraryId}
          filter={{ ignored: show === 'ignored', reason }}
          onFilter={(next) =>
            void navigate({
              search: { ...(next.ignored && { show: 'ignored' }), ...(next.reason && { reason: next.reason }) },
              replace: true,
            })
          }
        />
      )}
    </LibraryPage>
  )
}
