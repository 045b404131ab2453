import { formatDate } from './format.ts'
import { t } from './i18n.ts'

/** The reader's calendar day of a moment, as a key. */
export function dayOf(at: string | Date): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}

export function dayText(at: string, now: Date = new Date()): string {
  const yesterday = new Date(now)
  yesterday.setDate(now.getDate() - 1)
  if (dayOf(at) === dayOf(now)) return t('activity.today')
  return dayOf(at) === dayOf(yesterday) ? t('activity.yesterday') : formatDate(at)
}
