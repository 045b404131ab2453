import { cleanLine, escapeHtml, unlinked } from './text.ts'

/** A value from outside, set apart from the words around it: as it is, and as a body shows it. */
export type Name = { name: string; shown: string; strong: boolean }

/** Words of ours and values from outside, kept apart until they are written as text or HTML. */
export type Line = readonly (string | Name)[]

/** A name that its owner chose: cleaned, at most 100 characters, made into a link by no mail client. */
export function nameOf(text: string): Name {
  const name = cleanLine(text, 100) || '–'
  return { name, shown: unlinked(name), strong: true }
}

/** The name of the reader. */
export function readerOf(text: string): Name {
  return { ...nameOf(text), strong: false }
}

/** A mail address, shown as it is so that it can be copied. */
export function addressOf(text: string): Name {
  const name = cleanLine(text, 254)
  return { name, shown: name, strong: true }
}

export function line(strings: TemplateStringsArray, ...values: (string | Name | Line)[]): Line {
  return strings.flatMap((string, index) => {
    const value = values[index]
    if (value === undefined) return [string]
    return Array.isArray(value) ? [string, ...(value as Line)] : [string, value as string | Name]
  })
}

/** "a, b and c" in the words of a language. */
export function listOf(names: readonly Name[], locale: string): Line {
  let next = 0
  return new Intl.ListFormat(locale)
    .formatToParts(names.map((name) => name.name))
    .map((part) => (part.type === 'element' ? names[next++]! : part.value))
}

export function subjectOf(line: Line): string {
  return line.map((part) => (typeof part === 'string' ? part : part.name)).join('')
}

export function textOf(line: Line): string {
  return line.map((part) => (typeof part === 'string' ? part : part.shown)).join('')
}

export function htmlOf(line: Line): string {
  return line
    .map((part) => {
      if (typeof part === 'string') return escapeHtml(part)
      const name = escapeHtml(part.shown)
      return part.strong ? `<strong dir="auto" style="font-weight:600">${name}</strong>` : `<span dir="auto">${name}</span>`
    })
    .join('')
}
