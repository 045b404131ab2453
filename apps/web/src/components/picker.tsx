import { Combobox } from '@base-ui/react/combobox'
import { Check, Search, UsersRound, X } from 'lucide-react'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { t } from '#lib/i18n.ts'

export type Choice = { kind: 'person' | 'team'; id: string; name: string; detail: string | null }

/** A search with the found people and teams below it; several can be chosen. */
export function Picker({
  label,
  empty,
  choices,
  query,
  onQuery,
  chosen,
  onChosen,
}: {
  label: string
  empty: string
  /** Undefined while they are asked for. */
  choices: readonly Choice[] | undefined
  query: string
  onQuery: (query: string) => void
  chosen: readonly Choice[]
  onChosen: (chosen: Choice[]) => void
}) {
  return (
    <Combobox.Root
      inline
      open
      multiple
      filter={null}
      autoHighlight
      items={choices ?? []}
      value={[...chosen]}
      onValueChange={(next: Choice[]) => onChosen(next)}
      inputValue={query}
      onInputValueChange={(next, { reason }) => reason !== 'item-press' && onQuery(next)}
      itemToStringLabel={(choice: Choice) => choice.name}
      isItemEqualToValue={(a: Choice, b: Choice) => a.id === b.id}
    >
      <div className="relative">
        <Search aria-hidden size={16} className="pointer-events-none absolute top-1/2 left-3.5 -translate-y-1/2 text-muted" />
        <Combobox.Input
          aria-label={label}
          placeholder={label}
          className="h-11 w-full rounded-field border border-field-line bg-card pr-3 pl-10 text-base hover:border-muted focus-visible:outline-offset-0 max-md:text-[1rem]"
        />
      </div>
      {chosen.length > 0 && (
        <ul aria-label={t('picker.chosenNames')} className="mt-2.5 flex flex-wrap gap-1.5">
          {chosen.map((choice) => (
            <li key={choice.id} className="flex max-w-full items-center rounded-full bg-accent-soft pl-3 text-small">
              <span dir="auto" className="min-w-0 truncate">
                {choice.name}
              </span>
              <button
                type="button"
                aria-label={t('access.removeNamed', { name: choice.name })}
                onClick={() => onChosen(chosen.filter(({ id }) => id !== choice.id))}
                className="grid size-8 shrink-0 place-items-center rounded-full text-muted hover:text-ink"
              >
                <X aria-hidden size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Combobox.Status className="px-1 pt-3 text-small text-muted empty:hidden">
        {choices === undefined ? t('picker.searching') : choices.length === 0 ? empty : null}
      </Combobox.Status>
      <Combobox.List className="mt-2.5 h-72 overflow-y-auto overscroll-contain outline-none data-empty:hidden max-md:h-[42dvh]">
        {(choice: Choice) => (
          <Combobox.Item
            key={choice.id}
            value={choice}
            className="flex min-h-12 cursor-pointer items-center gap-3 rounded-field px-2.5 py-1.5 outline-none select-none data-highlighted:bg-soft"
          >
            {choice.kind === 'team' ? (
              <span aria-hidden className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-accent">
                <UsersRound size={14} />
              </span>
            ) : (
              <InitialsBadge kind="person" name={choice.name} />
            )}
            <span className="min-w-0 flex-1">
              <span dir="auto" className="block truncate">
                {choice.name}
              </span>
              {choice.detail !== null && <span className="block truncate text-meta text-muted">{choice.detail}</span>}
            </span>
            <Combobox.ItemIndicator className="text-accent">
              <Check aria-hidden size={17} />
            </Combobox.ItemIndicator>
          </Combobox.Item>
        )}
      </Combobox.List>
    </Combobox.Root>
  )
}
