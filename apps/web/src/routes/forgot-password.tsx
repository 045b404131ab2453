import { createFileRoute, redirect } from '@tanstack/react-router'
import { ForgotPasswordForm } from '#features/account/forgot-password-form.tsx'
import { t } from '#lib/i18n.ts'
import { requireVisitor, VisitorLink, VisitorPage } from './-visitor-page.tsx'

export const Route = createFileRoute('/forgot-password')({
  beforeLoad: async ({ context: { queryClient } }) => {
    const { mail } = await requireVisitor(queryClient, {})
    if (!mail) throw redirect({ to: '/sign-in', replace: true })
  },
  component: ForgotPasswordPage,
})

function ForgotPasswordPage() {
  return (
    <VisitorPage title={t('forgot.title')} text={t('forgot.text')} foot={<VisitorLink to="/sign-in">{t('forgot.back')}</VisitorLink>}>
      <ForgotPasswordForm />
    </VisitorPage>
  )
}
