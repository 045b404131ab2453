import { limits } from '@carrel/api/limits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
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
import { Field, FieldError, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { accountQuery } from '#lib/account.ts'
import { cn } from '#lib/class-names.ts'
import { errorCode } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { workspaceKey } from '#lib/rpc.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Closes the workspace once its name is typed. `onDeleted` leads away before what it held is forgotten. */
export function DeleteWorkspace({ onDeleted }: { onDeleted: () => Promise<void> }) {
  const { api, name, organizationId } = useWorkspace()
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const remove = useMutation(
    api.organizations.delete.mutationOptions({
      onSuccess: async () => {
        await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        toast(t('settings.delete.done', { name }), t('settings.delete.doneText'))
        await onDeleted()
        client.removeQueries({ queryKey: workspaceKey(organizationId) })
      },
    }),
  )
  const otherName = errorCode(remove.error) === 'OTHER_NAME'
  const confirmed = typed.trim().normalize('NFC') === name.normalize('NFC')
  return (
    <AlertDialog
      onOpenChange={() => {
        setTyped('')
        remove.reset()
      }}
    >
      <AlertDialogTrigger className={cn(buttonVariants({ variant: 'outline' }), 'text-danger')}>
        {t('settings.delete.open')}
      </AlertDialogTrigger>
      <AlertDialogContent>
        <AlertDialogTitle>{t('settings.delete.question', { name })}</AlertDialogTitle>
        <AlertDialogDescription>{t('settings.delete.consequence')}</AlertDialogDescription>
        <form
          className="mt-5 flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            // As it is kept, however it was composed on this keyboard.
            if (confirmed && !remove.isPending) remove.mutate({ name })
          }}
        >
          <Field invalid={otherName}>
            <FieldLabel>{t('settings.delete.type', { name })}</FieldLabel>
            <Input
              value={typed}
              onValueChange={(value) => {
                setTyped(value)
                if (remove.isError) remove.reset()
              }}
              maxLength={limits.nameLength * 2}
              autoComplete="off"
              spellCheck={false}
            />
            {otherName && <FieldError match>{t('settings.delete.otherName')}</FieldError>}
          </Field>
          {!otherName && <FormError error={remove.error} />}
          <div className="flex flex-wrap justify-end gap-2">
            <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</AlertDialogClose>
            <Button type="submit" variant="danger" disabled={!confirmed || remove.isPending}>
              {remove.isPending ? t('action.working') : t('settings.delete.confirm')}
            </Button>
          </div>
        </form>
      </AlertDialogContent>
    </AlertDialog>
  )
}
