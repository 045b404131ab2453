import { ChevronDown } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from '#lib/class-names.ts'

/** The browser's own list of choices: the best there is on phones. */
export function NativeSelect({ className, ...props }: ComponentProps<'select'>) {
  return (
    <span className={cn('relative block min-w-0', className)}>
      <select
        className="h-11 w-full min-w-0 cursor-pointer appearance-none truncate rounded-field border border-field-line bg-card pr-9 pl-3 text-base font-normal text-ink transition-colors duration-150 hover:border-muted focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent disabled:cursor-default disabled:opacity-50 max-md:text-[1rem]"
        {...props}
      />
      <ChevronDown aria-hidden size={16} className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-muted" />
    </span>
  )
}
