import { createFileRoute, notFound } from '@tanstack/react-router'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { InvitationsPanel, type Shown } from '#features/invitations/invitations-panel.tsx'
import { InviteButton } from '#features/invitations/invite-button.tsx'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'

export const Route = createFileRoute('/_app/w/$slug/invitations')({
  validateSearch: (search: Record<string, unknown>): { show?: Shown } => (search['show'] === 'past' ? { show: 'past' } : {}),
  beforeLoad: ({ context: { membership } }) => {
    if (!membership.permissions.includes('invitation:read')) throw notFound()
  },
  component: InvitationsPage,
  notFoundComponent: NotFoundPage,
})

function InvitationsPage() {
  const { show = 'pending' } = Route.useSearch()
  const navigate = Route.useNavigate()
  usePageTitle(t('invite.title'))
  return (
    <div className="max-w-[1080px]">
      <PageHeading className="mb-6" description={t('invite.text')} actions={<InviteButton />}>
        {t('invite.title')}
      </PageHeading>
      <InvitationsPanel
        shown={show}
        onShow={(next) => void navigate({ search: next === 'past' ? { show: 'past' } : {}, replace: true, resetScroll: false })}
      />
    </div>
  )
}
