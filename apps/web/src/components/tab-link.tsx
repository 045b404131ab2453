import { Link, type LinkProps, useRouter } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { cn } from '#lib/class-names.ts'

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

/** On a phone the present page is scrolled to, where there are many. */
export function TabLinks({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  const bar = useRef<HTMLElement>(null)
  const router = useRouter()
  useEffect(() => {
    const show = (): void => {
      const current = bar.current?.querySelector<HTMLElement>('[aria-current=page]')
      if (bar.current && current) bar.current.scrollLeft = current.offsetLeft + current.offsetWidth / 2 - bar.current.clientWidth / 2
    }
    show()
    return router.subscribe('onRendered', show)
  }, [router])
  return (
    <nav
      ref={bar}
      aria-label={label}
      className={cn('relative mt-5 mb-5 flex gap-6 overflow-x-auto border-b border-line [scrollbar-width:none] max-md:gap-5', className)}
    >
      {children}
    </nav>
  )
}
