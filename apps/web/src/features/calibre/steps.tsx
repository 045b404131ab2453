import { cn } from '#lib/class-names.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

const steps = ['found', 'columns', 'run'] as const
type Step = (typeof steps)[number] | 'folder'

/** `copies`: books are copied from a folder, which is asked for first. */
export function Steps({ current, copies }: { current: Step; copies: boolean }) {
  const all: readonly Step[] = copies ? ['folder', ...steps] : steps
  const at = all.indexOf(current)
  return (
    <nav aria-label={t('calibre.steps')} className="mb-6">
      <ol className="flex gap-2">
        {all.map((step, index) => (
          <li
            key={step}
            aria-current={index === at ? 'step' : undefined}
            className={cn(
              'min-w-0 flex-1 border-t-3 pt-2 text-small',
              index <= at ? 'border-accent' : 'border-line',
              index === at ? 'font-semibold' : 'text-muted',
            )}
          >
            <span className="block truncate">
              <span className="tabular">{formatNumber(index + 1)}</span> {t(`calibre.step.${step}`)}
            </span>
          </li>
        ))}
      </ol>
    </nav>
  )
}
