import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type NewAccount, NewAccountFields, trimAccount } from '#components/account-fields.tsx'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'
import type { Joined } from './joined.ts'

type Props = {
  token: string
  /** The invited address; null when the person gives their own. */
  email: string | null
  onJoined: (joined: Joined) => Promise<void>
  onRefused: () => void
}

/** For who is new here: an account, and the workspace with it. */
export function JoinWithAccount({ token, email, onJoined, onRefused }: Props) {
  const signUp = useMutation({
    mutationFn: async (values: NewAccount) => {
      const account = trimAccount(values)
      const { name, password } = account
      await onJoined(await instance.invitations.signUp.call({ token, name, password, ...(email === null ? { email: account.email } : {}) }))
    },
    onError: (error) => {
      if (errorCode(error) !== 'ACCOUNT_EXISTS') onRefused()
    },
  })
  const submit = useSubmitOnce()
  const exists = errorCode(signUp.error) === 'ACCOUNT_EXISTS'
  return (
    <>
      <Form className="flex flex-col gap-4.5" onFormSubmit={(values: NewAccount) => submit(() => signUp.mutateAsync(values))}>
        <NewAccountFields email={email ?? undefined} />
        <FormError error={signUp.error} />
        {exists && <SignInLink email={signUp.variables?.email ?? email} prominent />}
        <Button type="submit" size="large" variant={exists ? 'outline' : 'primary'} disabled={signUp.isPending} className="mt-1">
          {signUp.isPending ? t('action.working') : t('join.signUp')}
        </Button>
      </Form>
      {!exists && (
        <p className="mt-6 text-muted">
          <SignInLink email={email} />
        </p>
      )}
    </>
  )
}

/** Leads to the sign-in page, and from there back here. */
export function SignInLink({ email, prominent = false }: { email: string | null; prominent?: boolean }) {
  return (
    <Link
      to="/sign-in"
      search={{ next: location.pathname }}
      state={{ email: email?.trim() }}
      className={
        prominent ? buttonVariants({ size: 'large' }) : 'rounded-[4px] underline decoration-line-strong underline-offset-3 hover:text-ink'
      }
    >
      {t(prominent ? 'signIn.submit' : 'join.haveAccount')}
    </Link>
  )
}
