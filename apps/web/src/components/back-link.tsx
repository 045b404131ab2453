import { createLink } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import type { ComponentProps } from 'react'

function Back({ children, ...props }: ComponentProps<'a'>) {
  return (
    <a
      {...props}
      className="-ml-1 inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-field px-1 text-small text-muted hover:text-ink max-md:min-h-10"
    >
      <ArrowLeft aria-hidden size={16} className="shrink-0 rtl:rotate-180" />
      <span dir="auto" className="truncate">
        {children}
      </span>
    </a>
  )
}

/** Leads up to where the page belongs. */
export const BackLink = createLink(Back)
