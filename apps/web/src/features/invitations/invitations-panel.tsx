import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { InvitationList } from './invitation-list.tsx'
import { JoinLinks } from './join-links.tsx'

export type Shown = 'pending' | 'past'

/** Invitations and join links; a page of its own, or a part of one. */
export function InvitationsPanel({ shown, onShow }: { shown: Shown; onShow: (shown: Shown) => void }) {
  return (
    <>
      <div role="group" aria-label={t('invite.filter')} className="mb-3.5 inline-flex gap-1 rounded-field bg-soft p-1">
        {(['pending', 'past'] as const).map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={shown === option}
            onClick={() => onShow(option)}
            className={cn(
              'min-h-8 rounded-[6px] px-3 text-small font-medium transition-colors duration-150 max-md:min-h-11 max-md:px-4 pointer-coarse:min-h-11',
              shown === option ? 'bg-[light-dark(var(--card),var(--line-strong))] text-ink shadow-lift' : 'text-muted hover:text-ink',
            )}
          >
            {t(`invite.${option}`)}
          </button>
        ))}
      </div>
      <InvitationList key={shown} pending={shown === 'pending'} />
      <JoinLinks />
    </>
  )
}
