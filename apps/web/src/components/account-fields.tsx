import { limits } from '@carrel/api/limits'
import { TextField } from '#components/text-field.tsx'
import { t } from '#lib/i18n.ts'

export type NewAccount = { name: string; email: string; password: string }

/** As typed, without the spaces around; a password keeps its own. */
export function trimAccount({ name, email, password }: NewAccount): NewAccount {
  return { name: name.trim(), email: email.trim(), password }
}

/** What everybody is asked who gets an account. */
export function NewAccountFields() {
  return (
    <>
      <TextField name="name" label={t('account.name')} required maxLength={limits.nameLength} autoComplete="name" />
      <EmailField autoComplete="email" />
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

export function EmailField({ autoComplete }: { autoComplete: 'email' | 'username' }) {
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
    />
  )
}
