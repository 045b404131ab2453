import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { EmailField } from '#components/account-fields.tsx'
import { FormError } from '#components/form-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

/** Asks for the link; the answer is the same whether there is such an account or not. */
export function ForgotPasswordForm() {
  const submit = useMutation({
    mutationFn: async (email: string) => {
      const auth = await import('#lib/auth.ts')
      await auth.requestPasswordReset(email)
      return email
    },
  })
  if (submit.isSuccess) {
    return (
      <p role="status" className="rounded-box bg-soft px-4.5 py-3.5">
        {t('forgot.sent', { email: submit.data })}
      </p>
    )
  }
  return (
    <Form className="flex flex-col gap-4.5" onFormSubmit={(values: { email: string }) => submit.mutate(values.email.trim())}>
      <EmailField autoComplete="username" />
      <FormError error={submit.error} />
      <Button type="submit" size="large" disabled={submit.isPending} className="mt-1">
        {submit.isPending ? t('action.working') : t('forgot.submit')}
      </Button>
    </Form>
  )
}
