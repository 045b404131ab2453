import { useQuery } from '@tanstack/react-query'
import { createFileRoute, notFound } from '@tanstack/react-router'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { MetadataFields } from '#features/metadata/metadata-fields.tsx'
import { DangerZone } from '#features/workspaces/danger-zone.tsx'
import { WorkspaceLogo } from '#features/workspaces/workspace-logo.tsx'
import { WorkspaceSettings } from '#features/workspaces/workspace-settings.tsx'
import { useCan } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { useWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug/settings')({
  beforeLoad: ({ context: { membership } }) => {
    if (!membership.permissions.some((held) => held === 'organization:update' || held === 'organization:delete')) throw notFound()
  },
  component: SettingsPage,
  notFoundComponent: NotFoundPage,
})

function SettingsPage() {
  const { account } = Route.useRouteContext()
  const { api, name } = useWorkspace()
  const can = useCan()
  const navigate = Route.useNavigate()
  const { data: saved, error, refetch } = useQuery(api.organizations.get.queryOptions())
  usePageTitle(t('settings.title', { name }))
  if (error && !saved) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  return (
    <>
      <PageHeading className="mb-6">{t('settings.workspace.heading')}</PageHeading>
      <div className="flex max-w-2xl flex-col gap-10">
        {can('organization:update') && <WorkspaceLogo />}
        {can('organization:update') &&
          (saved ? (
            <WorkspaceSettings
              key={saved.id}
              saved={saved}
              onMoved={(slug) => void navigate({ to: '/w/$slug/settings', params: { slug }, replace: true })}
            />
          ) : (
            <div aria-hidden className="space-y-6">
              {[0, 1].map((field) => (
                <div key={field} className="space-y-2">
                  <Skeleton className="h-3.5 w-28" />
                  <Skeleton className="h-11 w-full rounded-field" />
                </div>
              ))}
              <Skeleton className="h-17 w-full rounded-box" />
            </div>
          ))}
        {can('organization:update') && <MetadataFields />}
        {can('organization:delete') && (
          <DangerZone ownId={account.user.id} onDeleted={() => navigate({ to: '/workspaces', replace: true })} />
        )}
      </div>
    </>
  )
}
