import { limits } from '@carrel/api/limits'
import type { BookDetail } from '@carrel/api/schema/books'
import type { MetadataField, MetadataInput } from '@carrel/api/schema/metadata'
import { useId, useState } from 'react'
import { Field, FieldLabel } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { Textarea } from '#components/ui/textarea.tsx'
import { t } from '#lib/i18n.ts'

const textOf = (value: MetadataInput | undefined): string => (value === undefined ? '' : String(value))

/** What stands in a control, as a value of its field; null for nothing. */
function toValue(kind: MetadataField['kind'], text: string): MetadataInput | null {
  if (text.trim() === '') return null
  if (kind === 'number') return Number(text)
  return kind === 'flag' ? text === 'true' : text
}

/** What somebody edits of the fields that the workspace adds. */
export function useMetadataDraft(book: BookDetail, fields: readonly MetadataField[]) {
  const held = new Map(book.metadata.map(({ fieldId, value }) => [fieldId, textOf(value)]))
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const changed = fields.filter(({ id }) => texts[id] !== undefined && texts[id] !== (held.get(id) ?? ''))
  return {
    textOf: (fieldId: string): string => texts[fieldId] ?? held.get(fieldId) ?? '',
    edit: (fieldId: string, text: string): void => setTexts({ ...texts, [fieldId]: text }),
    /** Those that were changed. */
    values: changed.map(({ id, kind }) => ({ fieldId: id, value: toValue(kind, texts[id] ?? '') })),
  }
}

export function MetadataControl({ field, text, onChange }: { field: MetadataField; text: string; onChange: (text: string) => void }) {
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
