import { t } from '#lib/i18n.ts'

const known: Readonly<Record<string, string>> = { isbn: 'ISBN', isbn10: 'ISBN', isbn13: 'ISBN', issn: 'ISSN', doi: 'DOI', asin: 'ASIN', uuid: 'UUID', jan: 'JAN' }

/** The name of an identifier's scheme; one without a scheme is just an identifier. */
export function identifierName(scheme: string): string {
  const key = scheme.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return known[key] ?? (['', 'unknown', 'other', 'id', 'uri', 'url'].includes(key) ? t('detail.identifier') : scheme)
}
