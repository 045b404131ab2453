import { createFileRoute, Link, redirect } from '@tanstack/react-router'
import { FocusPage } from '#components/focus-page.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { WorkspaceForm } from '#features/workspaces/workspace-form.tsx'
import { accountQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'

export const Route = createFileRoute('/workspaces/new')({
  beforeLoad: async ({ context: { queryClient }, location }) => {
    const account = await queryClient.ensureQueryData(accountQuery)
    if (!account) throw redirect({ to: '/sign-in', search: { next: location.href } })
    return { first: account.memberships.length === 0 }
  },
  component: NewWorkspacePage,
})

function NewWorkspacePage() {
  const { first } = Route.useRouteContext()
  const navigate = Route.useNavigate()
  usePageTitle(t('workspace.new.title'))
  return (
    <FocusPage>
      <PageHeading className="mt-9 mb-6" description={t('setup.workspace.reason')}>
        {t(first ? 'setup.workspace.title' : 'workspace.new.title')}
      </PageHeading>
      <WorkspaceForm
        submitLabel={t('workspace.create')}
        onCreated={({ slug }) => void navigate({ to: '/w/$slug', params: { slug } })}
        secondary={
          <Link to={first ? '/workspaces' : '/'} className={buttonVariants({ variant: 'ghost', size: 'large' })}>
            {t('action.cancel')}
          </Link>
        }
      />
    </FocusPage>
  )
}
