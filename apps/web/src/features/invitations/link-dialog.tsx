import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { CopyField } from '#components/copy-field.tsx'
import { FormError } from '#components/form-error.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'

type Invited = { id: string; email: string }

/** A fresh link of an invitation, to be copied. */
export function LinkDialog({ invitation, onClose }: { invitation: Invited | null; onClose: () => void }) {
  return (
    <Dialog open={invitation !== null} onOpenChange={(open) => !open && onClose()}>
      {invitation && (
        <DialogContent className="max-w-xl">
          <Link invitation={invitation} />
        </DialogContent>
      )}
    </Dialog>
  )
}

function Link({ invitation: { id, email } }: { invitation: Invited }) {
  const { api } = useWorkspace()
  const { mutate, data, error } = useMutation(api.invitations.link.mutationOptions())
  useEffect(() => mutate({ invitationId: id }), [mutate, id])
  return (
    <>
      <DialogHeader title={t('invite.link.title')} description={t('invite.link.text', { email })} />
      <DialogBody className="flex flex-col gap-3 pb-5">
        {data ? (
          <CopyField label={t('invite.link.of', { email })} value={location.origin + data.path} />
        ) : error ? (
          <FormError error={error} />
        ) : (
          <Skeleton className="h-9 w-full rounded-field" />
        )}
        <p className="text-meta text-pretty text-muted">{t('invite.link.note')}</p>
      </DialogBody>
      <DialogFooter>
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('invite.done')}</DialogClose>
      </DialogFooter>
    </>
  )
}
