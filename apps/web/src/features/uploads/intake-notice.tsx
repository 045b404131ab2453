import { X } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { FormError } from '#components/form-error.tsx'
import { formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { isolate } from '#lib/isolates.ts'
import type { IntakeState } from './intake.ts'

/** That what was given is being looked through, and what of it was passed by. */
export function IntakeNotice({ state, onRetry, onDismiss }: { state: IntakeState; onRetry: () => void; onDismiss: () => void }) {
  const { looking, found, passed, passedNames, unread, error } = state
  if (error !== null) {
    return (
      <div className="mb-5">
        <FormError error={error} />
        <div className="mt-2.5 flex gap-2.5">
          <Button onClick={onRetry}>{t('action.retry')}</Button>
          <Button variant="outline" onClick={onDismiss}>
            {t('action.cancel')}
          </Button>
        </div>
      </div>
    )
  }
  if (!looking && passed + unread === 0) return null
  return (
    <div className="mb-5 flex items-center gap-3 rounded-box bg-soft py-1.5 pr-1.5 pl-4">
      <p role="status" className="tabular min-h-5 min-w-0 flex-1 py-1.5 text-small text-pretty">
        {looking
          ? t('upload.looking', { count: found, files: formatNumber(found) })
          : [
              passed > 0 && t('upload.passed', { count: passed, files: formatNumber(passed) }),
              passedNames.length > 0 &&
                t('upload.passed.names', { count: passed - passedNames.length, names: formatList(passedNames.map(isolate)) }),
              unread > 0 && t('upload.unread', { count: unread, files: formatNumber(unread) }),
            ]
              .filter(Boolean)
              .join(' ')}
      </p>
      {!looking && (
        <Button variant="ghost" size="icon" aria-label={t('upload.passed.close')} title={t('upload.passed.close')} onClick={onDismiss}>
          <X aria-hidden size={16} />
        </Button>
      )}
    </div>
  )
}
