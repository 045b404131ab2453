import { Radio } from '@base-ui/react/radio'
import { RadioGroup as BaseRadioGroup } from '@base-ui/react/radio-group'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '#lib/class-names.ts'

export const RadioGroup = BaseRadioGroup

/** A choice as a whole card: title, reason, dot. */
export function RadioCard({
  className,
  title,
  description,
  ...props
}: Omit<ComponentProps<typeof Radio.Root>, 'title'> & { title: ReactNode; description: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- the radio inside is a component
    <label
      className={cn(
        'flex cursor-pointer items-start gap-3 rounded-box border border-line bg-card p-3.5 transition-colors duration-150 hover:border-line-strong has-data-checked:border-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
        className,
      )}
    >
      <Radio.Root
        className="mt-0.5 grid size-[18px] shrink-0 place-items-center rounded-full border border-field-line outline-none data-checked:border-accent data-checked:bg-accent"
        {...props}
      >
        <Radio.Indicator className="size-2 rounded-full bg-on-accent" />
      </Radio.Root>
      <span className="min-w-0">
        <span className="block font-medium">{title}</span>
        <span className="block text-meta text-muted">{description}</span>
      </span>
    </label>
  )
}
