import type { MetadataField } from '@carrel/api/schema/metadata'
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** Says first how many books lose what they have in it. */
export function DeleteField({ field, onClose }: { field: MetadataField | null; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const uses = useQuery(api.metadata.fieldUses.queryOptions({ input: field ? { fieldId: field.id } : skipToken, staleTime: 0 }))
  const remove = useMutation(api.metadata.deleteField.mutationOptions())
  const close = (): void => {
    onClose()
    remove.reset()
  }
  const books = uses.data?.books
  return (
    <ConfirmDialog
      subject={field}
      onClose={close}
      title={({ name }) => t('fields.delete.question', { name })}
      text={() => (books === undefined ? t('state.loading') : t('fields.delete.text', { count: books, books: formatNumber(books) }))}
      confirm={t('fields.delete.confirm')}
      pending={remove.isPending || (books === undefined && !uses.isError)}
      error={remove.error ?? uses.error}
      onConfirm={({ id, name }) =>
        remove.mutate(
          { fieldId: id },
          {
            onSuccess: () => {
              toast(t('fields.deleted', { name }))
              close()
              for (const key of [api.metadata.key(), api.books.get.key()]) void client.invalidateQueries({ queryKey: key })
            },
          },
        )
      }
    />
  )
}
