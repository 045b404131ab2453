import { Form } from '@base-ui/react/form'
import { limits } from '@carrel/api/limits'
import type { BookCard } from '@carrel/api/schema/books'
import type { BooksPreview } from '@carrel/api/schema/books/edits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { CheckboxRow } from '#components/ui/checkbox.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Input } from '#components/ui/input.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { ChipsInput } from './chips-input.tsx'
import { type Field, wrongFields } from './draft.ts'
import { fieldLabel, wrongText } from './field-text.ts'
import { ContributorRows, SeriesRows } from './rows-input.tsx'
import { useToastUndo } from './use-undo.ts'

type Change = { set: Record<string, unknown>; addTags: string[]; removeTags: string[]; clear: Field[] }
const nothing: Change = { set: {}, addTags: [], removeTags: [], clear: [] }
const lines = ['publisher', 'published'] as const

/** Writes the same to many books, after showing what that would change. */
export function EditManyDialog({
  books,
  open,
  onClose,
  onDone,
}: {
  books: readonly BookCard[]
  open: boolean
  onClose: () => void
  onDone: () => void
}) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent className="max-w-2xl max-md:h-[94dvh] max-md:max-h-none">
        <DialogHeader
          title={t('editMany.title', { count: books.length, books: formatNumber(books.length) })}
          description={t('editMany.text')}
        />
        <Steps books={books} onDone={onDone} />
      </DialogContent>
    </Dialog>
  )
}

function Steps({ books, onDone }: { books: readonly BookCard[]; onDone: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const toastUndo = useToastUndo()
  const [change, setChange] = useState(nothing)
  const bookIds = books.map(({ id }) => id)
  const preview = useMutation(api.edits.preview.mutationOptions())
  const save = useMutation(
    api.edits.updateMany.mutationOptions({
      onSuccess: async ({ changeId, books: changed }) => {
        await Promise.all([api.books.key(), api.edits.key()].map((queryKey) => client.invalidateQueries({ queryKey })))
        const said = t('editMany.done', { count: changed, books: formatNumber(changed) })
        if (changeId) toastUndo(said, changeId)
        else toast(said)
        onDone()
      },
    }),
  )
  if (preview.data)
    return (
      <>
        <Preview preview={preview.data} />
        <DialogFooter>
          <FormError error={save.error} />
          <Button
            variant="outline"
            onClick={() => {
              preview.reset()
              save.reset()
            }}
          >
            {t('editMany.back')}
          </Button>
          <Button disabled={preview.data.changed === 0 || save.isPending} onClick={() => save.mutate({ bookIds, ...change })}>
            {save.isPending
              ? t('action.working')
              : t('editMany.apply', { count: preview.data.changed, books: formatNumber(preview.data.changed) })}
          </Button>
        </DialogFooter>
      </>
    )
  const wrong = wrongFields(preview.error)
  const set = (field: Field, value: unknown): void => {
    const { [field]: _, ...rest } = change.set
    const empty = value === '' || (Array.isArray(value) && value.length === 0)
    setChange({ ...change, set: empty ? rest : { ...rest, [field]: value } })
    preview.reset()
  }
  const value = <T,>(field: Field, or: T): T => (change.set[field] as T | undefined) ?? or
  const isEmpty = Object.keys(change.set).length + change.addTags.length + change.removeTags.length + change.clear.length === 0
  return (
    <Form
      className="contents"
      onFormSubmit={() => {
        if (!isEmpty && !preview.isPending) preview.mutate({ bookIds, ...change })
      }}
    >
      <DialogBody className="flex flex-col gap-5 pb-5">
        <Group label={t('editMany.addTags')}>
          <ChipsInput label={t('editMany.addTags')} values={change.addTags} onChange={(addTags) => setChange({ ...change, addTags })} />
        </Group>
        <Group label={t('editMany.removeTags')}>
          <ChipsInput
            label={t('editMany.removeTags')}
            values={change.removeTags}
            onChange={(removeTags) => setChange({ ...change, removeTags })}
          />
        </Group>
        <Group label={fieldLabel('contributors')} wrong={wrong.includes('contributors') ? wrongText('contributors') : null}>
          <ContributorRows values={value('contributors', [])} onChange={(next) => set('contributors', next)} describedBy="" />
        </Group>
        <Group label={fieldLabel('series')} wrong={wrong.includes('series') ? wrongText('series') : null}>
          <SeriesRows values={value('series', [])} onChange={(next) => set('series', next)} describedBy="" />
        </Group>
        <Group label={fieldLabel('languages')} wrong={wrong.includes('languages') ? wrongText('languages') : null}>
          <ChipsInput
            label={fieldLabel('languages')}
            values={value('languages', [])}
            placeholder="en, de-AT, zh-Hant"
            onChange={(next) => set('languages', next)}
          />
        </Group>
        <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
          {lines.map((field) => (
            <Group key={field} label={fieldLabel(field)} wrong={wrong.includes(field) ? wrongText(field) : null}>
              <Input
                aria-label={fieldLabel(field)}
                value={value(field, '')}
                placeholder={field === 'published' ? '1984-06-08' : undefined}
                onValueChange={(next) => set(field, next)}
                autoComplete="off"
                dir="auto"
                className="text-as-parent"
              />
            </Group>
          ))}
        </div>
        <Group label={t('editMany.clear')} hint={t('editMany.clear.text')}>
          <div className="grid grid-cols-2 gap-x-3 max-md:grid-cols-1">
            {(['title', 'contributors', 'series', 'languages', 'publisher', 'published', 'description', 'tags'] as const).map((field) => (
              <CheckboxRow
                key={field}
                title={fieldLabel(field)}
                checked={change.clear.includes(field)}
                onCheckedChange={(checked) =>
                  setChange({ ...change, clear: checked ? [...change.clear, field] : change.clear.filter((each) => each !== field) })
                }
              />
            ))}
          </div>
        </Group>
      </DialogBody>
      <DialogFooter>
        {wrong.length === 0 && <FormError error={preview.error} />}
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={isEmpty || preview.isPending || books.length > limits.booksAtOnce}>
          {preview.isPending ? t('action.working') : t('editMany.preview')}
        </Button>
      </DialogFooter>
    </Form>
  )
}

function Group({ label, hint, wrong = null, children }: { label: string; hint?: string; wrong?: string | null; children: ReactNode }) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-small font-medium">{label}</legend>
      {hint !== undefined && <p className="-mt-1 mb-1.5 text-meta text-muted">{hint}</p>}
      {children}
      {wrong !== null && (
        <p role="alert" className="mt-1 text-meta text-danger">
          {wrong}
        </p>
      )}
    </fieldset>
  )
}

