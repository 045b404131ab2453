import { Input as BaseInput } from '@base-ui/react/input'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export function Input({ className, ...props }: ComponentProps<typeof BaseInput>) {
  return (
    <BaseInput
      className={cn(
        'h-11 w-full min-w-0 rounded-field border border-field-line bg-card px-3 text-base text-ink transition-colors duration-150 hover:border-muted focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent data-disabled:opacity-50 data-invalid:border-danger max-md:text-[1rem]',
        className,
      )}
      {...props}
    />
  )
}
