import type { EditableField, Told } from '@carrel/api/schema/books/edits'
import { formatLanguage, formatList } from '#lib/format.ts'
import { type MessageId, t } from '#lib/i18n.ts'
import { roleName } from '../roles.ts'
import type { Field } from './draft.ts'

const labels: Readonly<Record<EditableField, MessageId>> = {
  title: 'edit.field.title',
  subtitle: 'edit.field.subtitle',
  sortTitle: 'edit.field.sortTitle',
  contributors: 'edit.field.contributors',
  series: 'edit.field.series',
  languages: 'edit.field.languages',
  identifiers: 'edit.field.identifiers',
  publisher: 'edit.field.publisher',
  published: 'edit.field.published',
  description: 'edit.field.description',
  tags: 'edit.field.tags',
  direction: 'edit.field.direction',
  cover: 'edit.field.cover',
}
/** Fields in the order in which they are shown. */
export const editedFields: readonly Field[] = ['title', 'subtitle', 'sortTitle', 'contributors', 'series', 'languages', 'identifiers', 'publisher', 'published', 'description', 'tags', 'direction'] // prettier-ignore
export const fieldLabel = (field: EditableField): string => t(labels[field])

const wrongs: Readonly<Partial<Record<Field, MessageId>>> = {
  title: 'edit.wrong.title',
  published: 'edit.wrong.published',
  languages: 'edit.wrong.languages',
  identifiers: 'edit.wrong.identifiers',
  series: 'edit.wrong.series',
}
export const wrongText = (field: Field): string => t(wrongs[field] ?? 'edit.wrong.other')

const directions: Readonly<Record<string, MessageId>> = { ltr: 'edit.direction.ltr', rtl: 'edit.direction.rtl' }
export const directionName = (direction: string | null): string => t(directions[direction ?? ''] ?? 'edit.direction.none')

/** What a source says in one line; empty when it says nothing. */
export function toldText<F extends Field>(field: F, value: Told[F]): string {
  if (value === null) return ''
  if (field === 'direction') return directionName(value as string)
  if (typeof value === 'string') return value.length > 160 ? `${value.slice(0, 160).toWellFormed()}…` : value
  if (field === 'languages') return formatList((value as string[]).map(formatLanguage))
  if (field === 'tags') return formatList(value as string[])
  if (field === 'contributors')
    return formatList((value as Told['contributors']).map(({ name, role }) => (role === 'author' ? name : `${name} (${roleName(role)})`)))
  if (field === 'series')
    return formatList(
      (value as Told['series']).map(({ name, position }) => (position === null ? name : `${name}, ${t('book.position', { position })}`)),
    )
  return formatList((value as Told['identifiers']).map((each) => `${each.scheme.toUpperCase()} ${each.value}`))
}
