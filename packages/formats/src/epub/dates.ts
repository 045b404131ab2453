function year(text: string | undefined): string | null {
  const value = Number(text)
  return value >= 1 && value < 2_200 ? String(value).padStart(4, '0') : null
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function isDay(y: number, month: number, day: number): boolean {
  const date = new Date(0)
  date.setUTCFullYear(y, month - 1, day)
  return day >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/**
 * A date as books write it, as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: as much of it
 * as is certain. Prose counts when it names exactly one year; years before
 * the common era and calibre's "undefined" (0101-01-01) are `null`.
 */
export function parseDate(text: string): string | null {
  const trimmed = text.trim().slice(0, 100)
  const iso = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?|(\d{2})(\d{2}))?(?![\d-])/.exec(trimmed)
  if (!iso) return yearInProse(trimmed)
  const y = year(iso[1])
  if (y === null || trimmed.startsWith('0101-01-01')) return null
  if (/^\d{4}\s*(?:BC|BCE)\b/i.test(trimmed)) return null
  const month = Number(iso[2] ?? iso[4])
  const day = Number(iso[3] ?? iso[5])
  if (!(month >= 1 && month <= 12)) return y
  return isDay(Number(y), month, day) ? `${y}-${two(month)}-${two(day)}` : `${y}-${two(month)}`
}

function yearInProse(text: string): string | null {
  if (/\bB\.?C\.?(?:E\b|(?!\w))/i.test(text) || text.startsWith('-')) return null
  const years = new Set(text.match(/(?<!\d)(?:1\d{3}|20\d{2})(?!\d)/g))
  const [only] = years
  return years.size === 1 ? year(only) : null
}
