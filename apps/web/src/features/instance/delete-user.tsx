import type { UserDetail } from '@carrel/api/schema/instance/users'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
} from '#components/ui/alert-dialog.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { errorCode } from '#lib/error-text.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { admin } from './api.ts'

/** Takes an account away, after saying what goes with it and what stays; not while a workspace would be without an owner. */
export function DeleteUser({ user, onClose, onDeleted }: { user: UserDetail | null; onClose: () => void; onDeleted: () => void }) {
  const [shown, setShown] = useState(user)
  if (user !== null && user !== shown) setShown(user)
  return (
    <AlertDialog open={user !== null} onOpenChange={(open) => !open && onClose()}>
      {shown && (
        <AlertDialogContent>
          <Question user={shown} onDeleted={onDeleted} />
        </AlertDialogContent>
      )}
    </AlertDialog>
  )
}

function Question({ user: { id: userId, name, workspaces }, onDeleted }: { user: UserDetail; onDeleted: () => void }) {
  const client = useQueryClient()
  const remove = useMutation(
    admin.users.delete.mutationOptions({
      onSuccess: async () => {
        toast(t('admin.deleteUser.done', { name }))
        onDeleted()
        // The sheet shows the account until it is closed: that is not asked for again.
        await client.invalidateQueries({ queryKey: admin.users.list.key() })
      },
      onError: () => client.invalidateQueries({ queryKey: admin.users.get.key({ input: { userId } }) }),
    }),
  )
  const owned = workspaces.filter(({ onlyOwner }) => onlyOwner)
  if (owned.length > 0) {
    return (
      <>
        <AlertDialogTitle dir="auto">{t('admin.deleteUser.owner', { name })}</AlertDialogTitle>
        <AlertDialogDescription>{t('admin.deleteUser.ownerText')}</AlertDialogDescription>
        <ul className="mt-3 max-h-60 divide-y divide-line overflow-y-auto rounded-box border border-line">
          {owned.map(({ organizationId, name: workspace, slug, state }) => (
            <li key={organizationId}>
              <Link
                to="/admin/workspaces"
                search={{ q: slug, ...(state === 'deleted' && { state }) }}
                dir="auto"
                className="block truncate px-3.5 py-2.5 text-as-parent font-medium outline-offset-[-2px] hover:bg-soft"
              >
                {workspace}
              </Link>
            </li>
          ))}
        </ul>
        <div className="mt-5 flex justify-end">
          <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.close')}</AlertDialogClose>
        </div>
      </>
    )
  }
  return (
    <>
      <AlertDialogTitle dir="auto">{t('admin.deleteUser.question', { name })}</AlertDialogTitle>
      <AlertDialogDescription>
        {t('admin.deleteUser.goes', { count: workspaces.length, number: formatNumber(workspaces.length) })}
      </AlertDialogDescription>
      <p className="mt-2.5 text-muted">{t('admin.deleteUser.stays')}</p>
      <div className="mt-4 empty:hidden">{errorCode(remove.error) !== 'LAST_OWNER' && <FormError error={remove.error} />}</div>
      <div className="mt-5 flex justify-end gap-2">
        <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</AlertDialogClose>
        <Button variant="danger" disabled={remove.isPending} onClick={() => remove.mutate({ userId })}>
          {remove.isPending ? t('action.working') : t('admin.deleteUser.confirm')}
        </Button>
      </div>
    </>
  )
}
