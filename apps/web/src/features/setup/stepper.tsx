import { Check } from 'lucide-react'
import { Fragment } from 'react'
import { cn } from '#lib/class-names.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { type SetupStep, setupSteps } from './steps.ts'

export function Stepper({ current }: { current: SetupStep }) {
  const at = setupSteps.indexOf(current)
  return (
    <nav aria-label={t('setup.progress')}>
      <ol className="flex items-center gap-2.5">
        {setupSteps.map((step, index) => (
          <Fragment key={step}>
            {index > 0 && <li aria-hidden className={cn('h-px min-w-3 flex-1', index <= at ? 'bg-line-strong' : 'bg-line')} />}
            <li
              aria-current={index === at ? 'step' : undefined}
              className={cn(
                'flex items-center gap-2 whitespace-nowrap',
                index === at ? 'font-semibold' : 'text-muted',
                index !== at && 'max-sm:text-small',
              )}
            >
              {index < at ? (
                <Check role="img" aria-label={t('setup.stepDone')} size={15} className="text-accent" />
              ) : (
                <span className="tabular">{formatNumber(index + 1)}</span>
              )}
              <span className={cn(index !== at && 'max-sm:sr-only')}>{t(`setup.step.${step}`)}</span>
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  )
}
