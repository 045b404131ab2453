import type { PasswordLink, UserDetail } from '@carrel/api/schema/instance/users'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ban, Eye, KeyRound, LogOut, type LucideIcon, ShieldCheck, ShieldOff, Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { cn } from '#lib/class-names.ts'
import { accountQuery } from '#lib/account.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { admin } from './api.ts'
import { BanDialog } from './ban-dialog.tsx'
import { DeleteUser } from './delete-user.tsx'
import { ImpersonateDialog } from './impersonate-dialog.tsx'
import { Part } from './instance-page.tsx'
import { PasswordLinkNote } from './password-link.tsx'

type Deed = 'impersonate' | 'reset' | 'sessions' | 'make' | 'unmake' | 'ban' | 'delete'

/** What the operator can do about an account, each with what it means. */
export function UserActions({ user, onGone }: { user: UserDetail; onGone: () => void }) {
  const { id: userId, name, self, operator, ban, sessions } = user
  const client = useQueryClient()
  const [deed, setDeed] = useState<Deed | null>(null)
  const [link, setLink] = useState<PasswordLink | null>(null)
  const close = () => setDeed(null)
  const refresh = () => client.invalidateQueries({ queryKey: admin.users.key() })
  const done = (title: string) => async () => {
    await refresh()
    toast(title)
    close()
  }
  const unban = useMutation(
    admin.users.unban.mutationOptions({ onSuccess: done(t('admin.unban.done', { name })), onError: (error) => toastError(error) }),
  )
  const endSessions = useMutation(admin.users.endSessions.mutationOptions({ onSuccess: done(t('admin.sessions.done', { name })) }))
  const make = useMutation(admin.users.makeOperator.mutationOptions({ onSuccess: done(t('admin.operator.made', { name })) }))
  const unmake = useMutation(
    admin.users.unmakeOperator.mutationOptions({
      onSuccess: async () => {
        if (self) await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        else await refresh()
        toast(t('admin.operator.unmade', { name }))
        close()
      },
    }),
  )
  const reset = useMutation(
    admin.users.resetPassword.mutationOptions({
      onSuccess: async (made) => {
        close()
        setLink(made)
        await refresh()
      },
    }),
  )
  const confirm = (of: Deed, { reset: forget, ...mutation }: { isPending: boolean; error: unknown; reset: () => void }) => ({
    subject: deed === of ? user : null,
    onClose: () => {
      close()
      forget()
    },
    pending: mutation.isPending,
    error: mutation.error,
  })
  return (
    <Part title={t('admin.user.actions')}>
      <ul className="divide-y divide-line overflow-hidden rounded-box border border-line">
        {!self && (
          <Action
            icon={Eye}
            title={t('admin.impersonate')}
            text={operator ? t('admin.impersonate.operator') : ban ? t('admin.impersonate.banned') : t('admin.impersonate.text')}
            disabled={operator || ban !== null}
            onPress={() => setDeed('impersonate')}
          />
        )}
        <Action icon={KeyRound} title={t('admin.reset')} text={t('admin.reset.text')} onPress={() => setDeed('reset')} />
        <Action
          icon={LogOut}
          title={t('admin.sessions')}
          text={sessions === 0 ? t('admin.sessions.none') : t('admin.sessions.text')}
          onPress={() => setDeed('sessions')}
        />
        {operator ? (
          <Action icon={ShieldOff} title={t('admin.unmake')} text={t('admin.unmake.text')} onPress={() => setDeed('unmake')} />
        ) : (
          <Action
            icon={ShieldCheck}
            title={t('admin.make')}
            text={ban ? t('admin.make.banned') : t('admin.make.text')}
            disabled={ban !== null}
            onPress={() => setDeed('make')}
          />
        )}
        {ban ? (
          <Action
            icon={Undo2}
            title={t('admin.unban')}
            text={t('admin.unban.text')}
            disabled={unban.isPending}
            onPress={() => unban.mutate({ userId })}
          />
        ) : (
          !self && <Action danger icon={Ban} title={t('admin.ban')} text={t('admin.ban.text')} onPress={() => setDeed('ban')} />
        )}
        {!self && (
          <Action danger icon={Trash2} title={t('admin.deleteUser')} text={t('admin.deleteUser.text')} onPress={() => setDeed('delete')} />
        )}
      </ul>
      {self && <p className="mt-2.5 text-meta text-muted">{t('admin.user.self')}</p>}

      <ImpersonateDialog user={deed === 'impersonate' ? user : null} onClose={close} />
      <BanDialog user={deed === 'ban' ? user : null} onClose={close} />
      <DeleteUser user={deed === 'delete' ? user : null} onClose={close} onDeleted={onGone} />
      <ConfirmDialog
        {...confirm('reset', reset)}
        title={() => t('admin.reset.question', { name })}
        text={() => t('admin.reset.consequence')}
        confirm={t('admin.reset.confirm')}
        onConfirm={() => reset.mutate({ userId })}
      />
      <ConfirmDialog
        {...confirm('sessions', endSessions)}
        title={() => t('admin.sessions.question', { name })}
        text={() => t('admin.sessions.consequence', { count: sessions, number: formatNumber(sessions) })}
        confirm={t('admin.sessions.confirm')}
        onConfirm={() => endSessions.mutate({ userId })}
      />
      <ConfirmDialog
        {...confirm('make', make)}
        title={() => t('admin.make.question', { name })}
        text={() => t('admin.make.consequence')}
        confirm={t('admin.make.confirm')}
        onConfirm={() => make.mutate({ userId })}
      />
      <ConfirmDialog
        {...confirm('unmake', unmake)}
        title={() => (self ? t('admin.unmake.self') : t('admin.unmake.question', { name }))}
        text={() => t(self ? 'admin.unmake.selfConsequence' : 'admin.unmake.consequence')}
        confirm={t('admin.unmake.confirm')}
        onConfirm={() => unmake.mutate({ userId })}
      />
      <Dialog open={link !== null} onOpenChange={(open) => !open && setLink(null)} disablePointerDismissal>
        {link && (
          <DialogContent>
            <DialogHeader title={t(link.mailed ? 'admin.reset.mailed' : 'admin.reset.link', { name })} />
            <DialogBody className="pb-5">
              <PasswordLinkNote link={link} email={user.email} />
            </DialogBody>
            <DialogFooter>
              <DialogClose className={buttonVariants()}>{t('invite.done')}</DialogClose>
            </DialogFooter>
          </DialogContent>
        )}
      </Dialog>
    </Part>
  )
}

function Action({
  icon: Icon,
  title,
  text,
  danger = false,
  disabled = false,
  onPress,
}: {
  icon: LucideIcon
  title: string
  text: string
  danger?: boolean
  disabled?: boolean
  onPress: () => void
}) {
  return (
    <li>
      <button
        type="button"
        disabled={disabled}
        onClick={onPress}
        className="flex w-full items-start gap-3 px-3.5 py-2.5 text-left outline-offset-[-2px] transition-colors duration-150 enabled:hover:bg-soft"
      >
        <Icon aria-hidden size={17} className={cn('mt-0.5 shrink-0', danger ? 'text-danger' : 'text-muted', disabled && 'opacity-50')} />
        <span className="min-w-0">
          <span className={cn('block font-medium', danger && 'text-danger', disabled && 'text-muted')}>{title}</span>
          <span className="block text-meta text-pretty text-muted">{text}</span>
        </span>
      </button>
    </li>
  )
}
