import { Form } from '@base-ui/react/form'
import { limits } from '@carrel/api/limits'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

export function ResetPasswordForm({ token }: { token: string }) {
  const submit = useMutation({
    mutationFn: async (newPassword: string) => {
      const auth = await import('#lib/auth.ts')
      await auth.resetPassword({ token, newPassword })
    },
  })
  if (submit.isSuccess) {
    return (
      <div role="status" className="flex flex-col items-start gap-4.5">
        <p className="rounded-box bg-soft px-4.5 py-3.5">{t('reset.done')}</p>
        <Link to="/sign-in" className={buttonVariants({ size: 'large' })}>
          {t('signIn.submit')}
        </Link>
      </div>
    )
  }
  return (
    <Form className="flex flex-col gap-4.5" onFormSubmit={(values: { password: string }) => submit.mutate(values.password)}>
      <TextField
        name="password"
        type="password"
        label={t('reset.password')}
        required
        minLength={limits.passwordLength.min}
        maxLength={limits.passwordLength.max}
        autoComplete="new-password"
        description={t('account.passwordHint')}
      />
      <FormError error={submit.error} />
      <Button type="submit" size="large" disabled={submit.isPending} className="mt-1">
        {submit.isPending ? t('action.working') : t('reset.submit')}
      </Button>
    </Form>
  )
}
