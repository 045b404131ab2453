import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { BackLink } from '#components/back-link.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ScanButton } from '#features/libraries/scan-button.tsx'
import { ProblemList, useProblems } from '#features/scans/problem-list.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { isNotFound } from '#lib/error-text.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/problems')({
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: ProblemsPage,
})

function ProblemsPage() {
  const { libraryId } = Route.useParams()
  const { api, slug } = useWorkspace()
  const mayScan = useCanInLibrary(libraryId, 'library:scan')
  const { data: library, error } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  const { data } = useProblems(libraryId)
  const total = data?.pages[0]?.total ?? library?.problemCount
  usePageTitle(t('problems.title'))
  if (error && isNotFound(error)) return <NotFoundPage />
  return (
    <div className="max-w-3xl">
      <BackLink to="/w/$slug/libraries/$libraryId" params={{ slug, libraryId }} search={{}}>
        {library?.name ?? t('book.back')}
      </BackLink>
      <PageHeading
        className="mt-2 mb-6"
        description={
          total === undefined || total === 0 ? t('problems.text') : t('problems.count', { count: total, files: formatNumber(total) })
        }
        actions={library && mayScan ? <ScanButton library={library} /> : undefined}
      >
        {t('problems.title')}
      </PageHeading>
      <ProblemList libraryId={libraryId} />
    </div>
  )
}
