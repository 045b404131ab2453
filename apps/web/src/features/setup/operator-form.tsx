import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { type NewAccount, NewAccountFields, trimAccount } from '#components/account-fields.tsx'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { describeCode, errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { instance } from '#lib/rpc.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'

type Values = NewAccount & { code?: string }

/** The first account. The code proves that one sits at the server; the link that it printed carries it. */
export function OperatorForm({ code, onCreated }: { code: string | undefined; onCreated: () => void }) {
  const create = useMutation(
    instance.setup.createOperator.mutationOptions({
      onSuccess: onCreated,
      onError: (error) => setCodeRefused((before) => before || errorCode(error) === 'WRONG_CODE'),
    }),
  )
  const failure = errorCode(create.error)
  const wrongCode = failure === 'WRONG_CODE'
  const emailTaken = failure === 'CONFLICT'
  const [codeRefused, setCodeRefused] = useState(false)
  const askCode = code === undefined || wrongCode || codeRefused
  const errors = useFieldErrors(
    wrongCode ? 'code' : 'email',
    wrongCode ? describeCode('WRONG_CODE').text : emailTaken ? describeCode('EMAIL_TAKEN').text : null,
  )
  const submit = useSubmitOnce()
  return (
    <Form
      className="flex flex-col gap-4.5"
      errors={errors}
      onInput={() => create.isError && create.reset()}
      onFormSubmit={(values: Values) =>
        submit(() => create.mutateAsync({ code: (askCode ? (values.code ?? '') : code).trim(), ...trimAccount(values) }))
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
      <NewAccountFields />
      {!wrongCode && !emailTaken && <FormError error={create.error} />}
      <div className="mt-1.5 flex justify-end max-md:flex-col">
        <Button type="submit" size="large" disabled={create.isPending}>
          {create.isPending ? t('action.working') : t('setup.continue')}
        </Button>
      </div>
    </Form>
  )
}
