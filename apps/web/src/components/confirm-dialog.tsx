import { type ReactElement, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
} from '#components/ui/alert-dialog.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { t } from '#lib/i18n.ts'

/** Asks once before something is taken away. Open while there is a subject. */
export function ConfirmDialog<T>({
  subject,
  onClose,
  title,
  text,
  confirm,
  pending,
  error,
  onConfirm,
}: {
  subject: T | null
  onClose: () => void
  title: (subject: T) => string
  text: ((subject: T) => string) | ReactElement
  confirm: string
  pending: boolean
  error: unknown
  onConfirm: (subject: T) => void
}) {
  // What it was about stays readable while it closes.
  const [shown, setShown] = useState(subject)
  if (subject !== null && subject !== shown) setShown(subject)
  return (
    <AlertDialog open={subject !== null} onOpenChange={(open) => !open && onClose()}>
      {shown !== null && (
        <AlertDialogContent>
          <AlertDialogTitle dir="auto">{title(shown)}</AlertDialogTitle>
          <AlertDialogDescription>{typeof text === 'function' ? text(shown) : text}</AlertDialogDescription>
          <div className="mt-4 empty:hidden">
            <FormError error={error} />
          </div>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</AlertDialogClose>
            <Button variant="danger" disabled={pending} onClick={() => onConfirm(shown)}>
              {pending ? t('action.working') : confirm}
            </Button>
          </div>
        </AlertDialogContent>
      )}
    </AlertDialog>
  )
}
