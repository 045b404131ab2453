import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { errorCode } from '#lib/error-text.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'
import { toast } from '#lib/toasts.ts'

export function Password({ email }: { email: string }) {
  const [open, setOpen] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const closed = useRef(false)
  useEffect(() => {
    if (closed.current && !open) opener.current?.focus()
    closed.current = open
  }, [open])
  return (
    <section aria-labelledby="password-title">
      <h2 id="password-title" className="section-title">
        {t('account.password')}
      </h2>
      <p className="mt-0.5 text-muted">{t('account.password.text')}</p>
      {open ? (
        <PasswordForm email={email} onClose={() => setOpen(false)} />
      ) : (
        <Button ref={opener} variant="outline" className="mt-3 max-md:w-full" onClick={() => setOpen(true)}>
          {t('account.password.open')}
        </Button>
      )}
    </section>
  )
}

const refusals: Readonly<Record<string, 'account.password.wrong' | 'account.password.none'>> = {
  WRONG_PASSWORD: 'account.password.wrong',
  // The one conflict there is: the account has no password.
  CONFLICT: 'account.password.none',
}

function PasswordForm({ email, onClose }: { email: string; onClose: () => void }) {
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const change = useMutation(
    instance.account.changePassword.mutationOptions({
      onSuccess: () => {
        toast(t('account.password.done'), t('account.password.doneText'))
        onClose()
        return client.invalidateQueries({ queryKey: instance.account.sessions.key() })
      },
    }),
  )
  const refusal = refusals[errorCode(change.error)]
  const errors = useFieldErrors('current', refusal === undefined ? null : t(refusal))
  return (
    <Form
      className="mt-3 flex animate-appear flex-col gap-4.5 rounded-box border border-line bg-card p-4.5"
      errors={errors}
      onFormSubmit={(values: { current: string; next: string }) => {
        if (!change.isPending) change.mutate({ current: values.current, next: values.next })
      }}
    >
      {/* So that a password manager knows whose password changes. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <TextField
        ref={input}
        name="current"
        type="password"
        label={t('account.password.current')}
        required
        maxLength={limits.passwordLength.max}
        autoComplete="current-password"
        onValueChange={() => {
          if (change.isError) change.reset()
        }}
      />
      <TextField
        name="next"
        type="password"
        label={t('account.password.next')}
        required
        minLength={limits.passwordLength.min}
        maxLength={limits.passwordLength.max}
        autoComplete="new-password"
        description={t('account.passwordHint')}
      />
      {refusal === undefined && <FormError error={change.error} />}
      <div className="flex flex-wrap gap-2 max-md:flex-col">
        <Button type="submit" disabled={change.isPending}>
          {change.isPending ? t('action.working') : t('account.password.submit')}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          {t('action.cancel')}
        </Button>
      </div>
    </Form>
  )
}
