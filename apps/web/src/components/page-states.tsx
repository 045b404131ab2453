import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { useCallback, useEffect } from 'react'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { isTransient } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'

/** No such page, or none that this person may know of: the same words for both. */
export function NotFoundPage() {
  usePageTitle(t('notFound.title'))
  return (
    <Notice
      heading="h1"
      className="py-24"
      title={t('notFound.title')}
      art={<EmptyShelf />}
      action={
        <Link to="/" className={buttonVariants({ variant: 'outline' })}>
          {t('notFound.home')}
        </Link>
      }
    >
      {t('notFound.text')}
    </Notice>
  )
}

const askAgainMs = 3000

/** What is left of a page that failed. When the server was away, it comes back by itself. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = useCallback(() => {
    reset()
    void router.invalidate()
  }, [reset, router])

  const away = isTransient(error)
  useEffect(() => {
    if (!away) return
    const timer = setInterval(async () => {
      const ready = await fetch('/readyz').then(
        ({ ok }) => ok,
        () => false,
      )
      if (ready) retry()
    }, askAgainMs)
    return () => clearInterval(timer)
  }, [away, retry])

  return <ErrorNotice heading="h1" className="py-24" error={error} onRetry={retry} />
}

/** While the server takes its time: the mark, breathing, where the page will be. */
export function WaitingPage() {
  return (
    <div role="status" className="grid min-h-[70dvh] place-items-center">
      <svg aria-hidden width="36" height="36" viewBox="0 0 32 32" fill="none" className="animate-breathe text-line-strong">
        <path d="M8 6.500v19M15 6.500v19M21.500 7.500l6 18" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
      </svg>
      <span className="sr-only">{t('state.loading')}</span>
    </div>
  )
}
