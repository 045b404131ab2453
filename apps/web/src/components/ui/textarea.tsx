import { Field } from '@base-ui/react/field'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export function Textarea({ className, rows = 3, ...props }: ComponentProps<typeof Field.Control> & { rows?: number }) {
  return (
    <Field.Control
      render={<textarea rows={rows} />}
      className={cn(
        'field-sizing-content max-h-28 w-full min-w-0 resize-none rounded-field border border-field-line bg-card px-3 py-2.5 text-base text-ink transition-colors duration-150 hover:border-muted focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent data-invalid:border-danger max-md:text-[1rem]',
        className,
      )}
      {...props}
    />
  )
}
