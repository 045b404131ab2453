import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'

/** A quiet dot; it breathes while the library is being scanned. */
export function ScanDot({ scanning, className }: { scanning: boolean; className?: string }) {
  return (
    <span className={cn('grid size-4 shrink-0 place-items-center', className)}>
      <span
        aria-hidden
        className={cn(
          'size-1.5 rounded-full',
          scanning ? 'animate-dot bg-accent shadow-[0_0_0_4px_color-mix(in_oklab,var(--accent)_28%,transparent)]' : 'bg-line-strong',
        )}
      />
      {scanning && <span className="sr-only">{t('library.scanning')}</span>}
    </span>
  )
}
