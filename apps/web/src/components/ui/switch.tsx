import { Switch as BaseSwitch } from '@base-ui/react/switch'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export function Switch({ className, ...props }: ComponentProps<typeof BaseSwitch.Root>) {
  return (
    <BaseSwitch.Root
      className={cn(
        'relative inline-flex h-6 w-10 shrink-0 cursor-pointer items-center rounded-full bg-field-line p-0.5 transition-colors duration-150 before:absolute before:-inset-2 data-checked:bg-accent data-disabled:opacity-50',
        className,
      )}
      {...props}
    >
      <BaseSwitch.Thumb className="size-5 rounded-full bg-card shadow-lift transition-transform duration-150 data-checked:translate-x-4" />
    </BaseSwitch.Root>
  )
}
