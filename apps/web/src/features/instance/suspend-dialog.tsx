import type { InstanceOrganization } from '@carrel/api/schema/instance/organizations'
import { Form } from '@base-ui/react/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { admin } from './api.ts'
import { ReasonField } from './reason-field.tsx'

/** Closes a workspace to its members, who are told why. */
export function SuspendDialog({ workspace, onClose }: { workspace: InstanceOrganization | null; onClose: () => void }) {
  const [shown, setShown] = useState(workspace)
  if (workspace !== null && workspace !== shown) setShown(workspace)
  return (
    <Dialog open={workspace !== null} onOpenChange={(open) => !open && onClose()}>
      {shown && (
        <DialogContent className="max-w-md">
          <SuspendForm workspace={shown} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function SuspendForm({ workspace: { organizationId, name, members }, onClose }: { workspace: InstanceOrganization; onClose: () => void }) {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const suspend = useMutation(
    admin.organizations.suspend.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: admin.key() })
        toast(t('admin.suspend.done', { name }))
        onClose()
      },
    }),
  )
  return (
    <Form className="contents" onFormSubmit={() => suspend.mutate({ organizationId, reason })}>
      <DialogHeader
        title={t('admin.suspend.question', { name })}
        description={t('admin.suspend.consequence', { count: members, people: formatNumber(members) })}
      />
      <DialogBody className="pb-5">
        <ReasonField value={reason} onChange={setReason} description={t('admin.suspend.reason')} />
      </DialogBody>
      <DialogFooter>
        <FormError error={suspend.error} />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" variant="danger" disabled={suspend.isPending || reason.trim() === ''}>
          {suspend.isPending ? t('action.working') : t('admin.suspend.confirm')}
        </Button>
      </DialogFooter>
    </Form>
  )
}
