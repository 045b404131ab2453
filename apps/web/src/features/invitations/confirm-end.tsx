import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
} from '#components/ui/alert-dialog.tsx'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

type ConfirmEndProps = {
  open: boolean
  onClose: () => void
  question: string
  text: string
  confirm: string
  action: { mutate: () => void; isPending: boolean; error: unknown }
}

/** Asks once before something ends that cannot be taken up again. */
export function ConfirmEnd({ open, onClose, question, text, confirm, action }: ConfirmEndProps) {
  return (
    <AlertDialog open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent>
        <AlertDialogTitle className="[overflow-wrap:anywhere]">{question}</AlertDialogTitle>
        <AlertDialogDescription>{text}</AlertDialogDescription>
        <div className="mt-5 flex flex-col gap-4">
          <FormError error={action.error} />
          <div className="flex justify-end gap-2">
            <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</AlertDialogClose>
            <Button variant="danger" disabled={action.isPending} onClick={() => action.mutate()}>
              {confirm}
            </Button>
          </div>
        </div>
      </AlertDialogContent>
    </AlertDialog>
  )
}
