import type { Line, Name } from './line.ts'

/** What one mail says. `unexpected` tells what to do when nobody asked for it. */
export type Words = { subject: Line; heading: Line; lines: Line[]; button?: string; unexpected: string }

/** A mail with a link needs the words on its button. */
type LinkWords = Words & { button: string }

/** Every text of every mail in one language. */
export type Catalogue = {
  /** Stands above the bare link. */
  linkHint: string
  footer: string
  invitation(values: { organization: Name; inviter: Name; roles: readonly Name[]; expiresAt: Date }): LinkWords
  passwordReset(values: { user: Name; minutes: number }): LinkWords
  accountMade(values: { user: Name; minutes: number }): LinkWords
  verifyEmail(values: { user: Name; minutes: number }): LinkWords
  changeEmail(values: { user: Name; newEmail: Name; minutes: number }): LinkWords
  emailChanged(values: { user: Name; newEmail: Name }): Words
  test(values: { server: Name; sender: Name }): Words
}

/** A day and time in UTC, which the text names. */
export function momentIn(locale: string, moment: Date): string {
  return new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(moment)
}

/** "45 minutes", "1 hour", "2 days": the largest unit that fits without a rest. */
export function durationIn(locale: string, minutes: number): string {
  const [unit, size] =
    minutes % 1440 === 0 ? (['day', 1440] as const) : minutes % 60 === 0 ? (['hour', 60] as const) : (['minute', 1] as const)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(minutes / size)
}
