import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { EmailField } from '#components/account-fields.tsx'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

export function SignInForm({ email, onDone }: { email?: string | undefined; onDone: () => Promise<void> }) {
  const submit = useMutation({
    mutationFn: async (values: { email: string; password: string }) => {
      const auth = await import('#lib/auth.ts')
      await auth.signIn({ email: values.email.trim(), password: values.password })
      await onDone()
    },
  })
  return (
    <Form className="flex flex-col gap-4.5" onFormSubmit={(values: { email: string; password: string }) => submit.mutate(values)}>
      <EmailField autoComplete="username" defaultValue={email} />
      <TextField name="password" type="password" label={t('account.password')} required autoComplete="current-password" />
      <FormError error={submit.error} />
      <Button type="submit" size="large" disabled={submit.isPending} className="mt-1">
        {submit.isPending ? t('action.working') : t('signIn.submit')}
      </Button>
    </Form>
  )
}
