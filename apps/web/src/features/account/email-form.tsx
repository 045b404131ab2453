import type { Account } from '@carrel/api/schema/account'
import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button } from '#components/ui/button.tsx'
import { statusQuery } from '#lib/account.ts'
import { cn } from '#lib/class-names.ts'
import { errorCode } from '#lib/error-text.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'

/** The address by which somebody signs in: whether it is confirmed, and the way to another one. */
export function Email({ user }: Pick<Account, 'user'>) {
  const { data: status } = useQuery(statusQuery)
  const [open, setOpen] = useState(false)
  const [asked, setAsked] = useState<string | null>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const wasOpen = useRef(false)
  useEffect(() => {
    if (wasOpen.current && !open) opener.current?.focus()
    wasOpen.current = open
  }, [open])
  const verify = useMutation(instance.account.requestVerification.mutationOptions({ onSuccess: () => setAsked(user.email) }))
  const mail = status?.mail === true
  return (
    <section aria-labelledby="email-title">
      <h2 id="email-title" className="section-title">
        {t('account.email')}
      </h2>
      <p className="mt-0.5 flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <span className="min-w-0 [overflow-wrap:anywhere]">{user.email}</span>
        <span className={cn('rounded-full px-2 py-0.5 text-meta', user.emailVerified ? 'bg-accent-soft' : 'bg-warn-soft text-warn')}>
          {t(user.emailVerified ? 'account.email.confirmed' : 'account.email.unconfirmed')}
        </span>
      </p>
      {status?.mail === false && <p className="mt-1 text-pretty text-muted">{t('account.email.noMail')}</p>}
      {asked !== null && (
        <p role="status" className="mt-3 rounded-box bg-soft px-4.5 py-3.5 text-pretty [overflow-wrap:anywhere]">
          {t(asked === user.email ? 'account.email.sent' : 'account.email.changeSent', { email: asked })}
        </p>
      )}
      {verify.error !== null && (
        <div className="mt-3">
          <FormError error={verify.error} />
        </div>
      )}
      {mail && !open && (
        <div className="mt-3 flex flex-wrap gap-2 max-md:flex-col">
          {!user.emailVerified && (
            <Button variant="outline" disabled={verify.isPending} onClick={() => verify.mutate(undefined)}>
              {verify.isPending ? t('action.working') : t('account.email.send')}
            </Button>
          )}
          <Button ref={opener} variant="outline" onClick={() => setOpen(true)}>
            {t('account.email.open')}
          </Button>
        </div>
      )}
      {open && (
        <EmailForm
          onDone={(email) => {
            setAsked(email)
            setOpen(false)
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  )
}

const refusals = {
  WRONG_PASSWORD: { field: 'password', text: 'account.password.wrong' },
  SAME_ADDRESS: { field: 'email', text: 'account.email.same' },
  // The one conflict there is: the account has no password.
  CONFLICT: { field: 'password', text: 'account.password.none' },
} as const
const refusalOf = (code: string) => (Object.hasOwn(refusals, code) ? refusals[code as keyof typeof refusals] : undefined)

function EmailForm({ onDone, onClose }: { onDone: (email: string) => void; onClose: () => void }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const change = useMutation(instance.account.changeEmail.mutationOptions({ onSuccess: (_done, { email }) => onDone(email) }))
  const refusal = refusalOf(errorCode(change.error))
  const errors = useFieldErrors(refusal?.field ?? 'email', refusal === undefined ? null : t(refusal.text))
  const onValueChange = () => {
    if (change.isError) change.reset()
  }
  return (
    <Form
      className="mt-3 flex animate-appear flex-col gap-4.5 rounded-box border border-line bg-card p-4.5"
      errors={errors}
      onFormSubmit={(values: { email: string; password: string }) => {
        if (!change.isPending) change.mutate({ email: values.email.trim(), password: values.password })
      }}
    >
      <TextField
        ref={input}
        name="email"
        type="email"
        label={t('account.email.next')}
        required
        maxLength={254}
        autoComplete="email"
        inputMode="email"
        autoCapitalize="off"
        spellCheck={false}
        description={t('account.email.nextHint')}
        onValueChange={onValueChange}
      />
      <TextField
        name="password"
        type="password"
        label={t('account.password.current')}
        required
        maxLength={limits.passwordLength.max}
        autoComplete="current-password"
        onValueChange={onValueChange}
      />
      {refusal === undefined && <FormError error={change.error} />}
      <div className="flex flex-wrap gap-2 max-md:flex-col">
        <Button type="submit" disabled={change.isPending}>
          {change.isPending ? t('action.working') : t('account.email.submit')}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          {t('action.cancel')}
        </Button>
      </div>
    </Form>
  )
}
