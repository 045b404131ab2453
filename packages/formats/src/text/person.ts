import { limits } from '../limits.ts'
import type { Contributor, ContributorRole } from '../types.ts'
import { cleanLine } from './clean.ts'

const suffix = /^(?:jr|sr|[iv]+|ph\.?\s?d|m\.?d|esq|inc|ltd|llc|gmbh|co)\.?$/i

/** A person as "Last, First" or "First Last"; a comma before "Jr." or "Inc." parts no names. */
export function personOf(text: string, role: ContributorRole): Contributor | null {
  const line = cleanLine(text, limits.name)
  if (line === null) return null
  const [last = '', first = '', ...rest] = line.split(',').map((part) => part.trim())
  if (last === '' || first === '' || rest.length > 0 || suffix.test(first)) return { name: line, sortName: null, role }
  return { name: `${first} ${last}`, sortName: line, role }
}
