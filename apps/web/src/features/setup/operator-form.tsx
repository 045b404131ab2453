import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { describeCode, errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'

type Values = { code?: string; name: string; email: string; password: string }

/** The first account. The code proves that one sits at the server; the link that it printed carries it. */
export function OperatorForm({ code, onCreated }: { code: string | undefined; onCreated: () => void }) {
  const create = useMutation(instance.setup.createOperator.mutationOptions({ onSuccess: onCreated }))
  const failure = errorCode(create.error)
  const wrongCode = failure === 'WRONG_CODE'
  const emailTaken = failure === 'CONFLICT'
  const askCode = code === undefined || wrongCode
  return (
    <Form
      className="flex flex-col gap-4.5"
      errors={{
        ...(wrongCode ? { code: describeCode('WRONG_CODE').text } : {}),
        ...(emailTaken ? { email: describeCode('EMAIL_TAKEN').text } : {}),
      }}
      onFormSubmit={(values: Values) =>
        create.mutate({
          code: (askCode ? (values.code ?? '') : code).trim(),
          name: values.name.trim(),
          email: values.email.trim(),
          password: values.password,
        })
      }
    >
      {askCode && (
        <TextField
          name="code"
          label={t('setup.code')}
          required
          maxLength={64}
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          description={t('setup.codeHint')}
          className="font-mono"
        />
      )}
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
      {!wrongCode && !emailTaken && <FormError error={create.error} />}
      <div className="mt-1.5 flex justify-end max-md:flex-col">
        <Button type="submit" size="large" disabled={create.isPending}>
          {create.isPending ? t('action.working') : t('setup.continue')}
        </Button>
      </div>
    </Form>
  )
}
