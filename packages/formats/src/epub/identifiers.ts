import { parseIsbn } from '../isbn.ts'
import { limits } from '../limits.ts'
import { cleanLine, cut } from '../text/clean.ts'
import type { Identifier } from '../types.ts'

export { parseIsbn }

const uuid = /^(?:urn:)?(?:uuid:)?\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?$/i
const doi = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|(?:urn:)?doi:\s*)?(10\.\d{4,9}\/\S+)$/i
const asin = /^(?:urn:)?(?:asin|mobi-asin|amazon):\s*([a-z0-9]{10})$/i

/** ONIX code list 5, which `identifier-type` may use. */
const onixSchemes = new Map([
  ['02', 'isbn'],
  ['06', 'doi'],
  ['15', 'isbn'],
  ['22', 'urn'],
])

/** Tells what an identifier is by its form, then by its declared scheme. */
export function parseIdentifier(text: string, declared: string | null): Identifier | null {
  const value = cleanLine(text, limits.identifier)
  if (value === null) return null
  const name = cleanLine(declared ?? undefined, limits.identifier)?.toLowerCase() ?? ''
  const scheme = onixSchemes.get(name) ?? name
  const isbn = parseIsbn(value)
  if (isbn !== null) return { scheme: 'isbn', value: isbn }
  const uuidMatch = uuid.exec(value)?.[1]
  if (uuidMatch) return { scheme: 'uuid', value: uuidMatch.toLowerCase() }
  const doiMatch = doi.exec(value)?.[1]
  if (doiMatch) return { scheme: 'doi', value: doiMatch }
  const asinMatch = asin.exec(value)?.[1] ?? (/asin|^amazon/.test(scheme) && /^[a-z0-9]{10}$/i.test(value) ? value : null)
  if (asinMatch) return { scheme: 'asin', value: asinMatch.toUpperCase() }
  if (/^(?:urn:[a-z0-9-]+|https?|info|tag):\S+$/i.test(value)) return { scheme: 'uri', value }
  const known = scheme === '' || scheme === 'isbn' || scheme === 'uuid' || scheme === 'urn' || /^\d+$/.test(scheme)
  const prefix = known || value.toLowerCase().startsWith(`${scheme}:`) ? '' : `${scheme}:`
  return { scheme: 'other', value: cut(prefix + value, limits.identifier) }
}
