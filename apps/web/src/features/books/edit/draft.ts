import type { BookSources, EditableField, Told } from '@carrel/api/schema/books/edits'

export type Field = Exclude<EditableField, 'cover'>
/** What somebody wrote and has not saved: a value, or that the sources shall speak again. */
export type Draft = { readonly [F in Field]?: { value: Told[F] } | 'open' }

/** What stands in a field while it is edited. */
export function shownValue<F extends Field>(sources: BookSources, draft: Draft, field: F): Told[F] {
  const own: { value: Told[F] } | 'open' | undefined = draft[field]
  if (own === 'open') return sources.unedited[field]
  return own ? own.value : sources.effective[field]
}

export function isLocked(sources: BookSources, draft: Draft, field: Field): boolean {
  const own = draft[field]
  return own === undefined ? sources.locked.includes(field) : own !== 'open'
}

const filled = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value
  // A row that somebody added and left empty is none.
  return (value as (string | { name?: string; value?: string })[]).filter(
    (item) => typeof item === 'string' || `${item.name ?? ''}${item.value ?? ''}`.trim() !== '',
  )
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** What to ask of the server; null when nothing would change. */
export function toWish(sources: BookSources, draft: Draft): { set: Record<string, unknown>; clear: Field[] } | null {
  const entries = Object.entries(draft) as [Field, { value: unknown } | 'open'][]
  const set = Object.fromEntries(
    entries.flatMap(([field, own]) => {
      if (own === 'open') return []
      const value = filled(own.value)
      // Rows that were added and left empty lock nothing.
      return same(value, own.value) || !same(value, sources.effective[field]) ? [[field, value]] : []
    }),
  )
  const clear = entries.flatMap(([field, own]) => (own === 'open' && sources.locked.includes(field) ? [field] : []))
  return Object.keys(set).length + clear.length > 0 ? { set, clear } : null
}

/** Fields whose value the server refused. */
export function wrongFields(error: unknown): Field[] {
  const { data } = (error ?? {}) as { data?: { issues?: { path?: unknown[] }[] } | null }
  const named = data?.issues?.flatMap(({ path = [] }) => (path[0] === 'set' && typeof path[1] === 'string' ? [path[1]] : []))
  // Only fields are named there.
  return [...new Set(named as Field[] | undefined)]
}
