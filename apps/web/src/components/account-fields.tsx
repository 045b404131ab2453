import { limits } from '@carrel/api/limits'
import { TextField } from '#components/text-field.tsx'
import { t } from '#lib/i18n.ts'

export type NewAccount = { name: string; email: string; password: string }

/** As typed, without the spaces around; a password keeps its own. */
export function trimAccount({ name, email, password }: NewAccount): NewAccount {
  return { name: name.trim(), email: email.trim(), password }
}

/** What everybody is asked who gets an account; an address that is given cannot be changed. */
export function NewAccountFields({ email }: { email?: string | undefined }) {
  return (
    <>
      <TextField name="name" label={t('account.name')} required maxLength={limits.nameLength} autoComplete="name" />
      <EmailField autoComplete={email === undefined ? 'email' : 'username'} value={email} />
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
    </>
  )
}

type EmailFieldProps = { autoComplete: 'email' | 'username' | 'off'; value?: string | undefined; defaultValue?: string | undefined }

/** With a `value`, one that can be read and not changed. */
export function EmailField({ autoComplete, value, defaultValue }: EmailFieldProps) {
  return (
    <TextField
      name="email"
      type="email"
      label={t('account.email')}
      required
      autoComplete={autoComplete}
      inputMode="email"
      autoCapitalize="off"
      spellCheck={false}
      {...(value === undefined ? { defaultValue } : { value, readOnly: true, className: 'bg-soft text-muted' })}
    />
  )
}
