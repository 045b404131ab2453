import type { UserDetail } from '@carrel/api/schema/instance/users'
import { limits } from '@carrel/api/limits'
import { Form } from '@base-ui/react/form'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { t } from '#lib/i18n.ts'
import { becomeSomebody, noteImpersonation } from '#lib/identity.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'
import { admin } from './api.ts'
import { ReasonField } from './reason-field.tsx'

const minuteChoices = [15, 30, limits.supportMinutes] as const

/** Leads into the place of somebody else, for a while and with a reason that their workspaces are told. */
export function ImpersonateDialog({ user, onClose }: { user: UserDetail | null; onClose: () => void }) {
  const [shown, setShown] = useState(user)
  if (user !== null && user !== shown) setShown(user)
  return (
    <Dialog open={user !== null} onOpenChange={(open) => !open && onClose()}>
      {shown && (
        <DialogContent className="max-w-md">
          <ImpersonateForm user={shown} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function ImpersonateForm({ user: { id: userId, name } }: { user: UserDetail }) {
  const [reason, setReason] = useState('')
  const [minutes, setMinutes] = useState<number>(30)
  const begin = useMutation(
    admin.users.impersonate.mutationOptions({
      onSuccess: ({ until }) => {
        noteImpersonation(until)
        becomeSomebody('/')
      },
    }),
  )
  const submit = useSubmitOnce()
  return (
    <Form className="contents" onFormSubmit={() => submit(() => begin.mutateAsync({ userId, reason, minutes }))}>
      <DialogHeader title={t('admin.impersonate.question', { name })} description={t('admin.impersonate.consequence')} />
      <DialogBody className="flex flex-col gap-4.5 pb-5">
        <ReasonField value={reason} onChange={setReason} description={t('admin.impersonate.reason')} />
        <label className="flex flex-col gap-1.5 text-small font-medium">
          {t('admin.impersonate.minutes')}
          <NativeSelect value={minutes} onChange={({ target }) => setMinutes(Number(target.value))}>
            {minuteChoices.map((count) => (
              <option key={count} value={count}>
                {t('admin.impersonate.forMinutes', { count })}
              </option>
            ))}
          </NativeSelect>
        </label>
      </DialogBody>
      <DialogFooter>
        <FormError error={begin.error} />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={begin.isPending || begin.isSuccess || reason.trim() === ''}>
          {begin.isPending || begin.isSuccess ? t('action.working') : t('admin.impersonate.confirm')}
        </Button>
      </DialogFooter>
    </Form>
  )
}
