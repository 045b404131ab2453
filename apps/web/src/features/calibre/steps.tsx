import { cn } from '#lib/class-names.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

const steps = ['found', 'columns', 'run'] as const

export function Steps({ current }: { current: (typeof steps)[number] }) {
  const at = steps.indexOf(current)
  return (
    <nav aria-label={t('calibre.steps')} className="mb-6">
      <ol className="flex gap-2">
        {steps.map((step, index) => (
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
