import { createFileRoute, notFound } from '@tanstack/react-router'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { AllowedFolders } from '#features/server-folders/allowed-folders.tsx'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'

export const Route = createFileRoute('/_app/server/folders')({
  beforeLoad: ({ context: { account } }) => {
    if (!account.user.operator) throw notFound()
  },
  component: ServerFoldersPage,
  notFoundComponent: NotFoundPage,
})

function ServerFoldersPage() {
  usePageTitle(t('serverFolders.title'))
  return (
    <div className="max-w-2xl">
      <PageHeading className="mb-6" description={t('serverFolders.text')}>
        {t('serverFolders.title')}
      </PageHeading>
      <AllowedFolders />
    </div>
  )
}
