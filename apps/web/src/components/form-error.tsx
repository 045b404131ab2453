import { CircleAlert } from 'lucide-react'
import { describeError } from '#lib/error-text.ts'

/** Why what was asked for was not done, beside its button. */
export function FormError({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null
  const { title, text } = describeError(error)
  return (
    <div role="alert" className="flex gap-2.5 rounded-box bg-danger-soft p-3 text-small">
      <CircleAlert aria-hidden size={17} className="mt-px shrink-0 text-danger" />
      <p>
        <strong className="font-semibold">{title}</strong> {text}
      </p>
    </div>
  )
}
