import { Field as BaseField } from '@base-ui/react/field'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export function Field({ className, ...props }: ComponentProps<typeof BaseField.Root>) {
  return <BaseField.Root className={cn('flex flex-col gap-1.5', className)} {...props} />
}

export function FieldLabel({ className, ...props }: ComponentProps<typeof BaseField.Label>) {
  return <BaseField.Label className={cn('text-small font-medium', className)} {...props} />
}

export function FieldDescription({ className, ...props }: ComponentProps<typeof BaseField.Description>) {
  return <BaseField.Description className={cn('text-meta text-muted', className)} {...props} />
}

export function FieldError({ className, ...props }: ComponentProps<typeof BaseField.Error>) {
  return <BaseField.Error className={cn('text-meta text-danger', className)} {...props} />
}
