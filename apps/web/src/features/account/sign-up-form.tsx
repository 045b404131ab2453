import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { type NewAccount, NewAccountFields, trimAccount } from '#components/account-fields.tsx'
import { FormError } from '#components/form-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

export function SignUpForm({ onDone }: { onDone: () => Promise<void> }) {
  const submit = useMutation({
    mutationFn: async (values: NewAccount) => {
      const auth = await import('#lib/auth.ts')
      await auth.signUp(trimAccount(values))
      await onDone()
    },
  })
  return (
    <Form className="flex flex-col gap-4.5" onFormSubmit={(values: NewAccount) => submit.mutate(values)}>
      <NewAccountFields />
      <FormError error={submit.error} />
      <Button type="submit" size="large" disabled={submit.isPending} className="mt-1">
        {submit.isPending ? t('action.working') : t('signUp.submit')}
      </Button>
    </Form>
  )
}
