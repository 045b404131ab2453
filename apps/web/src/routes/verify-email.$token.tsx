import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createFileRoute, Link } from '@tanstack/react-router'
import { useEffect, type ReactNode } from 'react'
import { FocusPage, Wordmark } from '#components/focus-page.tsx'
import { FormError } from '#components/form-error.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { Notice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { focusHeading } from '#lib/route-focus.ts'
import { instance } from '#lib/rpc.ts'

/** Where the link in the mail leads. It takes a press: programs that look at mails open links, too. */
export const Route = createFileRoute('/verify-email/$token')({ component: VerifyEmailPage })

/** Nobody is asked about what cannot be a token. */
const form = /^[\w-]{43}$/

function VerifyEmailPage() {
  const { token } = Route.useParams()
  const client = useQueryClient()
  const { data: account } = useQuery(accountQuery)
  const confirm = useMutation(
    instance.account.confirmEmail.mutationOptions({ onSuccess: () => client.fetchQuery({ ...accountQuery, staleTime: 0 }) }),
  )
  usePageTitle(t('verify.title'))
  const code = errorCode(confirm.error)
  if (!form.test(token) || code === 'INVALID_TOKEN') return <Done title={t('verify.ended.title')}>{t('verify.ended.text')}</Done>
  if (code === 'EMAIL_TAKEN') return <Done title={t('verify.taken.title')}>{t('verify.taken.text')}</Done>
  if (code === 'NOT_SIGNED_IN') {
    return (
      <Done
        title={t('verify.signIn.title')}
        action={
          account ? undefined : (
            <Link to="/sign-in" search={{ next: `/verify-email/${token}` }} className={buttonVariants({ size: 'large' })}>
              {t('signIn.submit')}
            </Link>
          )
        }
      >
        {t(account ? 'verify.signIn.other' : 'verify.signIn.text', { email: account?.user.email ?? '' })}
      </Done>
    )
  }
  if (confirm.data) {
    const { email, changed } = confirm.data
    return (
      <Done
        title={t(changed ? 'verify.changed.title' : 'verify.done.title')}
        action={
          <Link to={account ? '/' : '/sign-in'} className={buttonVariants({ size: 'large' })}>
            {t(account ? 'verify.open' : 'signIn.submit')}
          </Link>
        }
      >
        {t(changed ? 'verify.changed.text' : 'verify.done.text', { email })}
      </Done>
    )
  }
  return (
    <FocusPage>
      <PageHeading className="mt-9 mb-6" description={t('verify.text')}>
        {t('verify.title')}
      </PageHeading>
      <div className="flex flex-col items-start gap-4.5">
        <FormError error={confirm.error} />
        <Button size="large" className="max-md:w-full" disabled={confirm.isPending} onClick={() => confirm.mutate({ token })}>
          {confirm.isPending ? t('action.working') : t('verify.submit')}
        </Button>
      </div>
    </FocusPage>
  )
}

function Done({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  useEffect(focusHeading, [])
  return (
    <FocusPage top={<Wordmark />}>
      <Notice heading="h1" className="px-0 py-20 [overflow-wrap:anywhere]" title={title} action={action}>
        {children}
      </Notice>
    </FocusPage>
  )
}
