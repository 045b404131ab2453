import type { InstanceOrganization } from '@carrel/api/schema/instance/organizations'
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
} from '#components/ui/alert-dialog.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Field, FieldError, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { errorCode } from '#lib/error-text.ts'
import { formatBytes, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { admin } from './api.ts'

/** Deletes somebody's workspace once its name is typed. */
export function DeleteWorkspace({ workspace, onClose }: { workspace: InstanceOrganization | null; onClose: () => void }) {
  const [shown, setShown] = useState(workspace)
  if (workspace !== null && workspace !== shown) setShown(workspace)
  return (
    <AlertDialog open={workspace !== null} onOpenChange={(open) => !open && onClose()}>
      {shown && (
        <AlertDialogContent>
          <TypeName workspace={shown} onClose={onClose} />
        </AlertDialogContent>
      )}
    </AlertDialog>
  )
}

function TypeName({ workspace, onClose }: { workspace: InstanceOrganization; onClose: () => void }) {
  const { organizationId, name, members, books, bytes } = workspace
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const remove = useMutation(
    admin.organizations.delete.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: admin.key() })
        toast(t('settings.delete.done', { name }), t('settings.delete.doneText'))
        onClose()
      },
    }),
  )
  const otherName = errorCode(remove.error) === 'OTHER_NAME'
  const confirmed = typed.trim().normalize('NFC') === name.normalize('NFC')
  return (
    <>
      <AlertDialogTitle dir="auto">{t('settings.delete.question', { name })}</AlertDialogTitle>
      <AlertDialogDescription>
        {t('admin.deleteWorkspace.consequence', {
          members: t('people.count', { count: members, people: formatNumber(members) }),
          books: t('admin.workspace.bookCount', { count: books, books: formatNumber(books) }),
          size: formatBytes(bytes),
        })}
      </AlertDialogDescription>
      <form
        className="mt-5 flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (confirmed && !remove.isPending) remove.mutate({ organizationId, name })
        }}
      >
        <Field invalid={otherName}>
          <FieldLabel>{t('settings.delete.type', { name })}</FieldLabel>
          <Input
            value={typed}
            onValueChange={setTyped}
            maxLength={limits.nameLength * 2}
            autoComplete="off"
            spellCheck={false}
            dir="auto"
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
    </>
  )
}
