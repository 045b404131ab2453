import type { Told } from '@carrel/api/schema/books/edits'
import { Plus, X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Input } from '#components/ui/input.tsx'
import { NativeSelect } from '#components/ui/native-select.tsx'
import { t } from '#lib/i18n.ts'
import { contributorRoles, roleName } from '../roles.ts'

type RowsProps<T> = { values: readonly T[]; onChange: (values: T[]) => void; describedBy: string }

function Rows<T>({
  values,
  fresh,
  add,
  nameOf,
  onChange,
  children,
}: {
  values: readonly T[]
  fresh: T
  add: string
  nameOf: (value: T) => string
  onChange: (values: T[]) => void
  children: (value: T, change: (part: Partial<T>) => void, index: number) => ReactNode
}) {
  const list = useRef<HTMLUListElement>(null)
  const focusLast = (): void =>
    void setTimeout(() => [...(list.current?.querySelectorAll('li') ?? [])].at(-1)?.querySelector('input')?.focus())
  return (
    <>
      <ul ref={list} className="grid gap-2">
        {values.map((value, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- rows are known by their place alone
          <li key={index} className="flex items-center gap-1.5">
            {children(value, (part) => onChange(values.map((each, at) => (at === index ? { ...each, ...part } : each))), index)}
            <Button
              variant="ghost"
              size="icon"
              aria-label={t('edit.remove', { name: nameOf(value) })}
              onClick={() => {
                onChange(values.filter((_, at) => at !== index))
                focusLast()
              }}
            >
              <X aria-hidden size={16} />
            </Button>
          </li>
        ))}
      </ul>
      <Button
        variant="ghost"
        className="mt-1 -ml-2"
        onClick={() => {
          onChange([...values, fresh])
          focusLast()
        }}
      >
        <Plus aria-hidden size={16} />
        {add}
      </Button>
    </>
  )
}

export function ContributorRows({ values, onChange, describedBy }: RowsProps<Told['contributors'][number]>) {
  return (
    <Rows
      values={values}
      fresh={{ name: '', sortName: null, role: 'author' }}
      add={t('edit.contributors.add')}
      nameOf={({ name }) => name}
      onChange={onChange}
    >
      {({ name, role }, change, index) => (
        <>
          <Input
            aria-label={t('edit.contributors.name', { number: index + 1 })}
            aria-describedby={describedBy}
            value={name}
            // A name that somebody changes sorts anew.
            onValueChange={(next) => change({ name: next, sortName: null })}
            autoComplete="off"
            dir="auto"
            className="min-w-0 flex-1 text-as-parent"
          />
          <NativeSelect
            aria-label={t('edit.contributors.role', { number: index + 1 })}
            value={role}
            onChange={(event) => change({ role: event.target.value })}
            className="w-36 shrink-0 max-md:w-32"
          >
            {contributorRoles.map((each) => (
              <option key={each} value={each}>
                {roleName(each)}
              </option>
            ))}
          </NativeSelect>
        </>
      )}
    </Rows>
  )
}

export function SeriesRows({ values, onChange, describedBy }: RowsProps<Told['series'][number]>) {
  return (
    <Rows values={values} fresh={{ name: '', position: null }} add={t('edit.series.add')} nameOf={({ name }) => name} onChange={onChange}>
      {({ name, position }, change, index) => (
        <>
          <Input
            aria-label={t('edit.series.name', { number: index + 1 })}
            aria-describedby={describedBy}
            value={name}
            onValueChange={(next) => change({ name: next })}
            autoComplete="off"
            dir="auto"
            className="min-w-0 flex-1 text-as-parent"
          />
          <Input
            aria-label={t('edit.series.position', { number: index + 1 })}
            value={position ?? ''}
            placeholder="1.5"
            inputMode="decimal"
            onValueChange={(next) => change({ position: next === '' ? null : next })}
            autoComplete="off"
            className="w-20 shrink-0"
          />
        </>
      )}
    </Rows>
  )
}

const schemes = ['isbn', 'asin', 'doi', 'uuid', 'uri', 'other']

export function IdentifierRows({ values, onChange, describedBy }: RowsProps<Told['identifiers'][number]>) {
  return (
    <Rows
      values={values}
      fresh={{ scheme: 'isbn', value: '' }}
      add={t('edit.identifiers.add')}
      nameOf={({ value }) => value}
      onChange={onChange}
    >
      {({ scheme, value }, change, index) => (
        <>
          <NativeSelect
            aria-label={t('edit.identifiers.scheme', { number: index + 1 })}
            value={scheme}
            onChange={(event) => change({ scheme: event.target.value })}
            className="w-28 shrink-0"
          >
            {[...new Set([...schemes, scheme])].map((each) => (
              <option key={each} value={each}>
                {each === 'other' ? t('edit.identifiers.other') : each.toUpperCase()}
              </option>
            ))}
          </NativeSelect>
          <Input
            aria-label={t('edit.identifiers.value', { number: index + 1 })}
            aria-describedby={describedBy}
            value={value}
            onValueChange={(next) => change({ value: next })}
            autoComplete="off"
            dir="ltr"
            className="min-w-0 flex-1"
          />
        </>
      )}
    </Rows>
  )
}
