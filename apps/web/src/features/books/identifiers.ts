import { t } from '#lib/i18n.ts'

type Identifier = { scheme: string; value: string }

const known: Readonly<Record<string, string>> = {
  isbn: 'ISBN',
  isbn10: 'ISBN',
  isbn13: 'ISBN',
  issn: 'ISSN',
  doi: 'DOI',
  asin: 'ASIN',
  uuid: 'UUID',
  jan: 'JAN',
}
const nameless = new Set(['', 'unknown', 'other', 'id', 'identifier', 'uri', 'url', 'urn'])

/** An identifier as a person would write it: `urn:isbn:978…` is an ISBN. */
export function readableIdentifier({ scheme, value }: Identifier): { name: string; value: string } {
  const urn = /^(?:urn:)?(isbn|issn|uuid|doi):(.+)$/i.exec(value.trim())
  const key = (urn?.[1] ?? scheme).toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return { name: known[key] ?? (nameless.has(key) ? t('detail.identifier') : scheme), value: urn?.[2] ?? value }
}
