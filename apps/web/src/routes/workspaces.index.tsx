import { useQuery } from '@tanstack/react-query'
import { createFileRoute, Link, redirect } from '@tanstack/react-router'
import { MailOpen, Plus } from 'lucide-react'
import { DeletedWorkspaces } from '#components/deleted-workspaces.tsx'
import { FocusPage } from '#components/focus-page.tsx'
import { OwnInvitations } from '#components/own-invitations.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { SuspendedWorkspaces } from '#components/suspended-workspaces.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { WorkspaceList } from '#features/workspaces/workspace-list.tsx'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { ownInvitationsQuery } from '#lib/own-invitations.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { signOut } from '#lib/session.ts'

export const Route = createFileRoute('/workspaces/')({
  beforeLoad: async ({ context: { queryClient }, location }) => {
    const account = await queryClient.ensureQueryData(accountQuery)
    if (!account) throw redirect({ to: '/sign-in', search: { next: location.href } })
    return { account }
  },
  component: WorkspacesPage,
})

function WorkspacesPage() {
  const { account: loaded } = Route.useRouteContext()
  const { data } = useQuery(accountQuery)
  const { user, memberships, suspended, deleted } = data ?? loaded
  const { data: invited } = useQuery(ownInvitationsQuery)
  const { data: status } = useQuery(statusQuery)
  const none = memberships.length === 0 && suspended.length === 0
  const waiting = (invited?.items.length ?? 0) > 0
  usePageTitle(t('switcher.title'))
  return (
    <FocusPage>
      <PageHeading
        className="mt-9 mb-6"
        description={t(none ? 'account.noWorkspace.text' : memberships.length === 0 ? 'suspended.only' : 'account.workspaces.choose')}
      >
        {t(none ? 'account.noWorkspace.title' : 'account.workspaces.title')}
      </PageHeading>
      <OwnInvitations className="mb-6" />
      {none && waiting ? null : none ? (
        <div className="flex items-start gap-3.5 rounded-box bg-soft p-4.5">
          <MailOpen aria-hidden size={19} strokeWidth={1.7} className="mt-px shrink-0 text-muted" />
          <div className="min-w-0">
            <h2 className="font-medium">{t('account.noWorkspace.wait')}</h2>
            <p className="mt-0.5 text-pretty text-muted [overflow-wrap:anywhere]">
              {t('account.noWorkspace.waitText', { email: user.email })}
            </p>
          </div>
        </div>
      ) : (
        memberships.length > 0 && <WorkspaceList memberships={memberships} />
      )}
      {invited?.verified === false && status?.mail === true && (
        <p className="mt-4 text-small text-pretty text-muted [overflow-wrap:anywhere]">
          {t('ownInvitation.unverified', { email: user.email })}{' '}
          <Link to="/me" className="rounded-[4px] text-ink underline decoration-line-strong underline-offset-3">
            {t('ownInvitation.confirm')}
          </Link>
        </p>
      )}
      <SuspendedWorkspaces workspaces={suspended} className="mt-4" />
      <DeletedWorkspaces workspaces={deleted} className="mt-4" />
      <Link
        to="/workspaces/new"
        className={buttonVariants({ variant: none && !waiting ? 'primary' : 'outline', size: 'large', className: 'mt-6 w-full' })}
      >
        <Plus aria-hidden size={17} />
        {t(none ? 'account.noWorkspace.make' : 'switcher.new')}
      </Link>
      <p className="mt-8 flex flex-wrap gap-x-4 gap-y-2 text-muted">
        <span className="min-w-0 [overflow-wrap:anywhere]">{t('account.signedInAs', { name: user.name })}</span>
        <Link to="/me" className="rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink">
          {t('nav.me')}
        </Link>
        <button
          type="button"
          onClick={() => void signOut()}
          className="rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink"
        >
          {t('user.signOut')}
        </button>
      </p>
    </FocusPage>
  )
}
