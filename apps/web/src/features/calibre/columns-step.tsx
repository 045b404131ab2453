import type { CalibreColumn } from '@carrel/api/schema/calibre'
import { useId } from 'react'
import { FormError } from '#components/form-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { CheckboxRow } from '#components/ui/checkbox.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { t } from '#lib/i18n.ts'
import { columnFacts, columnName, valueText } from './column-text.ts'
import { isEmpty, tellingValues, usesOf, type ColumnDraft, type Draft, type Meaning, type Surroundings, type Use } from './mapping.ts'

type ColumnsStepProps = {
  columns: readonly CalibreColumn[]
  around: Surroundings
  draft: Draft
  onDraft: (draft: Draft) => void
  onBack: () => void
  onBegin: () => void
  pending: boolean
  error: unknown
}

/** What becomes of everything that calibre knows. */
export function ColumnsStep({ columns, around, draft, onDraft, onBack, onBegin, pending, error }: ColumnsStepProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onBegin()
      }}
    >
      <div className="rounded-box border border-line bg-card p-2">
        <CheckboxRow
          title={t('calibre.details')}
          description={t('calibre.details.text')}
          checked={draft.details}
          onCheckedChange={(details) => onDraft({ ...draft, details })}
        />
        <CheckboxRow
          title={t('calibre.overwrite')}
          description={t('calibre.overwrite.text')}
          checked={draft.overwrite}
          onCheckedChange={(overwrite) => onDraft({ ...draft, overwrite })}
        />
      </div>
      {columns.length > 0 && (
        <section aria-labelledby="calibre-columns" className="mt-7">
          <h2 id="calibre-columns" className="section-title">
            {t('calibre.columns')}
          </h2>
          <p className="mt-0.5 mb-3 text-pretty text-muted">
            {t(around.keepsPlaces ? 'calibre.columns.text' : 'calibre.columns.noPlaces')}
          </p>
          <ul aria-labelledby="calibre-columns" className="divide-y divide-line rounded-box border border-line bg-card">
            {columns.map((column) => {
              const own = draft.columns[column.key]
              if (!own) return null
              return (
                <Column
                  key={column.key}
                  column={column}
                  around={around}
                  draft={own}
                  onDraft={(next) => onDraft({ ...draft, columns: { ...draft.columns, [column.key]: next } })}
                />
              )
            })}
          </ul>
        </section>
      )}
      <div className="mt-5 empty:hidden">
        <FormError error={error} />
      </div>
      <div className="mt-6 flex flex-wrap gap-2.5 max-md:*:flex-1">
        <Button type="submit" disabled={pending || isEmpty(draft)}>
          {t('calibre.begin')}
        </Button>
        <Button variant="outline" disabled={pending} onClick={onBack}>
          {t('calibre.back')}
        </Button>
      </div>
    </form>
  )
}

function labelOf(use: Use, name: string, { fields }: Surroundings): string {
  if (use === 'new') return t('calibre.use.new', { name })
  if (use === 'ignore' || use === 'status' || use === 'finishedAt' || use === 'tags') return t(`calibre.use.${use}`)
  const field = fields.find(({ id }) => use === `field ${id}`)
  return t('calibre.use.field', { name: field?.name ?? '' })
}

type ColumnProps = { column: CalibreColumn; around: Surroundings; draft: ColumnDraft; onDraft: (draft: ColumnDraft) => void }

function Column({ column, around, draft, onDraft }: ColumnProps) {
  const name = columnName(column)
  const values = tellingValues(column)
  return (
    <li className="px-4.5 py-3">
      <div className="flex gap-x-5 gap-y-2 max-md:flex-col md:items-center">
        <div className="min-w-0 flex-1">
          <p dir="auto" className="truncate text-as-parent font-medium">
            {name}
          </p>
          <p dir="auto" className="tabular truncate text-as-parent text-meta text-muted">
            {columnFacts(column)}
          </p>
        </div>
        <NativeSelect
          aria-label={t('calibre.use', { name })}
          value={draft.use}
          onChange={(event) => onDraft({ ...draft, use: event.target.value as Use })}
          className="md:w-64"
        >
          {usesOf(column, name, around).map((use) => (
            <option key={use} value={use}>
              {labelOf(use, name, around)}
            </option>
          ))}
        </NativeSelect>
      </div>
      {draft.use === 'status' && values.length > 0 && (
        <ul className="mt-3 grid gap-x-8 gap-y-2 rounded-field bg-soft p-3 sm:grid-cols-2">
          {values.map((value) => (
            <Value
              key={value}
              text={valueText(column, value)}
              meaning={draft.meanings[value] ?? 'none'}
              onMeaning={(meaning) => onDraft({ ...draft, meanings: { ...draft.meanings, [value]: meaning } })}
            />
          ))}
        </ul>
      )}
    </li>
  )
}

const meanings: readonly Meaning[] = ['none', 'unread', 'reading', 'finished']

function Value({ text, meaning, onMeaning }: { text: string; meaning: Meaning; onMeaning: (meaning: Meaning) => void }) {
  const id = useId()
  return (
    <li className="flex min-w-0 items-center gap-3">
      <label htmlFor={id} dir="auto" className="min-w-0 flex-1 truncate text-small">
        {text}
      </label>
      <NativeSelect id={id} value={meaning} onChange={(event) => onMeaning(event.target.value as Meaning)} className="w-36 shrink-0">
        {meanings.map((each) => (
          <option key={each} value={each}>
            {t(`calibre.meaning.${each}`)}
          </option>
        ))}
      </NativeSelect>
    </li>
  )
}
