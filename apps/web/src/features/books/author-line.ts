import { formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

/** The authors in one line: two by name, further ones as a number. */
export function authorLine(authors: readonly string[]): string {
  const count = authors.length - 2
  if (count <= 0) return formatList(authors)
  return t('book.authorsMore', { names: formatList(authors.slice(0, 2)), count, more: formatNumber(count) })
}
