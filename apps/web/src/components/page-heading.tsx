import type { ReactNode } from 'react'
import { cn } from '#lib/class-names.ts'

/** The one `h1` of a page; takes the focus after a change of page. */
export function PageHeading({
  children,
  description,
  actions,
  className,
  lang,
}: {
  children: ReactNode
  description?: ReactNode
  actions?: ReactNode
  className?: string
  lang?: string
}) {
  return (
    <header className={cn('flex flex-wrap items-end justify-between gap-x-6 gap-y-3.5', className)}>
      <div className="min-w-0 md:flex-1 md:basis-64">
        <h1 tabIndex={-1} data-page-heading lang={lang} dir="auto" className="page-title text-as-parent">
          {children}
        </h1>
        {description !== undefined && <p className="mt-0.5 text-muted">{description}</p>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}
