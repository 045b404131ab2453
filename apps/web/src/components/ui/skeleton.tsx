import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return <div aria-hidden className={cn('animate-breathe rounded-[5px] bg-soft-strong', className)} {...props} />
}
