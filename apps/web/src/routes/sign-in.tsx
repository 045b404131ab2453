import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute, Link, redirect, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { FocusPage } from '#components/focus-page.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { SignInForm } from '#features/account/sign-in-form.tsx'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { safeNext } from '#lib/next-path.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { forget } from '#lib/session.ts'

export const Route = createFileRoute('/sign-in')({
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = safeNext(search['next'])
    return next === undefined ? {} : { next }
  },
  beforeLoad: async ({ context: { queryClient }, search }) => {
    const status = await queryClient.ensureQueryData(statusQuery)
    if (status.needsSetup) throw redirect({ to: '/setup', replace: true })
    if (await queryClient.ensureQueryData(accountQuery)) throw redirect({ href: search.next ?? '/', replace: true })
  },
  component: SignInPage,
})

function SignInPage() {
  const { next } = Route.useSearch()
  const router = useRouter()
  const client = useQueryClient()
  const { data: status } = useSuspenseQuery(statusQuery)
  usePageTitle(t('signIn.title'))
  useEffect(() => forget(client), [client])
  return (
    <FocusPage>
      <PageHeading className="mt-9 mb-6" description={t('signIn.text')}>
        {t('signIn.title')}
      </PageHeading>
      <SignInForm
        onDone={async () => {
          await client.fetchQuery({ ...accountQuery, staleTime: 0 })
          await router.navigate({ href: next ?? '/', replace: true })
        }}
      />
      <p className="mt-6 text-muted">
        {status.signUp === 'open' ? (
          <Link
            to="/sign-up"
            search={next === undefined ? {} : { next }}
            className="rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink"
          >
            {t('signIn.signUp')}
          </Link>
        ) : (
          t(status.signUp === 'invite' ? 'signIn.invite' : 'signIn.closed')
        )}
      </p>
    </FocusPage>
  )
}