/** What would be other than it is; the focus is here, where the form was. */
function Preview({ preview: { books, changed, fields } }: { preview: BooksPreview }) {
  const heading = useRef<HTMLParagraphElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <DialogBody className="flex flex-col gap-5 pb-5">
      <p ref={heading} tabIndex={-1} className="outline-none">
        {changed === 0
          ? t('editMany.preview.none')
          : t('editMany.preview.changes', { count: changed, changed: formatNumber(changed), books: formatNumber(books) })}
      </p>
      {fields.map(({ field, books: count, samples }) => (
        <section key={field} aria-labelledby={`preview-${field}`}>
          <h3 id={`preview-${field}`} className="text-small font-medium">
            {fieldLabel(field)}{' '}
            <span className="font-normal text-muted">· {t('edit.history.books', { count, books: formatNumber(count) })}</span>
          </h3>
          <ul className="mt-1.5 divide-y divide-line rounded-box border border-line">
            {samples.map(({ bookId, title, before, after }) => (
              <li key={bookId} className="px-3.5 py-2 text-small [overflow-wrap:anywhere]">
                <p dir="auto" className="truncate text-as-parent text-meta text-muted">
                  {title}
                </p>
                <p>
                  <del className="text-muted">{before === '' ? t('edit.sources.empty') : before}</del>
                  <span aria-hidden className="mx-1.5 text-muted">
                    →
                  </span>
                  <bdi>{after === '' ? t('edit.sources.empty') : after}</bdi>
                </p>
              </li>
            ))}
          </ul>
          {count > samples.length && samples.length > 0 && (
            <p className="mt-1 text-meta text-muted">
              {t('editMany.preview.more', { count: count - samples.length, books: formatNumber(count - samples.length) })}
            </p>
          )}
        </section>
      ))}
    </DialogBody>
  )
}
