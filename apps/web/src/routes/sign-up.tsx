import { useQueryClient } from '@tanstack/react-query'
import { createFileRoute, Link, redirect, useRouter } from '@tanstack/react-router'
import { FocusPage } from '#components/focus-page.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { SignUpForm } from '#features/account/sign-up-form.tsx'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { safeNext } from '#lib/next-path.ts'
import { usePageTitle } from '#lib/page-title.ts'

export const Route = createFileRoute('/sign-up')({
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = safeNext(search['next'])
    return next === undefined ? {} : { next }
  },
  beforeLoad: async ({ context: { queryClient }, search }) => {
    const status = await queryClient.ensureQueryData(statusQuery)
    if (status.needsSetup) throw redirect({ to: '/setup', replace: true })
    if (await queryClient.ensureQueryData(accountQuery)) throw redirect({ href: search.next ?? '/', replace: true })
    if (status.signUp !== 'open') throw redirect({ to: '/sign-in', replace: true })
  },
  component: SignUpPage,
})

function SignUpPage() {
  const { next } = Route.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  usePageTitle(t('signUp.title'))
  return (
    <FocusPage>
      <PageHeading className="mt-9 mb-6" description={t('signUp.text')}>
        {t('signUp.title')}
      </PageHeading>
      <SignUpForm
        onDone={async () => {
          await client.fetchQuery({ ...accountQuery, staleTime: 0 })
          await router.navigate({ href: next ?? '/', replace: true })
        }}
      />
      <p className="mt-6 text-muted">
        <Link
          to="/sign-in"
          search={next === undefined ? {} : { next }}
          className="rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink"
        >
          {t('signUp.signIn')}
        </Link>
      </p>
    </FocusPage>
  )
}
