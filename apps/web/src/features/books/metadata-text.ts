import type { MetadataValue } from '@carrel/api/schema/metadata'
import { formatExact, formatPublished } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

/** A value as it is read on the page of a book. */
export function metadataText({ kind, value, choice }: MetadataValue): string {
  if (kind === 'choice') return choice ?? ''
  if (typeof value === 'boolean') return t(value ? 'metadata.yes' : 'metadata.no')
  if (typeof value === 'number') return formatExact(value)
  return kind === 'date' ? formatPublished(value) : value
}
