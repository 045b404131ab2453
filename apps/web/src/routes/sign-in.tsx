import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { SignInForm } from '#features/account/sign-in-form.tsx'
import { statusQuery } from '#lib/account.ts'
import { t } from '#lib/i18n.ts'
import { forget } from '#lib/session.ts'
import { requireVisitor, useEnter, validateNext, VisitorLink, VisitorPage } from './-visitor-page.tsx'

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The address to sign in with; kept out of the address bar. */
    email?: string | undefined
  }
}

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
  const email = useLocation({ select: ({ state }) => state.email })
  useEffect(() => forget(client), [client])
  return (
    <VisitorPage
      title={t('signIn.title')}
      text={t('signIn.text')}
      foot={
        <>
          {status.mail && (
            <span className="mb-2 block">
              <VisitorLink to="/forgot-password">{t('signIn.forgot')}</VisitorLink>
            </span>
          )}
          {search.next?.startsWith('/join/') ? (
            <VisitorLink to={search.next}>{t('join.back')}</VisitorLink>
          ) : status.signUp === 'open' ? (
            <VisitorLink to="/sign-up" search={search}>
              {t('signIn.signUp')}
            </VisitorLink>
          ) : (
            t(status.signUp === 'invite' ? 'signIn.invite' : 'signIn.closed')
          )}
        </>
      }
    >
      <SignInForm email={email} onDone={enter} />
    </VisitorPage>
  )
}
