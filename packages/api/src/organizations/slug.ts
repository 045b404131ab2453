import { limits } from '../limits.ts'

export const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const reserved = new Set(['new', 'api', 'admin', 'settings', 'setup', 'sign-in', 'files', 'opds', 'www'])

/** What `Slug` accepts. Without Zod, which the web does not ship. */
export function isSlug(value: string): boolean {
  const { min, max } = limits.slugLength
  return value.length >= min && value.length <= max && slugPattern.test(value) && !uuid.test(value) && !reserved.has(value)
}

/**
 * A slug from a name: Latin letters without marks, digits, hyphens; at most 40, so that a number fits behind.
 * Not always one that `isSlug` accepts: names in other scripts leave nothing.
 */
export function slugFromName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .replaceAll(/[’']/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
}
