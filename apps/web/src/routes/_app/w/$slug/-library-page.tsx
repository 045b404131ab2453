import type { LibraryDetail } from '@carrel/api/schema/libraries'
import type { PermissionInUse } from '@carrel/auth/catalogue'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { BackLink } from '#components/back-link.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { TabLink, TabLinks } from '#components/tab-link.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { isNotFound } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

type LibraryPageProps = {
  libraryId: string
  title: string
  text: string
  needs: PermissionInUse
  renderActions?: (library: LibraryDetail) => ReactNode
  children: (library: LibraryDetail) => ReactNode
}

/** One of the pages on which people look after a library. */
export function LibraryPage({ libraryId, title, text, needs, renderActions, children }: LibraryPageProps) {
  const { api, slug } = useWorkspace()
  const may = useCanInLibrary(libraryId, needs)
  const scans = useCanInLibrary(libraryId, 'library:scan')
  const edits = useCanInLibrary(libraryId, 'metadata:edit')
  const { data: library, error, refetch } = useQuery(api.libraries.get.queryOptions({ input: { libraryId } }))
  usePageTitle(title)
  if ((error && isNotFound(error)) || may === false) return <NotFoundPage />
  if (error && !library) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  const params = { slug, libraryId }
  return (
    <div className="max-w-4xl">
      <BackLink to="/w/$slug/libraries/$libraryId" params={params} search={{}}>
        {library?.name ?? t('book.back')}
      </BackLink>
      <PageHeading className="mt-2" description={text} actions={library && may && renderActions?.(library)}>
        {title}
      </PageHeading>
      <TabLinks label={t('library.pages')}>
        {scans && (
          <TabLink to="/w/$slug/libraries/$libraryId/problems" params={params} search={{}} activeOptions={{ includeSearch: false }}>
            {t('problems.title')}
          </TabLink>
        )}
        {scans && (
          <TabLink to="/w/$slug/libraries/$libraryId/missing" params={params}>
            {t('missing.title')}
          </TabLink>
        )}
        {edits && (
          <TabLink to="/w/$slug/libraries/$libraryId/duplicates" params={params} search={{}} activeOptions={{ includeSearch: false }}>
            {t('duplicates.title')}
          </TabLink>
        )}
        {scans && (
          <TabLink to="/w/$slug/libraries/$libraryId/scans" params={params}>
            {t('scan.history')}
          </TabLink>
        )}
      </TabLinks>
      {library && may ? children(library) : <ListSkeleton />}
    </div>
  )
}
