import type { ReactNode } from 'react'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#lib/class-names.ts'
import { describeError } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'

type NoticeProps = {
  title: string
  children?: ReactNode
  action?: ReactNode
  art?: ReactNode
  heading?: 'h1' | 'h2' | 'p'
  className?: string
}

/** What belongs here, or what happened, and the one thing to do about it. */
export function Notice({ title, children, action, art, heading: Heading = 'h2', className }: NoticeProps) {
  return (
    <div className={cn('mx-auto flex max-w-md flex-col items-center px-4 py-16 text-center', className)}>
      {art}
      <Heading
        {...(Heading === 'h1' ? { tabIndex: -1, 'data-page-heading': true } : {})}
        className="font-serif text-[1.3125rem] leading-snug font-[560] text-balance"
      >
        {title}
      </Heading>
      {children !== undefined && <div className="mt-2 text-pretty text-muted">{children}</div>}
      {action !== undefined && <div className="mt-6 flex flex-wrap justify-center gap-2.5">{action}</div>}
    </div>
  )
}

/** An error as a part of a page: what happened, what is safe, what to do. */
export function ErrorNotice({
  error,
  onRetry,
  heading = 'h2',
  className,
}: {
  error: unknown
  onRetry?: () => void
  heading?: 'h1' | 'h2'
  className?: string
}) {
  const { title, text, retry } = describeError(error)
  return (
    <div role="alert">
      <Notice
        title={title}
        heading={heading}
        {...(className === undefined ? {} : { className })}
        art={<LooseLeaf />}
        action={
          retry && onRetry ? (
            <Button variant="outline" onClick={onRetry}>
              {t('action.retry')}
            </Button>
          ) : undefined
        }
      >
        {text}
      </Notice>
    </div>
  )
}

/** Three spines, one leaning into the gap: an empty place on a shelf. */
export function EmptyShelf() {
  return (
    <svg aria-hidden width="132" height="76" viewBox="0 0 132 76" fill="none" className="mb-6 text-line-strong">
      <path d="M4 74.5h124" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <rect x="16" y="20" width="15" height="53" rx="2.5" fill="var(--soft)" stroke="currentColor" strokeWidth="2" />
      <rect x="33" y="12" width="18" height="61" rx="2.5" fill="var(--accent-soft)" stroke="var(--accent)" strokeWidth="2" />
      <path d="M37 24h10M37 29h10" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" />
      <rect
        x="56.5"
        y="17.3"
        width="15"
        height="56"
        rx="2.5"
        transform="rotate(-9 64 45)"
        fill="var(--soft)"
        stroke="currentColor"
        strokeWidth="2"
      />
      <path d="M84 72.500h28" stroke="currentColor" strokeWidth="2" strokeDasharray="1 5" strokeLinecap="round" />
      <rect
        x="86"
        y="24"
        width="16"
        height="49"
        rx="2.5"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray="3 5"
        strokeLinecap="round"
      />
    </svg>
  )
}

function LooseLeaf() {
  return (
    <svg aria-hidden width="76" height="76" viewBox="0 0 76 76" fill="none" className="mb-5 text-line-strong">
      <path
        d="M12 18c9-4 18-4 26 1v43c-8-5-17-5-26-1V18Z"
        fill="var(--soft)"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
      />
      <path
        d="M44 22c6.500-3.500 13-4 20-1.500L60 62c-5.500-2-11-1.500-17 1.500"
        stroke="var(--warn)"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
        strokeDasharray="4 5"
      />
      <path d="M18 29c5-1.500 9-1.500 13 .5M18 37c5-1.500 9-1.500 13 .5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  )
}
