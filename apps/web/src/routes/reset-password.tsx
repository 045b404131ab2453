import { createFileRoute } from '@tanstack/react-router'
import { ResetPasswordForm } from '#features/account/reset-password-form.tsx'
import { t } from '#lib/i18n.ts'
import { VisitorLink, VisitorPage } from './-visitor-page.tsx'

/** Where the link in the mail leads, whoever is signed in here. */
export const Route = createFileRoute('/reset-password')({
  validateSearch: (search: Record<string, unknown>): { token?: string } =>
    typeof search['token'] === 'string' ? { token: search['token'].slice(0, 200) } : {},
  component: ResetPasswordPage,
})

function ResetPasswordPage() {
  const { token = '' } = Route.useSearch()
  return (
    <VisitorPage title={t('reset.title')} text={t('reset.text')} foot={<VisitorLink to="/forgot-password">{t('reset.again')}</VisitorLink>}>
      <ResetPasswordForm token={token} />
    </VisitorPage>
  )
}
