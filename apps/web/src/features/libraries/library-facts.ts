import type { Library } from '@carrel/api/schema/libraries'
import { formatAgo, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

/** `12,408 books · scanned 4 minutes ago` */
export function libraryFacts({ bookCount, scanning, lastScannedAt }: Pick<Library, 'bookCount' | 'scanning' | 'lastScannedAt'>): string {
  const books = t('library.books', { count: bookCount, books: formatNumber(bookCount) })
  if (scanning) return `${books} · ${t('library.scanning')}`
  return lastScannedAt === null ? books : `${books} · ${t('library.scanned', { ago: formatAgo(lastScannedAt) })}`
}
