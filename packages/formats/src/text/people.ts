import { limits } from '../limits.ts'
import type { Contributor, ContributorRole } from '../types.ts'
import { cleanLine } from './clean.ts'

/** Roles that follow a name behind a dash, as Audible and Libation write them. */
const suffixes: readonly [RegExp, ContributorRole][] = [
  [/ [-–] (?:translator|translated by)$/i, 'translator'],
  [/ [-–] (?:editor|edited by)$/i, 'editor'],
  [/ [-–] (?:illustrator)$/i, 'illustrator'],
  [/ [-–] (?:narrator)$/i, 'narrator'],
  [/ [-–] (?:introduction|foreword|preface|afterword|adaptation|contributor)$/i, 'contributor'],
]

const firstAndLast = /^\S+ \S+/

/**
 * The single names of a list in one line. A comma parts names only when every part has two words, since
 * "Last, First" is one name.
 */
export function splitNames(text: string): string[] {
  const line = cleanLine(text, limits.name * 20)
  if (line === null) return []
  const parts = line.split(/\s*[;/|]\s*|\s+(?:&|and)\s+/i).flatMap((part) => {
    const byComma = part.split(/\s*,\s*/).filter((name) => name !== '')
    return byComma.length > 1 && byComma.every((name) => firstAndLast.test(name)) ? byComma : [part]
  })
  return parts.map((name) => name.replace(/^[\s,]+|[\s,]+$/g, '')).filter((name) => name !== '')
}

/** People by the order of their names, one entry for each role. */
export class People {
  readonly #found = new Map<string, Contributor>()

  /** `role` holds for names that tell of none by themselves. */
  add(names: Iterable<string>, role: ContributorRole): void {
    for (const written of names) {
      const suffix = suffixes.find(([pattern]) => pattern.test(written))
      const name = cleanLine(suffix ? written.replace(suffix[0], '') : written, limits.name)
      const actual = suffix?.[1] ?? role
      const key = JSON.stringify([actual, name])
      if (name === null || this.#found.has(key) || this.#found.size >= limits.contributors) continue
      this.#found.set(key, { name, sortName: null, role: actual })
    }
  }

  list(): Contributor[] {
    return [...this.#found.values()]
  }
}
