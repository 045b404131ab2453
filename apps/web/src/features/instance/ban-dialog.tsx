import type { UserDetail } from '@carrel/api/schema/instance/users'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { useFieldErrors } from '#lib/field-errors.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { admin } from './api.ts'
import { localMoment } from './moment.ts'
import { ReasonField } from './reason-field.tsx'

const dayMs = 86_400_000
const choices = ['', '1', '7', '30', 'moment'] as const

/** Keeps somebody out, for a while or until further notice. */
export function BanDialog({ user, onClose }: { user: UserDetail | null; onClose: () => void }) {
  const [shown, setShown] = useState(user)
  if (user !== null && user !== shown) setShown(user)
  return (
    <Dialog open={user !== null} onOpenChange={(open) => !open && onClose()}>
      {shown && (
        <DialogContent className="max-w-md">
          <BanForm user={shown} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function BanForm({ user: { id: userId, name }, onClose }: { user: UserDetail; onClose: () => void }) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [choice, setChoice] = useState<(typeof choices)[number]>('')
  const [moment, setMoment] = useState(() => localMoment(new Date(Date.now() + dayMs)))
  const [past, setPast] = useState(false)
  const ban = useMutation(
    admin.users.ban.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: admin.users.key() })
        toast(t('admin.ban.done', { name }))
        onClose()
      },
    }),
  )
  const errors = useFieldErrors('until', past ? t('admin.ban.past') : null)
  return (
    <Form
      className="contents"
      errors={errors}
      onFormSubmit={() => {
        const until = choice === 'moment' ? Date.parse(moment) : choice === '' ? null : Date.now() + Number(choice) * dayMs
        if (until !== null && !(until > Date.now())) return setPast(true)
        ban.mutate({ userId, reason, until: until === null ? null : new Date(until).toISOString() })
      }}
    >
      <DialogHeader title={t('admin.ban.question', { name })} description={t('admin.ban.consequence')} />
      <DialogBody className="flex flex-col gap-4.5 pb-5">
        <ReasonField value={reason} onChange={setReason} description={t('admin.ban.reason')} />
        <label className="flex flex-col gap-1.5 text-small font-medium">
          {t('admin.ban.until')}
          <NativeSelect value={choice} onChange={({ target }) => setChoice(target.value as (typeof choices)[number])}>
            {choices.map((value) => (
              <option key={value} value={value}>
                {value === ''
                  ? t('admin.ban.forever')
                  : value === 'moment'
                    ? t('admin.ban.moment')
                    : t('admin.ban.days', { count: Number(value) })}
              </option>
            ))}
          </NativeSelect>
        </label>
        {choice === 'moment' && (
          <TextField
            name="until"
            type="datetime-local"
            label={t('admin.ban.endsAt')}
            required
            value={moment}
            onValueChange={(value) => {
              setMoment(value)
              setPast(false)
            }}
          />
        )}
      </DialogBody>
      <DialogFooter>
        <FormError error={ban.error} />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" variant="danger" disabled={ban.isPending || reason.trim() === ''}>
          {ban.isPending ? t('action.working') : t('admin.ban.confirm')}
        </Button>
      </DialogFooter>
    </Form>
  )
}
