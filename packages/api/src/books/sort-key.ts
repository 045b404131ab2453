const articles: Record<string, RegExp> = {
  en: /^(the|an?) (?=\S)/,
  de: /^(der|die|das|ein|eine) (?=\S)/,
  fr: /^(le|la|les|un|une|des) (?=\S)|^l['’](?=\S)/,
  es: /^(el|la|los|las|un|una) (?=\S)/,
  it: /^(il|lo|la|i|gli|le|un|una|uno) (?=\S)|^l['’](?=\S)/,
  nl: /^(de|het|een) (?=\S)/,
  pt: /^(o|a|os|as|um|uma) (?=\S)/,
}
const keyLength = 160

const plain = /^[\x20-\x7e]*$/

/** Lower case, full and half width alike, without marks on Latin, Greek and Cyrillic letters, katakana as hiragana. */
export function fold(text: string): string {
  if (plain.test(text)) return text.toLowerCase().replaceAll(/ {2,}/g, ' ').trim()
  return text
    .normalize('NFKD')
    .replaceAll(/(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replaceAll(/\s+/gu, ' ')
    .trim()
}

/**
 * A key that sorts bytewise as people sort titles: folded, without a leading article of its language and
 * leading marks, numbers by value. At most 160 characters.
 */
export function sortKey(text: string, language: string | null = null): string {
  const folded = fold(text).replace(/^[^\p{L}\p{N}]+/u, '') || fold(text)
  const article = articles[(language ?? 'en').split('-')[0] ?? 'en']
  const bare = article ? folded.replace(article, '') : folded
  return bare
    .replaceAll(/\d{1,12}/g, (digits) => digits.padStart(12, '0'))
    .slice(0, keyLength)
    .toWellFormed()
}

/** A person's name with the family name first, when the file does not say. */
export function personSortName(name: string): string {
  const words = name.trim().split(/\s+/)
  if (words.length < 2 || name.includes(',') || !/\p{Script=Latin}/u.test(name)) return name
  return `${words.at(-1)}, ${words.slice(0, -1).join(' ')}`
}

/** One key for the spellings of a name that are the same to a reader. At most 160 characters. */
export function nameKey(name: string): string {
  return (fold(name).replaceAll(/[.,]/g, '').replaceAll(/\s+/g, ' ').trim() || name).slice(0, keyLength).toWellFormed()
}

/** What a search looks into. */
export function searchText(parts: readonly (string | null)[]): string {
  return fold(parts.filter(Boolean).join(' \u001f ')).slice(0, 4000).toWellFormed()
}

/** Words of a search, folded; at most `limit`. */
export function searchTerms(query: string, limit: number): string[] {
  return fold(query.replaceAll('\0', ' ')).split(' ').filter(Boolean).slice(0, limit)
}
