import { limits } from '@carrel/api/limits'
import type { MetadataField } from '@carrel/api/schema/metadata'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { ErrorNotice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { t } from '#lib/i18n.ts'
import { toastError } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { DeleteField } from './delete-field.tsx'
import { FieldDialog } from './field-dialog.tsx'
import { fieldFacts } from './field-facts.ts'

/** What a workspace adds to what is known of a book: defined here, filled in on the pages of books. */
export function MetadataFields() {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const { data: fields, error, refetch } = useQuery(api.metadata.fields.queryOptions())
  const [editing, setEditing] = useState<MetadataField | 'new' | null>(null)
  const [deleting, setDeleting] = useState<MetadataField | null>(null)
  const queryKey = api.metadata.fields.queryKey()
  const order = useMutation(
    api.metadata.orderFields.mutationOptions({
      onMutate: ({ fieldIds }) =>
        client.setQueryData(queryKey, (old: MetadataField[] | undefined) =>
          old?.toSorted((a, b) => fieldIds.indexOf(a.id) - fieldIds.indexOf(b.id)),
        ),
      onError: toastError,
      onSettled: () => client.invalidateQueries({ queryKey }),
    }),
  )
  const move = (from: number, to: number): void => {
    if (!fields || order.isPending) return
    const ids = fields.map(({ id }) => id)
    ids.splice(to, 0, ...ids.splice(from, 1))
    order.mutate({ fieldIds: ids })
  }
  return (
    <section aria-labelledby="fields-title">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <h2 id="fields-title" className="section-title">
            {t('fields.title')}
          </h2>
          <p className="mt-0.5 text-pretty text-muted">{t('fields.text')}</p>
        </div>
        <Button variant="outline" disabled={!fields || fields.length >= limits.metadataFields} onClick={() => setEditing('new')}>
          <Plus aria-hidden size={16} />
          {t('fields.add')}
        </Button>
      </div>
      {fields && fields.length >= limits.metadataFields && <p className="mt-2 text-small text-warn">{t('error.tooManyFields.text')}</p>}
      {error && !fields ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : !fields ? (
        <Skeleton className="mt-3 h-17 w-full rounded-box" />
      ) : fields.length === 0 ? (
        <p className="mt-3 rounded-box border border-dashed border-line-strong p-4.5 text-muted">{t('fields.empty')}</p>
      ) : (
        <ul aria-labelledby="fields-title" className="mt-3 divide-y divide-line rounded-box border border-line bg-card">
          {fields.map((field, index) => (
            <li key={field.id} className="flex items-center gap-3.5 py-3 pr-3 pl-4.5">
              <div className="min-w-0 flex-1">
                <p dir="auto" className="truncate text-as-parent font-medium">
                  {field.name}
                </p>
                <p dir="auto" className="truncate text-as-parent text-meta text-muted">
                  {fieldFacts(field)}
                </p>
              </div>
              <Menu>
                <MenuTrigger
                  aria-label={t('fields.more', { name: field.name })}
                  className={buttonVariants({ variant: 'ghost', size: 'icon' })}
                >
                  <Ellipsis aria-hidden size={17} />
                </MenuTrigger>
                <MenuContent align="end">
                  <MenuItem onClick={() => setEditing(field)}>
                    <Pencil aria-hidden size={16} className="text-muted" />
                    {t('fields.edit')}
                  </MenuItem>
                  <MenuItem disabled={index === 0} onClick={() => move(index, index - 1)}>
                    <ArrowUp aria-hidden size={16} className="text-muted" />
                    {t('fields.up')}
                  </MenuItem>
                  <MenuItem disabled={index === fields.length - 1} onClick={() => move(index, index + 1)}>
                    <ArrowDown aria-hidden size={16} className="text-muted" />
                    {t('fields.down')}
                  </MenuItem>
                  <MenuItem onClick={() => setDeleting(field)}>
                    <Trash2 aria-hidden size={16} className="text-muted" />
                    {t('fields.delete')}
                  </MenuItem>
                </MenuContent>
              </Menu>
            </li>
          ))}
        </ul>
      )}
      <FieldDialog editing={editing} onClose={() => setEditing(null)} />
      <DeleteField field={deleting} onClose={() => setDeleting(null)} />
    </section>
  )
}
