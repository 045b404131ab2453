import type { Gifts } from '@carrel/api/schema/invitations'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { CopyField } from '#components/copy-field.tsx'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { t } from '#lib/i18n.ts'
import { useSubmitOnce } from '#lib/submit-once.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { GiftFields } from './gift-fields.tsx'

const dayChoices = [1, 7, 30, 90, 365] as const
const maxUsesLimit = 10_000

/** Makes a link by which several people may join, and shows it this once. */
export function JoinLinkDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} disablePointerDismissal>
      <DialogContent className="max-w-xl">
        <JoinLinkForm />
      </DialogContent>
    </Dialog>
  )
}

function JoinLinkForm() {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [gifts, setGifts] = useState<Gifts>({ roles: ['guest'], teamIds: [], libraries: [] })
  const [limit, setLimit] = useState('')
  const [days, setDays] = useState<number | null>(30)
  const [asked, setAsked] = useState(false)
  const create = useMutation(
    api.joinLinks.create.mutationOptions({ onSuccess: () => client.invalidateQueries({ queryKey: api.joinLinks.key() }) }),
  )
  const submit = useSubmitOnce()
  if (create.data) return <Ready link={location.origin + create.data.path} />
  return (
    <Form
      className="flex min-h-0 flex-1 flex-col"
      onFormSubmit={() => {
        setAsked(true)
        if (gifts.roles.length === 0) return
        submit(() => create.mutateAsync({ ...gifts, maxUses: limit.trim() === '' ? null : Number(limit), days }))
      }}
    >
      <DialogHeader title={t('join.link.make')} description={t('join.link.makeText')} />
      <DialogBody className="flex flex-col gap-5.5 pb-5">
        <GiftFields gifts={gifts} onChange={setGifts} rolesMissing={asked && gifts.roles.length === 0} />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            name="limit"
            type="number"
            label={t('join.link.limit')}
            description={t('join.link.limit.hint')}
            inputMode="numeric"
            min={1}
            max={maxUsesLimit}
            step={1}
            autoComplete="off"
            className="[appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none"
            value={limit}
            onValueChange={setLimit}
          />
          <label className="flex flex-col gap-1.5 text-small font-medium">
            {t('join.link.expiry')}
            <NativeSelect value={days ?? ''} onChange={({ target: { value } }) => setDays(value === '' ? null : Number(value))}>
              {dayChoices.map((count) => (
                <option key={count} value={count}>
                  {t('invite.days', { count })}
                </option>
              ))}
              <option value="">{t('join.link.forever')}</option>
            </NativeSelect>
          </label>
        </div>
        <FormError error={create.error} />
      </DialogBody>
      <DialogFooter>
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={create.isPending}>
          {create.isPending ? t('action.working') : t('join.link.submit')}
        </Button>
      </DialogFooter>
    </Form>
  )
}

function Ready({ link }: { link: string }) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <>
      <DialogHeader titleRef={title} title={t('join.link.ready')} description={t('join.link.once')} />
      <DialogBody className="pb-5">
        <CopyField label={t('join.link.label')} value={link} />
      </DialogBody>
      <DialogFooter>
        <DialogClose className={buttonVariants()}>{t('invite.done')}</DialogClose>
      </DialogFooter>
    </>
  )
}
