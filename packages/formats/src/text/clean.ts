import { Parser } from 'htmlparser2'

/** White space that is a control character stays for the callers to fold. */
const control = /(?!\s)\p{Cc}|[\ufeff\ufffe\uffff]/gu

/** Well-formed text without control characters, in NFC. White space stays as it is. */
export function wellFormed(text: string): string {
  return text.toWellFormed().replace(control, '').normalize('NFC')
}

/** At most `max` UTF-16 units, never half a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max).trimEnd()
}

function decodeEntity(entity: string): string {
  let text = ''
  const parser = new Parser({ ontext: (part) => (text += part) })
  parser.end(entity)
  return text
}

/** Real books use the named entities of HTML without declaring them. */
export function decodeNamed(text: string): string {
  return text.includes('&') ? text.replace(/&[A-Za-z][A-Za-z0-9]{1,31};/g, decodeEntity) : text
}

/** Every entity of HTML, for formats that leave its text as it was. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? text.replace(/&(?:[a-z][a-z0-9]{1,31}|#\d{1,7}|#x[\da-f]{1,6});/gi, decodeEntity) : text
}

/** One clean line of at most `max` UTF-16 units, or `null` when nothing is left. */
export function cleanLine(text: string | undefined, max: number): string | null {
  if (text === undefined) return null
  const line = wellFormed(decodeNamed(cut(text, max * 4)))
    .replace(/\s+/g, ' ')
    .trim()
  return line === '' ? null : cut(line, max)
}
