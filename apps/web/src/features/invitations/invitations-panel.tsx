import { Segments } from '#components/segments.tsx'
import { t } from '#lib/i18n.ts'
import { InvitationList } from './invitation-list.tsx'
import { JoinLinks } from './join-links.tsx'

export type Shown = 'pending' | 'past'

/** Invitations and join links; a page of its own, or a part of one. */
export function InvitationsPanel({ shown, onShow }: { shown: Shown; onShow: (shown: Shown) => void }) {
  return (
    <>
      <Segments
        label={t('invite.filter')}
        value={shown}
        options={(['pending', 'past'] as const).map((value) => ({ value, label: t(`invite.${value}`) }))}
        onChange={onShow}
        className="mb-3.5"
      />
      <InvitationList key={shown} pending={shown === 'pending'} />
      <JoinLinks />
    </>
  )
}
