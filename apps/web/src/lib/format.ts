import { locale } from './i18n.ts'

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locale()).format(value)
}

/** With all the decimals that it has. */
export function formatExact(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 15 }).format(value)
}

/** A rate with one decimal below ten: `3.4`, `312`. */
export function formatRate(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)
}

export function formatList(values: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'unit', style: 'short' }).format(values)
}

/** All of them, in a sentence: `A, B and C`. */
export function formatAll(values: readonly string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction' }).format(values)
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Decimal units, as file managers show them: `1.5 MB`. */
export function formatBytes(bytes: number): string {
  const exponent = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** exponent
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: byteUnits[exponent] ?? 'byte',
    unitDisplay: exponent === 0 ? 'long' : 'short',
    maximumFractionDigits: exponent > 0 && value < 10 ? 1 : 0,
  }).format(value)
}

/** The two largest parts of a duration: `2 h 10 min`, `38 sec`. */
export function formatDuration(seconds: number): string {
  const part = (value: number, unit: 'hour' | 'minute' | 'second'): string =>
    new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short' }).format(value)
  const whole = Math.max(1, Math.round(seconds))
  if (whole < 60) return part(whole, 'second')
  const minutes = Math.round(whole / 60)
  if (minutes < 60) return part(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? part(hours, 'hour') : `${part(hours, 'hour')} ${part(minutes % 60, 'minute')}`
}

const steps = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** `4 minutes ago`, `yesterday`; within a minute, `now`. */
export function formatAgo(timestamp: string, now: number = Date.now()): string {
  const seconds = (Date.parse(timestamp) - now) / 1000
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  }
  return format.format(0, 'second')
}

/** Exact to a day: `today`, `yesterday`, `5 days ago`; after two weeks the date. */
export function formatDay(timestamp: string, now: number = Date.now()): string {
  const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0)
  const days = Math.round((midnight(Date.parse(timestamp)) - midnight(now)) / 86_400_000)
  return days < -14 ? formatDate(timestamp) : new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(days, 'day')
}

/** `in 7 days`, to the nearest unit. */
export function formatIn(timestamp: string, now: number = Date.now()): string {
  const seconds = Math.max(0, (Date.parse(timestamp) - now) / 1000)
  const [unit, size] =
    seconds >= 1.5 * 86_400 ? (['day', 86_400] as const) : seconds >= 5400 ? (['hour', 3600] as const) : (['minute', 60] as const)
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.max(1, Math.round(seconds / size)), unit)
}

export function formatDate(timestamp: string, style: 'medium' | 'long' = 'long'): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: style }).format(new Date(timestamp))
}

/** The name of a day of the week; 0 is Sunday. */
export function formatWeekday(day: number): string {
  // The fourth of January 1970 was a Sunday.
  return new Intl.DateTimeFormat(locale(), { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(1970, 0, 4 + day)))
}

/** The time of day, to the minute. */
export function formatTime(timestamp: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(new Date(timestamp))
}

/** Day and time to the second. */
export function formatMoment(timestamp: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'medium' }).format(new Date(timestamp))
}

/** A date of publication as exact as it is known: `1892`, `October 1892`, `14 October 1892`. */
export function formatPublished(value: string): string {
  const [year = '', month, day] = value.split('-')
  if (month === undefined) return year
  const date = new Date(Date.UTC(2000, Number(month) - 1, day === undefined ? 1 : Number(day)))
  date.setUTCFullYear(Number(year))
  return new Intl.DateTimeFormat(locale(), {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'long',
    ...(day === undefined ? {} : { day: 'numeric' }),
  }).format(date)
}

/** `en-GB` → `British English`; an unknown tag stays as it is. */
export function formatLanguage(tag: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type: 'language', fallback: 'code' }).of(tag) ?? tag
  } catch {
    return tag
  }
}

/** Which greeting fits the hour. */
export function partOfDay(hour: number): 'night' | 'morning' | 'afternoon' | 'evening' {
  if (hour < 5) return 'night'
  if (hour < 12) return 'morning'
  return hour < 18 ? 'afternoon' : 'evening'
}
