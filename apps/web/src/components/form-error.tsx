import { CircleAlert, Lightbulb } from 'lucide-react'
import { cn } from '#lib/class-names.ts'
import { describeError, errorCode } from '#lib/error-text.ts'

/** Why what was asked for was not done, beside its button. */
export function FormError({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  const { title, text } = describeError(error)
  const advice = errorCode(error) === 'LAST_OWNER'
  const Icon = advice ? Lightbulb : CircleAlert
  return (
    <div role="alert" className={cn('flex gap-2.5 rounded-box p-3 text-small', advice ? 'bg-warn-soft' : 'bg-danger-soft')}>
      <Icon aria-hidden size={17} className={cn('mt-px shrink-0', advice ? 'text-warn' : 'text-danger')} />
      <p>
        <strong className="font-semibold">{title}</strong> {text}
      </p>
    </div>
  )
}
