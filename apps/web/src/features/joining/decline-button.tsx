import { useMutation } from '@tanstack/react-query'
import { FormError } from '#components/form-error.tsx'
import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
  AlertDialogTrigger,
} from '#components/ui/alert-dialog.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'
import { instance } from '#lib/rpc.ts'

export function DeclineButton({ token, organizationName, onDone }: { token: string; organizationName: string; onDone: () => void }) {
  const decline = useMutation(instance.invitations.decline.mutationOptions({ onSuccess: onDone }))
  return (
    <AlertDialog>
      <AlertDialogTrigger className={buttonVariants({ variant: 'ghost', className: '-ml-3.5 text-muted max-md:-ml-4' })}>
        {t('join.decline')}
      </AlertDialogTrigger>
      <AlertDialogContent>
        <AlertDialogTitle dir="auto">{t('join.decline.question', { name: organizationName })}</AlertDialogTitle>
        <AlertDialogDescription>{t('join.decline.text')}</AlertDialogDescription>
        <div className="mt-5 flex flex-col gap-4">
          <FormError error={decline.error} />
          <div className="flex flex-wrap justify-end gap-2">
            <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</AlertDialogClose>
            <Button variant="danger" disabled={decline.isPending} onClick={() => decline.mutate({ token })}>
              {decline.isPending ? t('action.working') : t('join.decline.confirm')}
            </Button>
          </div>
        </div>
      </AlertDialogContent>
    </AlertDialog>
  )
}
