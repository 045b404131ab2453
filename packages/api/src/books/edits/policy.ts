import type { BookMetadata } from '@carrel/formats'
import type { BookEdits, CoverEdit, EditableField, EditedFields } from './schema.ts'

/** A part of what people wrote, before and after a deed: what is in neither was and stays open. */
export type Change = { before: BookEdits; after: BookEdits }
export type Wish = {
  set: EditedFields
  clear: readonly EditableField[]
  cover?: CoverEdit | undefined
  addTags?: readonly string[]
  removeTags?: readonly string[]
}

/** The same for values that a database holds, which keeps no order of keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`)
      .join(',')}}`
  return JSON.stringify(value ?? null)
}
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)
const fold = (text: string) => text.normalize('NFKC').toLowerCase()

/**
 * What a wish changes of what people wrote of a book, of which `effective` holds now; null for nothing. `lockSame`: a field gets
 * locked also where it would say what it says already.
 */
export function changeOf(edits: BookEdits, effective: BookMetadata, wish: Wish, { lockSame }: { lockSame: boolean }): Change | null {
  const wanted: Record<string, unknown> = { ...wish.set, ...(wish.cover !== undefined && { cover: wish.cover }) }
  const { addTags = [], removeTags = [] } = wish
  if (addTags.length > 0 || removeTags.length > 0) {
    const base = (wanted['tags'] as string[] | undefined) ?? effective.tags
    const known = new Set(base.map(fold))
    const gone = new Set(removeTags.map(fold))
    const tags = [...base.filter((tag) => !gone.has(fold(tag))), ...addTags.filter((tag) => !known.has(fold(tag)))]
    if (!same(tags, base)) wanted['tags'] = tags
  }
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(wanted)) {
    if (value === undefined) continue
    const locked = field in edits
    const now = locked ? edits[field as EditableField] : field === 'cover' ? undefined : effective[field as Exclude<EditableField, 'cover'>]
    if (locked ? same(now, value) : !lockSame && same(now, value)) continue
    if (locked) before[field] = now
    after[field] = value
  }
  for (const field of wish.clear) if (field in edits && !(field in wanted)) before[field] = edits[field]
  return Object.keys(before).length + Object.keys(after).length > 0 ? { before, after } : null
}

/** What people wrote when `change` is done. */
export function withChange(edits: BookEdits, { before, after }: Change): BookEdits {
  const kept = Object.entries(edits).filter(([field]) => !(field in before))
  return { ...Object.fromEntries(kept), ...after }
}

/** True when everything that the deed changed still stands as it left it. */
export function stillStands(edits: BookEdits, { before, after }: Change): boolean {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<EditableField>
  return [...fields].every((field) => field in edits === field in after && same(edits[field], after[field]))
}

/** A value as one line of text. */
export function textOf(field: EditableField, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value.length > 300 ? `${value.slice(0, 300).toWellFormed()}…` : value
  switch (field) {
    case 'contributors':
      return (value as BookMetadata['contributors']).map(({ name, role }) => (role === 'author' ? name : `${name} (${role})`)).join(', ')
    case 'series':
      return (value as BookMetadata['series']).map(({ name, position }) => (position === null ? name : `${name} #${position}`)).join('; ')
    case 'identifiers':
      return (value as BookMetadata['identifiers']).map(({ scheme, value: held }) => `${scheme} ${held}`).join(', ')
    case 'cover':
      return (value as { kind: string }).kind
    default:
      return Array.isArray(value) ? value.join(', ') : ''
  }
}
