import * as z from 'zod'
import { nameKey } from '../books/sort-key.ts'
import type { MetadataField, MetadataInput } from './schema.ts'

const CalendarDate = z.iso.date().refine((value) => !value.startsWith('0000'))

/** True when the value is one that this field can hold. */
export function fits(field: Pick<MetadataField, 'kind' | 'choices'>, value: MetadataInput): boolean {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'flag':
      return typeof value === 'boolean'
    case 'date':
      return CalendarDate.safeParse(value).success
    case 'choice':
      return field.choices.some(({ id }) => id === value)
  }
}

/** True when two of these names read the same. */
export function readsTwice(choices: readonly { name: string }[]): boolean {
  return new Set(choices.map(({ name }) => nameKey(name))).size < choices.length
}
