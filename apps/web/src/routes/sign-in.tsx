import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useEffect } from 'react'
import { SignInForm } from '#features/account/sign-in-form.tsx'
import { statusQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { forget } from '#lib/session.ts'
import { requireVisitor, useEnter, validateNext, VisitorLink, VisitorPage } from './-visitor-page.tsx'

export const Route = createFileRoute('/sign-in')({
  validateSearch: validateNext,
  beforeLoad: async ({ context: { queryClient }, search }) => void (await requireVisitor(queryClient, search)),
  component: SignInPage,
})

function SignInPage() {
  const search = Route.useSearch()
  const enter = useEnter(search)
  const client = useQueryClient()
  const { data: status } = useSuspenseQuery(statusQuery)
  useEffect(() => forget(client), [client])
  return (
    <VisitorPage
      title={t('signIn.title')}
      text={t('signIn.text')}
      foot={
        status.signUp === 'open' ? (
          <VisitorLink to="/sign-up" search={search}>
            {t('signIn.signUp')}
          </VisitorLink>
        ) : (
          t(status.signUp === 'invite' ? 'signIn.invite' : 'signIn.closed')
        )
      }
    >
      <SignInForm onDone={enter} />
    </VisitorPage>
  )
}
