import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from '#lib/class-names.ts'

export function Checkbox({ className, ...props }: ComponentProps<typeof BaseCheckbox.Root>) {
  return (
    <BaseCheckbox.Root
      className={cn(
        'grid size-[18px] shrink-0 place-items-center rounded-[5px] border border-field-line bg-card outline-none data-checked:border-accent data-checked:bg-accent',
        className,
      )}
      {...props}
    >
      <BaseCheckbox.Indicator className="grid place-items-center text-on-accent">
        <Check aria-hidden size={13} strokeWidth={3} />
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  )
}

/** A box with its words; `reason` says why it cannot be changed. */
export function CheckboxRow({
  className,
  title,
  description,
  reason,
  ...props
}: Omit<ComponentProps<typeof BaseCheckbox.Root>, 'title'> & { title: ReactNode; description?: ReactNode; reason?: string | undefined }) {
  const id = useId()
  return (
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the checkbox inside is a component
    <label
      className={cn(
        'flex items-start gap-3 rounded-field px-2.5 py-2 transition-colors duration-150 has-focus-visible:outline-2 has-focus-visible:outline-accent max-md:py-2.5',
        props.disabled ? 'cursor-default' : 'cursor-pointer hover:bg-soft',
        className,
      )}
    >
      <Checkbox className="mt-px data-disabled:opacity-50" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`} {...props} />
      <span className="min-w-0">
        <span id={`${id}-title`} dir="auto" className={cn('block', props.disabled && 'text-muted')}>
          {title}
        </span>
        <span id={`${id}-text`} className="block text-meta text-muted empty:hidden">
          {description}
          {reason !== undefined && <span className="block text-warn">{reason}</span>}
        </span>
      </span>
    </label>
  )
}
