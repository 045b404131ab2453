import { limits } from '@carrel/api/limits'

/** The words to search for from an address: a router may have read `?q=1984` as a number. */
export function parseQuery(value: unknown): string {
  return (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '').slice(0, limits.queryLength)
}
