import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

type Values = { name: string; email: string; password: string }

export function SignUpForm({ onDone }: { onDone: () => Promise<void> }) {
  const submit = useMutation({
    mutationFn: async ({ name, email, password }: Values) => {
      const auth = await import('#lib/auth.ts')
      await auth.signUp({ name: name.trim(), email: email.trim(), password })
      await onDone()
    },
  })
  return (
    <Form className="flex flex-col gap-4.5" onFormSubmit={(values: Values) => submit.mutate(values)}>
      <TextField name="name" label={t('account.name')} required maxLength={limits.nameLength} autoComplete="name" />
      <TextField
        name="email"
        type="email"
        label={t('account.email')}
        required
        autoComplete="email"
        inputMode="email"
        autoCapitalize="off"
        spellCheck={false}
      />
      <TextField
        name="password"
        type="password"
        label={t('account.password')}
        required
        minLength={limits.passwordLength.min}
        maxLength={limits.passwordLength.max}
        autoComplete="new-password"
        description={t('account.passwordHint')}
      />
      <FormError error={submit.error} />
      <Button type="submit" size="large" disabled={submit.isPending} className="mt-1">
        {submit.isPending ? t('action.working') : t('signUp.submit')}
      </Button>
    </Form>
  )
}
