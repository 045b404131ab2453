import type { Library, LibraryDetail } from '@carrel/api/schema/libraries'
import { formatAgo, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'

type Facts = Pick<Library, 'bookCount' | 'scanning' | 'lastScannedAt'>

/** `12,408 books` */
export function bookCountText({ bookCount }: Pick<Facts, 'bookCount'>): string {
  return t('library.books', { count: bookCount, books: formatNumber(bookCount) })
}

/** `scanned 4 minutes ago`; null before the first scan has ended. */
export function scannedText({ scanning, lastScannedAt }: Omit<Facts, 'bookCount'>): string | null {
  if (scanning) return t('library.scanning')
  if (lastScannedAt === null) return null
  const fresh = Date.now() - Date.parse(lastScannedAt) < 60_000
  return fresh ? t('library.scannedNow') : t('library.scanned', { ago: formatAgo(lastScannedAt) })
}

/** `12,408 books · scanned 4 minutes ago` */
export function libraryFacts(library: Facts): string {
  return [bookCountText(library), scannedText(library)].filter((part) => part !== null).join(' · ')
}

/** A queued scan may have lost its job: asking again queues it anew. */
export function mayScan({ scanning, scan }: Pick<LibraryDetail, 'scanning' | 'scan'>): boolean {
  return !scanning || scan?.status === 'queued'
}
