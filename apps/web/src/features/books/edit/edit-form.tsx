import { Form } from '@base-ui/react/form'
import { limits } from '@carrel/api/limits'
import type { BookDetail } from '@carrel/api/schema/books'
import type { BookSources, Told } from '@carrel/api/schema/books/edits'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { DialogBody, DialogClose, DialogFooter } from '#components/ui/dialog.tsx'
import { Input } from '#components/ui/input.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { Textarea } from '#components/ui/textarea.tsx'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { MetadataControl, useMetadataDraft } from '../metadata-control.tsx'
import { ChipsInput } from './chips-input.tsx'
import { type Draft, type Field, isLocked, shownValue, toWish, wrongFields } from './draft.ts'
import { directionName, editedFields, fieldLabel, toldText, wrongText } from './field-text.ts'
import { LockedField } from './locked-field.tsx'
import { LookupPanel } from './lookup-panel.tsx'
import { LookupStart, useLookupSources } from './lookup-start.tsx'
import { ContributorRows, IdentifierRows, SeriesRows } from './rows-input.tsx'
import { useToastUndo } from './use-undo.ts'

type Ids = { labelledBy: string; describedBy: string }
type Control<F extends Field> = (value: Told[F], change: (value: Told[F]) => void, ids: Ids) => ReactNode

type Props = {
  book: BookDetail
  sources: BookSources
  onClose: () => void
  /** Told whether something is written and not saved. */
  onWritten: (written: boolean) => void
}

export function EditForm({ book, sources, onClose, onWritten }: Props) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const toastUndo = useToastUndo()
  const { data: fields = [] } = useQuery(api.metadata.fields.queryOptions())
  const own = useMetadataDraft(book, fields)
  const [draft, setDraft] = useState<Draft>({})
  const catalogues = useLookupSources(book.libraryId)
  const [lookup, setLookup] = useState<{ open: boolean; taken: number } | null>(null)
  const wish = toWish(sources, draft)
  const written = wish !== null || own.values.length > 0
  useEffect(() => onWritten(written), [onWritten, written])
  const save = useMutation({
    mutationFn: async () => {
      const changed = wish ? await api.edits.update.call({ bookId: book.id, ...wish }) : null
      if (own.values.length > 0) await api.metadata.set.call({ bookId: book.id, values: own.values })
      return changed
    },
    onSuccess: async (changed) => {
      await Promise.all([api.books.key(), api.edits.key()].map((queryKey) => client.invalidateQueries({ queryKey })))
      if (changed?.changeId) toastUndo(t('settings.saved'), changed.changeId)
      else toast(t('settings.saved'))
      onClose()
    },
  })
  const wrong = wrongFields(save.error)
  const put = <F extends Field>(field: F, to: Draft[F]): void => {
    setDraft({ ...draft, [field]: to })
    save.reset()
  }
  const field = <F extends Field>(name: F, control: Control<F>): ReactNode => {
    const value = shownValue(sources, draft, name)
    const locked = isLocked(sources, draft, name)
    const told = toldText(name, sources.unedited[name])
    return (
      <LockedField
        label={fieldLabel(name)}
        locked={locked}
        told={locked && told !== toldText(name, value) ? told : null}
        wrong={wrong.includes(name) ? wrongText(name) : null}
        onLock={(next) => put(name, (next ? { value } : 'open') as Draft[F])}
      >
        {(ids) => control(value, (next) => put(name, { value: next } as unknown as Draft[F]), ids)}
      </LockedField>
    )
  }
  const line = (name: 'title' | 'subtitle' | 'sortTitle' | 'publisher' | 'published', placeholder?: string): ReactNode =>
    field(name, (value, change, ids) => (
      <Input
        aria-labelledby={ids.labelledBy}
        aria-describedby={ids.describedBy}
        aria-invalid={wrong.includes(name)}
        value={value ?? ''}
        placeholder={placeholder}
        onValueChange={(text) => change(text)}
        maxLength={1000}
        autoComplete="off"
        dir="auto"
        className="text-as-parent"
      />
    ))
  if (lookup?.open)
    return (
      <LookupPanel
        book={book}
        sources={catalogues}
        current={Object.fromEntries(editedFields.map((name) => [name, shownValue(sources, draft, name)])) as Told}
        onTake={(values) => {
          setDraft({ ...draft, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])) })
          save.reset()
          setLookup({ open: false, taken: Object.keys(values).length })
        }}
        onBack={() => setLookup({ open: false, taken: 0 })}
      />
    )
  return (
    <Form
      className="contents"
      onFormSubmit={() => {
        if (!save.isPending && written) save.mutate()
      }}
    >
      <DialogBody className="flex flex-col gap-4 pb-5">
        {catalogues.length > 0 && (
          <LookupStart
            sources={catalogues}
            returned={lookup !== null}
            taken={lookup?.taken ?? 0}
            onOpen={() => setLookup({ open: true, taken: 0 })}
          />
        )}
        {line('title')}
        {line('subtitle')}
        {field('contributors', (values, change, ids) => (
          <ContributorRows values={values} onChange={change} describedBy={ids.describedBy} />
        ))}
        {field('series', (values, change, ids) => (
          <SeriesRows values={values} onChange={change} describedBy={ids.describedBy} />
        ))}
        <div className="grid grid-cols-2 gap-x-4 gap-y-4 max-md:grid-cols-1">
          {line('publisher')}
          {line('published', '1984-06-08')}
        </div>
        {field('languages', (values, change, ids) => (
          <ChipsInput
            label={fieldLabel('languages')}
            describedBy={ids.describedBy}
            values={values}
            placeholder="en, de-AT, zh-Hant"
            onChange={change}
          />
        ))}
        {field('tags', (values, change, ids) => (
          <ChipsInput label={fieldLabel('tags')} describedBy={ids.describedBy} values={values} onChange={change} />
        ))}
        {field('description', (value, change, ids) => (
          <Textarea
            aria-labelledby={ids.labelledBy}
            aria-describedby={ids.describedBy}
            value={value ?? ''}
            onValueChange={(text) => change(text)}
            maxLength={limits.descriptionLength}
            rows={4}
            dir="auto"
            className="max-h-60 text-as-parent"
          />
        ))}
        {field('identifiers', (values, change, ids) => (
          <IdentifierRows values={values} onChange={change} describedBy={ids.describedBy} />
        ))}
        <div className="grid grid-cols-2 gap-x-4 gap-y-4 max-md:grid-cols-1">
          {line('sortTitle')}
          {field('direction', (value, change, ids) => (
            <NativeSelect
              aria-labelledby={ids.labelledBy}
              aria-describedby={ids.describedBy}
              value={value ?? ''}
              onChange={(event) => change((event.target.value || null) as Told['direction'])}
            >
              {['', 'ltr', 'rtl'].map((each) => (
                <option key={each} value={each}>
                  {directionName(each)}
                </option>
              ))}
            </NativeSelect>
          ))}
        </div>
        {fields.map((each) => (
          <MetadataControl
            key={each.id}
            field={each}
            text={own.textOf(each.id)}
            onChange={(text) => {
              own.edit(each.id, text)
              save.reset()
            }}
          />
        ))}
      </DialogBody>
      <DialogFooter>
        {wrong.length === 0 && <FormError error={save.error} />}
        <p className="mr-auto self-center text-meta text-muted max-md:hidden">{t('edit.lock.hint')}</p>
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={(wish === null && own.values.length === 0) || save.isPending}>
          {save.isPending ? t('action.working') : t('action.save')}
        </Button>
      </DialogFooter>
    </Form>
  )
}
