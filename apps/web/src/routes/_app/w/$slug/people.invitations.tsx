import { createFileRoute, notFound } from '@tanstack/react-router'
import { NotFoundPage } from '#components/page-states.tsx'
import { InvitationsPanel, type Shown } from '#features/invitations/invitations-panel.tsx'
import { InviteButton } from '#features/invitations/invite-button.tsx'
import { PeoplePage } from '#features/people/people-page.tsx'
import { t } from '#lib/i18n.ts'

export const Route = createFileRoute('/_app/w/$slug/people/invitations')({
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
  return (
    <PeoplePage title={t('invite.title')} action={<InviteButton />}>
      <InvitationsPanel
        shown={show}
        onShow={(next) => void navigate({ search: next === 'past' ? { show: 'past' } : {}, replace: true, resetScroll: false })}
      />
    </PeoplePage>
  )
}
