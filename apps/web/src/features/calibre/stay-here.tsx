import { useBlocker } from '@tanstack/react-router'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { t } from '#lib/i18n.ts'

/** Asks before a page is left that does the work by itself. */
export function StayHere({ going }: { going: boolean }) {
  const blocker = useBlocker({ shouldBlockFn: () => going, enableBeforeUnload: () => going, withResolver: true })
  return (
    <>
      {going && <p className="mt-2.5 max-w-[72ch] text-meta text-pretty text-muted">{t('calibre.stay')}</p>}
      <ConfirmDialog
        subject={blocker.status === 'blocked' ? blocker : null}
        onClose={() => blocker.reset?.()}
        title={() => t('calibre.leave.question')}
        text={() => t('calibre.leave.consequence')}
        confirm={t('calibre.leave.confirm')}
        pending={false}
        error={null}
        onConfirm={({ proceed }) => proceed()}
      />
    </>
  )
}
