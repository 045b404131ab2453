import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { BackLink } from '#components/back-link.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { TrashList } from '#features/trash/trash-list.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { isNotFound } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/trash')({
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: TrashPage,
})

function TrashPage() {
  const { libraryId } = Route.useParams()
  const { api, slug } = useWorkspace()
  const may = useCanInLibrary(libraryId, 'book:delete')
  const { data: library, error } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  usePageTitle(t('trash.title'))
  if ((error && isNotFound(error)) || may === false) return <NotFoundPage />
  return (
    <div className="max-w-3xl">
      <BackLink to="/w/$slug/libraries/$libraryId" params={{ slug, libraryId }} search={{}}>
        {library?.name ?? t('book.back')}
      </BackLink>
      <PageHeading className="mt-2 mb-6" description={t('trash.text')}>
        {t('trash.title')}
      </PageHeading>
      {may && <TrashList libraryId={libraryId} />}
    </div>
  )
}
