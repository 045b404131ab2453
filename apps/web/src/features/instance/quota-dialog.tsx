import type { InstanceOrganization } from '@carrel/api/schema/instance/organizations'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Field, FieldDescription, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { admin } from './api.ts'

const gigabyte = 1000 ** 3

/** Limits what the uploaded files of a workspace may take. */
export function QuotaDialog({ workspace, onClose }: { workspace: InstanceOrganization | null; onClose: () => void }) {
  const [shown, setShown] = useState(workspace)
  if (workspace !== null && workspace !== shown) setShown(workspace)
  return (
    <Dialog open={workspace !== null} onOpenChange={(open) => !open && onClose()}>
      {shown && (
        <DialogContent className="max-w-md">
          <QuotaForm workspace={shown} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function QuotaForm({ workspace: { organizationId, name, maxBytes }, onClose }: { workspace: InstanceOrganization; onClose: () => void }) {
  const client = useQueryClient()
  const [typed, setTyped] = useState(maxBytes === null ? '' : String(maxBytes / gigabyte))
  const amount = Number(typed.trim().replace(',', '.'))
  const valid = typed.trim() === '' || (Number.isFinite(amount) && amount >= 0 && amount <= 1_000_000)
  const set = useMutation(
    admin.organizations.setQuota.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: admin.key() })
        toast(t('admin.quota.done', { name }))
        onClose()
      },
    }),
  )
  return (
    <Form
      className="contents"
      onFormSubmit={() => valid && set.mutate({ organizationId, maxBytes: typed.trim() === '' ? null : Math.round(amount * gigabyte) })}
    >
      <DialogHeader title={t('admin.quota.question', { name })} description={t('admin.quota.text')} />
      <DialogBody className="pb-5">
        <Field invalid={!valid}>
          <FieldLabel>{t('admin.quota.amount')}</FieldLabel>
          <Input value={typed} onValueChange={setTyped} inputMode="decimal" maxLength={12} autoComplete="off" />
          <FieldDescription>{t('admin.quota.empty')}</FieldDescription>
        </Field>
      </DialogBody>
      <DialogFooter>
        <FormError error={set.error} />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={set.isPending || !valid}>
          {set.isPending ? t('action.working') : t('admin.quota.confirm')}
        </Button>
      </DialogFooter>
    </Form>
  )
}
