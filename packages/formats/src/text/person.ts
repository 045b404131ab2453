import { limits } from '../limits.ts'
import type { Contributor, ContributorRole } from '../types.ts'
import { cleanLine } from './clean.ts'
import { turnedName } from './turned-name.ts'

/** A person as "Last, First" or "First Last". */
export function personOf(text: string, role: ContributorRole): Contributor | null {
  const line = cleanLine(text, limits.name)
  if (line === null) return null
  return { ...(turnedName(line) ?? { name: line, sortName: null }), role }
}
