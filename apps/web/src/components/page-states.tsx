import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
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

/** What is left of a page that failed; trying again loads it anew. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <ErrorNotice
      heading="h1"
      className="py-24"
      error={error}
      onRetry={() => {
        reset()
        void router.invalidate()
      }}
    />
  )
}
