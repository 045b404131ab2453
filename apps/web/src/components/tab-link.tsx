import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

type TabLinkProps = Pick<LinkProps, 'to' | 'params' | 'search' | 'activeOptions'> & { children: ReactNode }

/** One of the pages that belong together; in a `TabLinks`. */
export function TabLink({ children, ...link }: TabLinkProps) {
  return (
    <Link
      {...link}
      className="-mb-px flex min-h-10 items-center border-b-2 border-transparent px-0.5 whitespace-nowrap text-muted outline-offset-[-3px] transition-colors duration-150 hover:text-ink aria-[current=page]:border-ink aria-[current=page]:font-medium aria-[current=page]:text-ink max-md:min-h-11"
    >
      {children}
    </Link>
  )
}

export function TabLinks({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="mt-5 mb-5 flex gap-6 overflow-x-auto border-b border-line max-md:gap-5">
      {children}
    </nav>
  )
}
