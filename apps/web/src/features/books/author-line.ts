import { formatList, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

/** The authors in one line: two by name, further ones as a number. */
export function authorLine(authors: readonly string[]): string {
  if (authors.length <= 2) return formatList(authors)
  return t('book.authorsMore', { names: formatList(authors.slice(0, 2)), more: formatNumber(authors.length - 2) })
}
