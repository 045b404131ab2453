import { createFileRoute } from '@tanstack/react-router'
import { AllowedFolders } from '#features/server-folders/allowed-folders.tsx'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'

export const Route = createFileRoute('/_app/admin/folders')({ component: FoldersPage })

function FoldersPage() {
  usePageTitle(`${t('admin.folders')} · ${t('admin.title')}`)
  return (
    <div className="max-w-2xl">
      <p className="mb-4 text-muted">{t('serverFolders.text')}</p>
      <AllowedFolders />
    </div>
  )
}
