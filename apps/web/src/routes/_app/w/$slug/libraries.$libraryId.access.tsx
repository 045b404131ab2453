import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { BackLink } from '#components/back-link.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { isNotFound } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { lazyComponent } from '#lib/lazy-component.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

const load = () => import('#features/access/library-access.tsx')
const LibraryAccess = lazyComponent(load, 'LibraryAccess')

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/access')({
  beforeLoad: ({ params }) => requireId(params.libraryId),
  loader: ({ context: { api, queryClient }, params: { libraryId } }) => {
    void load()
    void queryClient.prefetchQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  },
  component: AccessPage,
})

function AccessPage() {
  const { libraryId } = Route.useParams()
  const { api, slug } = useWorkspace()
  const mayShare = useCanInLibrary(libraryId, 'library:share')
  const { data: library, error, refetch } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  usePageTitle(library ? t('access.titleOf', { name: library.name }) : undefined)
  if ((error && isNotFound(error)) || mayShare === false) return <NotFoundPage />
  if (error && !library) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  return (
    <>
      <BackLink to="/w/$slug/libraries/$libraryId" params={{ slug, libraryId }} search={{}}>
        {library?.name ?? t('book.back')}
      </BackLink>
      <PageHeading className="mt-2 mb-6">{t('access.title')}</PageHeading>
      {library && mayShare ? (
        <LibraryAccess library={library} />
      ) : (
        <div aria-hidden className="max-w-2xl space-y-4">
          <Skeleton className="h-20 w-full rounded-box" />
          <Skeleton className="h-40 w-full rounded-box" />
        </div>
      )}
    </>
  )
}
