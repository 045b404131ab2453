import { createFileRoute, redirect } from '@tanstack/react-router'
import { SignUpForm } from '#features/account/sign-up-form.tsx'
import { t } from '#lib/i18n.ts'
import { requireVisitor, useEnter, validateNext, VisitorLink, VisitorPage } from './-visitor-page.tsx'

export const Route = createFileRoute('/sign-up')({
  validateSearch: validateNext,
  beforeLoad: async ({ context: { queryClient }, search }) => {
    const { signUp } = await requireVisitor(queryClient, search)
    if (signUp !== 'open') throw redirect({ to: '/sign-in', replace: true })
  },
  component: SignUpPage,
})

function SignUpPage() {
  const search = Route.useSearch()
  const enter = useEnter(search)
  return (
    <VisitorPage
      title={t('signUp.title')}
      text={t('signUp.text')}
      foot={
        <VisitorLink to="/sign-in" search={search}>
          {t('signUp.signIn')}
        </VisitorLink>
      }
    >
      <SignUpForm onDone={enter} />
    </VisitorPage>
  )
}
