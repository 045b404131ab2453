import type { LibraryDetail } from '@carrel/api/schema/libraries'
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
import { Field, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

export function DeleteLibrary({ library, onDeleted }: { library: LibraryDetail; onDeleted: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const remove = useMutation(
    api.libraries.delete.mutationOptions({
      onSuccess: async () => {
        toast(t('delete.done', { name: library.name }))
        onDeleted()
        await client.invalidateQueries({ queryKey: api.libraries.key() })
        await client.invalidateQueries({ queryKey: api.books.key() })
      },
    }),
  )
  const managed = library.kind === 'managed'
  const confirmed = typed.trim().normalize('NFC') === library.name
  return (
    <section aria-labelledby="delete-title" className="rounded-box border border-line p-4.5">
      <h2 id="delete-title" className="section-title">
        {t('delete.title')}
      </h2>
      <p className="mt-0.5 mb-4 text-pretty text-muted">{t(managed ? 'delete.text.managed' : 'delete.text')}</p>
      <AlertDialog onOpenChange={() => setTyped('')}>
        <AlertDialogTrigger className={buttonVariants({ variant: 'outline' })}>{t('delete.open')}</AlertDialogTrigger>
        <AlertDialogContent>
          <AlertDialogTitle>{t('delete.question', { name: library.name })}</AlertDialogTitle>
          <AlertDialogDescription>
            {t(managed ? 'delete.consequence.managed' : 'delete.consequence', {
              count: library.bookCount,
              books: formatNumber(library.bookCount),
            })}
          </AlertDialogDescription>
          <form
            className="mt-5 flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              if (confirmed) remove.mutate({ libraryId: library.id })
            }}
          >
            <Field>
              <FieldLabel>{t('delete.type', { name: library.name })}</FieldLabel>
              <Input value={typed} onValueChange={setTyped} autoComplete="off" spellCheck={false} />
            </Field>
            <FormError error={remove.error} />
            <div className="flex justify-end gap-2">
              <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</AlertDialogClose>
              <Button type="submit" variant="danger" disabled={!confirmed || remove.isPending}>
                {t('delete.confirm')}
              </Button>
            </div>
          </form>
        </AlertDialogContent>
      </AlertDialog>
    </section>
  )
}
