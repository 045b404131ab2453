/** A moment as calibre writes it, as ISO 8601 in UTC; null for its "undefined" (the year 101) and for what is none. */
export function momentOf(text: string): string | null {
  const parts = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(text.trim())
  if (!parts) return null
  const [, day = '', time = '', fraction = '', zone = 'Z'] = parts
  const moment = new Date(`${day}T${time}${fraction.slice(0, 4)}${zone}`)
  return Number.isNaN(moment.getTime()) || moment.getUTCFullYear() <= 101 || moment.getUTCFullYear() > 9999 ? null : moment.toISOString()
}
