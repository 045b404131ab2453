import { Lock, LockOpen } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'

/**
 * A field with the lock that keeps it from being overwritten by files; where it is locked, what the files say to go back to. The
 * controls get the id of the label and of what describes them.
 */
export function LockedField({
  label,
  locked,
  told,
  wrong,
  onLock,
  children,
}: {
  label: string
  locked: boolean
  /** What the sources say, when it is something else. */
  told: string | null
  wrong: string | null
  onLock: (locked: boolean) => void
  children: (ids: { labelledBy: string; describedBy: string }) => ReactNode
}) {
  const id = useId()
  const group = useRef<HTMLDivElement>(null)
  const isWrong = wrong !== null
  useEffect(() => {
    if (isWrong) group.current?.scrollIntoView({ block: 'nearest' })
  }, [isWrong])
  const Icon = locked ? Lock : LockOpen
  return (
    <div ref={group} role="group" aria-labelledby={id} className="min-w-0 scroll-my-4">
      <div className="mb-0.5 flex min-h-9 items-center justify-between gap-3">
        <span id={id} className="text-small font-medium">
          {label}
        </span>
        <button
          type="button"
          aria-pressed={locked}
          aria-label={t('edit.lock', { field: label })}
          title={t(locked ? 'edit.lock.on' : 'edit.lock.off')}
          onClick={() => onLock(!locked)}
          className={cn(
            '-mr-2 grid size-9 shrink-0 place-items-center rounded-field transition-colors duration-150 hover:bg-soft max-md:size-11',
            locked ? 'text-accent' : 'text-muted hover:text-ink',
          )}
        >
          <Icon aria-hidden size={15} />
        </button>
      </div>
      {children({ labelledBy: id, describedBy: `${id}-text` })}
      <div id={`${id}-text`} className="mt-1 text-meta empty:hidden">
        {wrong !== null && (
          <p role="alert" className="text-danger">
            {wrong}
          </p>
        )}
        {told !== null && (
          <p className="text-muted">
            {t('edit.told')}{' '}
            <bdi dir="auto" className="[overflow-wrap:anywhere]">
              {told === '' ? t('edit.told.nothing') : told}
            </bdi>{' '}
            <button
              type="button"
              aria-label={t('edit.told.useNamed', { field: label })}
              onClick={() => onLock(false)}
              className="rounded-[4px] font-medium text-ink underline decoration-line-strong underline-offset-3 hover:text-accent max-md:min-h-10"
            >
              {t('edit.told.use')}
            </button>
          </p>
        )}
      </div>
    </div>
  )
}
