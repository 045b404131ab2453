/** One clean line of at most `max` characters: no control, bidi or other invisible characters but those that join letters. */
export function cleanLine(text: string, max: number): string {
  const line = text
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/(?![\u200c\u200d])[\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .trim()
  const characters = Array.from(line.slice(0, max * 4))
  return characters.length > max
    ? `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`
    : line
}

/**
 * Keeps mail clients from making a link of a name: a hair space before each sign that joins an address. A zero-width space
 * would not do, as host names are read without it.
 */
export function unlinked(text: string): string {
  return text.replace(/(?<=\S)(?:[.。．｡](?=[\p{L}\p{N}]{2})|@(?=\S)|(?<=\p{L}):(?=\S))/gu, '\u200a$&')
}

/** Text for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}
