import type { ReactNode } from 'react'
import { cn } from '#lib/class-names.ts'

export function Chip({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <span dir="auto" className={cn('inline-block max-w-full truncate rounded-full bg-soft px-2.5 py-0.5 text-meta', className)}>
      {children}
    </span>
  )
}
