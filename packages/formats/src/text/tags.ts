import { limits } from '../limits.ts'
import { cleanLine } from './clean.ts'

/** Subjects as single tags, the first spelling of each; `separator` parts those that were written in one. */
export function readTags(texts: Iterable<string>, separator: string | RegExp = ';'): string[] {
  const found = new Map<string, string>()
  for (const text of texts) {
    for (const part of text.slice(0, limits.tags * limits.tag).split(separator)) {
      const tag = cleanLine(part, limits.tag)
      if (tag === null || found.size >= limits.tags) continue
      const key = tag.toLowerCase()
      if (!found.has(key)) found.set(key, tag)
    }
  }
  return [...found.values()]
}
