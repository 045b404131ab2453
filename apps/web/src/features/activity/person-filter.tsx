import { Combobox } from '@base-ui/react/combobox'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Check, ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { useDebounced } from '#lib/use-debounced.ts'
import { useWorkspace } from '#lib/workspace.ts'

type Person = { id: string | undefined; name: string }

/** Whose doings are shown: anybody's, or one member's, found by name. */
export function PersonFilter({
  value,
  known,
  onChange,
}: {
  value: string | undefined
  /** The name that goes with the value, where somebody knows it. */
  known: string | undefined
  onChange: (userId: string | undefined) => void
}) {
  const { api } = useWorkspace()
  const [query, setQuery] = useState('')
  const [picked, setPicked] = useState<Person | null>(null)
  const wanted = useDebounced(query.trim())
  const { data } = useQuery(
    api.members.list.queryOptions({ input: { limit: 30, ...(wanted !== '' && { query: wanted }) }, placeholderData: keepPreviousData }),
  )
  const anybody: Person = { id: undefined, name: t('activity.anybody') }
  const people = data?.items.map(({ userId, name }): Person => ({ id: userId, name })) ?? []
  const items = wanted === '' ? [anybody, ...people] : people
  const name =
    value === undefined
      ? anybody.name
      : (known ?? (picked?.id === value ? picked.name : people.find(({ id }) => id === value)?.name) ?? t('activity.somebody'))
  return (
    <Combobox.Root
      items={items}
      filter={null}
      autoHighlight
      value={{ id: value, name }}
      onValueChange={(next: Person | null) => {
        setPicked(next)
        onChange(next?.id)
      }}
      inputValue={query}
      onInputValueChange={(next, { reason }) => setQuery(reason === 'input-change' ? next : '')}
      itemToStringLabel={(person: Person) => person.name}
      isItemEqualToValue={(a: Person, b: Person) => a.id === b.id}
    >
      <Combobox.Trigger
        aria-label={`${t('activity.filter.person')}: ${name}`}
        className={cn(buttonVariants({ variant: 'outline' }), 'max-w-64 min-w-44 justify-between max-md:max-w-none max-md:min-w-0')}
      >
        <span dir="auto" className="truncate">
          {name}
        </span>
        <ChevronDown aria-hidden size={15} className="text-muted" />
      </Combobox.Trigger>
      <Combobox.Portal>
        <Combobox.Positioner align="start" sideOffset={6} collisionPadding={12} className="z-50 outline-none">
          <Combobox.Popup
            aria-label={t('activity.filter.person')}
            className="w-72 max-w-[calc(100vw-24px)] rounded-box border border-line bg-card p-1.5 text-ink shadow-float outline-none transition-opacity duration-120 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            <Combobox.Input
              aria-label={t('activity.searchPerson')}
              placeholder={t('activity.searchPerson')}
              className="mb-1.5 h-9.5 w-full rounded-[7px] border border-line bg-card px-3 text-base focus-visible:outline-offset-0 max-md:h-11 max-md:text-[1rem]"
            />
            <Combobox.Empty className="px-2.5 py-3 text-small text-muted empty:hidden">
              {data ? t('activity.nobodyFound') : t('picker.searching')}
            </Combobox.Empty>
            <Combobox.List className="max-h-72 overflow-y-auto overscroll-contain outline-none">
              {(person: Person) => (
                <Combobox.Item
                  key={person.id ?? 'anybody'}
                  value={person}
                  className="flex min-h-10 cursor-pointer items-center gap-2.5 rounded-[7px] px-2.5 py-1.5 outline-none select-none data-highlighted:bg-soft max-md:min-h-11"
                >
                  {person.id !== undefined && <InitialsBadge kind="person" name={person.name} className="size-6.5" />}
                  <span dir="auto" className="min-w-0 flex-1 truncate">
                    {person.name}
                  </span>
                  <Combobox.ItemIndicator className="text-accent">
                    <Check aria-hidden size={16} />
                  </Combobox.ItemIndicator>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
