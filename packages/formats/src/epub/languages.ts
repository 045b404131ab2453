import { limits } from '../limits.ts'

/** A language tag in canonical case (BCP 47), or `null` when it names no language. */
export function canonicalLanguage(text: string): string | null {
  const tag = text.trim().replaceAll('_', '-')
  if (tag.length > 60 || !/^[a-z]{2,3}(?:-|$)/i.test(tag)) return null
  try {
    const [canonical] = Intl.getCanonicalLocales(tag)
    return canonical === undefined || /^(?:und|zxx)\b/.test(canonical) ? null : canonical
  } catch {
    return null
  }
}

export function canonicalLanguages(texts: Iterable<string>): string[] {
  const found = new Set<string>()
  for (const text of texts) {
    const language = canonicalLanguage(text)
    if (language !== null && found.size < limits.languages) found.add(language)
  }
  return [...found]
}
