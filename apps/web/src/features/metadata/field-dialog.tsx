import { Form } from '@base-ui/react/form'
import { limits } from '@carrel/api/limits'
import type { MetadataField, MetadataKind } from '@carrel/api/schema/metadata'
import { skipToken, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { FormError } from '#components/form-error.tsx'
import { TextField } from '#components/text-field.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter, DialogHeader } from '#components/ui/dialog.tsx'
import { Input } from '#components/ui/input.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { errorCode } from '#lib/error-text.ts'
import { useFieldErrors } from '#lib/field-errors.ts'
import { t } from '#lib/i18n.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { metadataKinds } from './field-facts.ts'

type Editing = MetadataField | 'new'
type Choice = { key: string; id?: string; name: string }

/** A new field, or another name or other choices for one. */
export function FieldDialog({ editing, onClose }: { editing: Editing | null; onClose: () => void }) {
  const [shown, setShown] = useState(editing)
  if (editing !== null && editing !== shown) setShown(editing)
  return (
    <Dialog open={editing !== null} onOpenChange={(open) => !open && onClose()}>
      {shown !== null && (
        <DialogContent className="max-w-md">
          <DialogHeader title={shown === 'new' ? t('fields.add.title') : t('fields.edit.title', { name: shown.name })} />
          <FieldForm editing={shown} onClose={onClose} />
        </DialogContent>
      )}
    </Dialog>
  )
}

const fresh = (): Choice => ({ key: crypto.randomUUID(), name: '' })

function FieldForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const field = editing === 'new' ? null : editing
  const kindId = useId()
  const [name, setName] = useState(field?.name ?? '')
  const [kind, setKind] = useState<MetadataKind>(field?.kind ?? 'text')
  const [choices, setChoices] = useState<Choice[]>(() => field?.choices.map((choice) => ({ key: choice.id, ...choice })) ?? [])
  const { data: uses } = useQuery(api.metadata.fieldUses.queryOptions({ input: field ? { fieldId: field.id } : skipToken, staleTime: 0 }))
  const save = useMutation({
    mutationFn: async () => {
      const named = choices
        .filter((choice) => choice.name.trim() !== '')
        .map(({ id, name }) => ({ ...(id !== undefined && { id }), name: name.trim() }))
      const values = { name: name.trim(), kind, choices: kind === 'choice' ? named : [] }
      await (field ? api.metadata.updateField.call({ fieldId: field.id, ...values }) : api.metadata.createField.call(values))
    },
    onSuccess: () => {
      if (field) toast(t('settings.saved'))
      for (const key of [api.metadata.key(), api.books.get.key()]) void client.invalidateQueries({ queryKey: key })
      onClose()
    },
  })
  const taken = errorCode(save.error) === 'NAME_TAKEN'
  const errors = useFieldErrors('name', taken ? t('fields.nameTaken') : null)
  const used = (uses?.books ?? 0) > 0
  const complete = name.trim() !== '' && (kind !== 'choice' || choices.some((choice) => choice.name.trim() !== ''))
  return (
    <Form className="contents" errors={errors} onFormSubmit={() => complete && !save.isPending && save.mutate()}>
      <DialogBody className="flex flex-col gap-4.5 pb-5">
        <TextField
          name="name"
          label={t('fields.name')}
          value={name}
          onValueChange={(value) => {
            setName(value)
            save.reset()
          }}
          required
          maxLength={limits.nameLength}
          autoComplete="off"
          dir="auto"
          className="text-as-parent"
          placeholder={t('fields.namePlaceholder')}
        />
        <div className="flex flex-col gap-1.5">
          <label htmlFor={kindId} className="text-small font-medium">
            {t('fields.kind')}
          </label>
          <NativeSelect
            id={kindId}
            value={kind}
            disabled={used}
            aria-describedby={used ? `${kindId}-why` : undefined}
            onChange={(event) => {
              setKind(event.target.value as MetadataKind)
              if (choices.length === 0) setChoices([fresh(), fresh()])
            }}
          >
            {metadataKinds.map((each) => (
              <option key={each} value={each}>
                {t(`fields.kind.${each}`)}
              </option>
            ))}
          </NativeSelect>
          {used && (
            <p id={`${kindId}-why`} className="text-meta text-muted">
              {t('fields.kind.kept', { count: uses?.books ?? 0 })}
            </p>
          )}
        </div>
        {kind === 'choice' && <ChoiceFields choices={choices} usedBy={uses?.byChoice ?? {}} onChange={setChoices} />}
      </DialogBody>
      <DialogFooter>
        {!taken && <FormError error={save.error} />}
        <DialogClose className={buttonVariants({ variant: 'outline' })}>{t('action.cancel')}</DialogClose>
        <Button type="submit" disabled={save.isPending || !complete}>
          {save.isPending ? t('action.working') : t(field ? 'action.save' : 'fields.create')}
        </Button>
      </DialogFooter>
    </Form>
  )
}

function ChoiceFields({
  choices,
  usedBy,
  onChange,
}: {
  choices: readonly Choice[]
  usedBy: Readonly<Record<string, number>>
  onChange: (choices: Choice[]) => void
}) {
  const list = useRef<HTMLUListElement>(null)
  const focusLast = (): void => void setTimeout(() => [...(list.current?.querySelectorAll('input') ?? [])].at(-1)?.focus())
  return (
    <fieldset className="min-w-0">
      <legend className="text-small font-medium">{t('fields.choices.label')}</legend>
      <ul ref={list} className="mt-1.5 grid gap-2">
        {choices.map((choice, index) => {
          const books = choice.id === undefined ? 0 : (usedBy[choice.id] ?? 0)
          return (
            <li key={choice.key}>
              <div className="flex items-center gap-1.5">
                <Input
                  aria-label={t('fields.choice', { number: index + 1 })}
                  value={choice.name}
                  onValueChange={(name) => onChange(choices.map((each) => (each.key === choice.key ? { ...each, name } : each)))}
                  maxLength={limits.nameLength}
                  autoComplete="off"
                  dir="auto"
                  className="text-as-parent"
                />
                <Button
                  variant="ghost"
                  size="icon"
                  disabled={books > 0 || choices.length === 1}
                  aria-label={t('fields.choice.remove', { name: choice.name })}
                  onClick={() => {
                    onChange(choices.filter((each) => each.key !== choice.key))
                    focusLast()
                  }}
                >
                  <X aria-hidden size={16} />
                </Button>
              </div>
              {books > 0 && <p className="mt-1 text-meta text-muted">{t('fields.choice.used', { count: books })}</p>}
            </li>
          )
        })}
      </ul>
      <Button
        variant="ghost"
        className="mt-1.5"
        disabled={choices.length >= limits.metadataChoices}
        onClick={() => {
          onChange([...choices, fresh()])
          focusLast()
        }}
      >
        <Plus aria-hidden size={16} />
        {t('fields.choice.add')}
      </Button>
    </fieldset>
  )
}
