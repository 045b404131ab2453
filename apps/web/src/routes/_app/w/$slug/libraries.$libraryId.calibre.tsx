import { useQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { BackLink } from '#components/back-link.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { CalibreImport } from '#features/calibre/calibre-import.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { isNotFound } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/calibre')({
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: CalibrePage,
})

function CalibrePage() {
  const { libraryId } = Route.useParams()
  const { api, slug } = useWorkspace()
  const edits = useCanInLibrary(libraryId, 'metadata:edit')
  const { data: library, error, refetch } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  usePageTitle(t('calibre.title'))
  if ((error && isNotFound(error)) || edits === false || library?.kind === 'managed') return <NotFoundPage />
  if (error && !library) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  const params = { slug, libraryId }
  return (
    <div className="max-w-3xl">
      <BackLink to="/w/$slug/libraries/$libraryId" params={params} search={{}}>
        {library?.name ?? t('book.back')}
      </BackLink>
      <PageHeading className="mt-2 mb-6" description={t('calibre.text')}>
        {t('calibre.title')}
      </PageHeading>
      {library && edits ? (
        <CalibreImport
          libraryId={libraryId}
          shelf={
            <Link to="/w/$slug/libraries/$libraryId" params={params} search={{}} className={buttonVariants()}>
              {t('calibre.shelf', { name: library.name })}
            </Link>
          }
        />
      ) : (
        <ListSkeleton />
      )}
    </div>
  )
}
