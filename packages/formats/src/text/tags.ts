import { limits } from '../limits.ts'
import { cleanLine } from './clean.ts'

/** Tags as books list them, many in one text parted by `;`, each kept once whatever its case. */
export function splitTags(texts: Iterable<string>, separator: string | RegExp = ';'): string[] {
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
