import { useQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { BackLink } from '#components/back-link.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { LibrarySettings } from '#features/libraries/library-settings.tsx'
import { useCan, useCanInLibrary } from '#lib/can.ts'
import { isNotFound } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { requireId } from '#lib/ids.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/libraries/$libraryId/settings')({
  beforeLoad: ({ params }) => requireId(params.libraryId),
  component: SettingsPage,
})

function SettingsPage() {
  const { libraryId } = Route.useParams()
  const { api, slug } = useWorkspace()
  const navigate = Route.useNavigate()
  const deletes = useCan()('library:delete')
  const updates = useCanInLibrary(libraryId, 'library:update')
  const { data: library, error, refetch } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  usePageTitle(library ? t('settings.title', { name: library.name }) : undefined)
  if ((error && isNotFound(error)) || (!deletes && updates === false)) return <NotFoundPage />
  if (error && !library) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  return (
    <>
      <BackLink to="/w/$slug/libraries/$libraryId" params={{ slug, libraryId }} search={{}}>
        {library?.name ?? t('book.back')}
      </BackLink>
      <PageHeading className="mt-2 mb-6">{t('settings.heading')}</PageHeading>
      {library && updates !== undefined ? (
        <LibrarySettings
          key={library.id}
          library={library}
          onDeleted={() => void navigate({ to: '/w/$slug', params: { slug }, replace: true })}
        />
      ) : (
        <div aria-hidden className="max-w-2xl space-y-4">
          <Skeleton className="h-11 w-full rounded-field" />
          <Skeleton className="h-20 w-full rounded-box" />
        </div>
      )}
    </>
  )
}
