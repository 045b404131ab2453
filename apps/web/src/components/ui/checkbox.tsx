import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export function Checkbox({ className, ...props }: ComponentProps<typeof BaseCheckbox.Root>) {
  return (
    <BaseCheckbox.Root
      className={cn(
        'grid size-[18px] shrink-0 place-items-center rounded-[5px] border border-field-line bg-card text-on-accent data-checked:border-accent data-checked:bg-accent data-disabled:opacity-60',
        className,
      )}
      {...props}
    >
      <BaseCheckbox.Indicator>
        <Check aria-hidden size={13} strokeWidth={3} />
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  )
}
