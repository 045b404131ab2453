import { Form } from '@base-ui/react/form'
import { limits } from '@carrel/api/limits'
import type { BookDetail } from '@carrel/api/schema/books'
import type { MetadataField, MetadataInput } from '@carrel/api/schema/metadata'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { useId, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Field, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { Textarea } from '#components/ui/textarea.tsx'
import { useCanInLibrary } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'

/** For those who may edit what is known of a book, where the workspace has fields to fill in. */
export function EditMetadata({ book }: { book: BookDetail }) {
  const { api } = useWorkspace()
  const mayEdit = useCanInLibrary(book.libraryId, 'metadata:edit') === true
  const { data: fields = [] } = useQuery(api.metadata.fields.queryOptions({ enabled: mayEdit }))
  const [open, setOpen] = useState(false)
  if (!mayEdit || fields.length === 0) return null
  return (
    <>
      <Button variant="outline" className="self-start max-md:self-stretch" onClick={() => setOpen(true)}>
        <Pencil aria-hidden size={15} />
        {t('metadata.edit')}
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogContent>
          <DialogHeader title={t('metadata.edit.title')} description={book.title} />
          <MetadataForm book={book} fields={fields} onClose={() => setOpen(false)} />
        </DialogContent>
      </Dialog>
    </>
  )
}

const textOf = (value: MetadataInput | undefined): string => (value === undefined ? '' : String(value))

/** What stands in a control, as a value of its field; null for nothing. */
function toValue(kind: MetadataField['kind'], text: string): MetadataInput | null {
  if (text.trim() === '') return null
  if (kind === 'number') return Number(text)
  return kind === 'flag' ? text === 'true' : text
}

function MetadataForm({ book, fields, onClose }: { book: BookDetail; fields: readonly MetadataField[]; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const held = new Map(book.metadata.map(({ fieldId, value }) => [fieldId, textOf(value)]))
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const changed = fields.filter(({ id }) => texts[id] !== undefined && texts[id] !== (held.get(id) ?? ''))
  const save = useMutation(
    api.metadata.set.mutationOptions({
      onSuccess: async () => {
        await client.invalidateQueries({ queryKey: api.books.get.queryKey({ input: { bookId: book.id } }) })
        toast(t('settings.saved'))
        onClose()
      },
    }),
  )
  return (
    <Form
      className="contents"
      onFormSubmit={() => {
        if (changed.length === 0 || save.isPending) return
        save.mutate({ bookId: book.id, values: changed.map(({ id, kind }) => ({ fieldId: id, value: toValue(kind, texts[id] ?? '') })) })
      }}
    >
      <DialogBody className="flex flex-col gap-4.5 pb-5">
        {fields.map((field) => (
          <MetadataControl
            key={field.id}
            field={field}
            text={texts[field.id] ?? held.get(field.id) ?? ''}
            onChange={(text) => {
              setTexts({ ...texts, [field.id]: text })
              save.reset()
            }}
          />
        ))}
      </DialogBody>
      <DialogFooter>
        <FormError error={save.error} />
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={changed.length === 0 || save.isPending}>
          {save.isPending ? t('action.working') : t('action.save')}
        </Button>
      </DialogFooter>
    </Form>
  )
}

function MetadataControl({ field, text, onChange }: { field: MetadataField; text: string; onChange: (text: string) => void }) {
  const id = useId()
  const { kind, name, choices } = field
  const label = <span className="[overflow-wrap:anywhere]">{name}</span>
  if (kind === 'flag' || kind === 'choice') {
    const options =
      kind === 'flag' ? [{ id: 'true', name: t('metadata.yes') }, { id: 'false', name: t('metadata.no') }] : choices // prettier-ignore
    return (
      <div className="flex flex-col gap-1.5">
        <label htmlFor={id} dir="auto" className="text-as-parent text-small font-medium">
          {label}
        </label>
        <NativeSelect id={id} value={text} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t('metadata.none')}</option>
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.name}
            </option>
          ))}
        </NativeSelect>
      </div>
    )
  }
  return (
    <Field>
      <FieldLabel dir="auto" className="text-as-parent">
        {label}
      </FieldLabel>
      {kind === 'text' ? (
        <Textarea rows={1} value={text} onValueChange={onChange} maxLength={limits.metadataText} dir="auto" className="text-as-parent" />
      ) : kind === 'number' ? (
        <Input type="number" step="any" min={-1e15} max={1e15} inputMode="decimal" value={text} onValueChange={onChange} />
      ) : (
        <Input type="date" min="0001-01-01" max="9999-12-31" value={text} onValueChange={onChange} />
      )}
    </Field>
  )
}
