import { useQuery } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { BackLink } from '#components/back-link.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { CalibreCopy } from '#features/calibre/calibre-copy.tsx'
import { CalibreImport } from '#features/calibre/calibre-import.tsx'
import { ServerFolder } from '#features/libraries/server-folder.tsx'
import { problemTitle } from '#features/scans/problem-text.ts'
import { useCan, useCanInLibrary } from '#lib/can.ts'
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
  const { account } = Route.useRouteContext()
  const [folder, setFolder] = useState<string | null>(null)
  const edits = useCanInLibrary(libraryId, 'metadata:edit')
  const uploads = useCanInLibrary(libraryId, 'book:upload')
  const makes = useCan()('library:create')
  const { data: library, error, refetch } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  usePageTitle(t('calibre.title'))
  const copies = library?.kind === 'managed'
  if ((error && isNotFound(error)) || edits === false || (copies && !(uploads && makes))) return <NotFoundPage />
  if (error && !library) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  const params = { slug, libraryId }
  const shelf = library && (
    <Link to="/w/$slug/libraries/$libraryId" params={params} search={{}} className={buttonVariants()}>
      {t('calibre.shelf', { name: library.name })}
    </Link>
  )
  return (
    <div className="max-w-3xl">
      <BackLink to="/w/$slug/libraries/$libraryId" params={params} search={{}}>
        {library?.name ?? t('book.back')}
      </BackLink>
      <PageHeading className="mt-2 mb-6" description={t(copies ? 'calibre.copyText' : 'calibre.text')}>
        {t('calibre.title')}
      </PageHeading>
      {library && edits && copies && (
        <CalibreCopy
          libraryId={libraryId}
          shelf={shelf}
          problemText={problemTitle}
          chosen={folder}
          picker={<ServerFolder operator={account.user.operator} chosen={folder} onChange={setFolder} />}
        />
      )}
      {library && edits && !copies && <CalibreImport libraryId={libraryId} shelf={shelf} problemText={problemTitle} />}
      {!(library && edits) && <ListSkeleton />}
    </div>
  )
}
