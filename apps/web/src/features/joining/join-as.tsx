import type { Account } from '@carrel/api/schema/account'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'
import { signOut } from '#lib/session.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'
import type { Joined } from './joined.ts'

type JoinAsProps = { token: string; user: Account['user']; onJoined: (joined: Joined) => Promise<void>; onRefused: () => void }

/** For who is signed in already: one press. */
export function JoinAs({ token, user, onJoined, onRefused }: JoinAsProps) {
  const accept = useMutation({
    mutationFn: async () => {
      await onJoined(await instance.invitations.accept.call({ token }))
    },
    onError: onRefused,
  })
  const submit = useSubmitOnce()
  return (
    <div className="flex flex-col gap-4.5">
      <Person user={user} />
      <FormError error={accept.error} />
      <Button size="large" disabled={accept.isPending} onClick={() => submit(() => accept.mutateAsync())}>
        {accept.isPending ? t('action.working') : t('join.submit')}
      </Button>
      <LeaveButton variant="ghost">{t('join.notMe')}</LeaveButton>
    </div>
  )
}

/** Two addresses, and the choice between them. */
export function OtherAddress({ user, email }: { user: Account['user']; email: string }) {
  return (
    <div className="flex flex-col gap-4.5">
      <Person user={user} />
      <div role="status" className="rounded-box bg-warn-soft p-3.5 text-small [overflow-wrap:anywhere]">
        <p className="font-semibold">{t('join.other.title')}</p>
        <p className="mt-0.5">{t('join.other.text', { mine: user.email, email })}</p>
      </div>
      <LeaveButton>{t('join.other.switch', { email })}</LeaveButton>
      <Link to="/" className={buttonVariants({ variant: 'outline', size: 'large' })}>
        {t('join.other.stay')}
      </Link>
    </div>
  )
}

function LeaveButton({ variant = 'primary', children }: { variant?: 'primary' | 'ghost'; children: string }) {
  const [leaving, setLeaving] = useState(false)
  return (
    <Button
      variant={variant}
      size={variant === 'ghost' ? 'medium' : 'large'}
      className="h-auto min-h-11 py-2 whitespace-normal [overflow-wrap:anywhere]"
      disabled={leaving}
      onClick={() => {
        setLeaving(true)
        void signOut(location.pathname).finally(() => setLeaving(false))
      }}
    >
      {children}
    </Button>
  )
}

function Person({ user }: { user: Account['user'] }) {
  return (
    <div className="flex items-center gap-3.5 rounded-box border border-line bg-card p-3.5">
      <InitialsBadge kind="person" name={user.name} className="size-10 text-small" />
      <div className="min-w-0">
        <p className="text-meta text-muted">{t('join.signedInAs')}</p>
        <p dir="auto" className="text-as-parent truncate font-medium">
          {user.name}
        </p>
        <p className="truncate text-small text-muted">{user.email}</p>
      </div>
    </div>
  )
}
