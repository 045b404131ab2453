import { CronExpressionParser } from 'cron-parser'

/** A cron expression of five fields in the server's time. Throws when it is none. */
const parse = (schedule: string, at: number) => {
  if (schedule.trim().split(/\s+/).length !== 5) throw new Error('A schedule has five fields.')
  // `H` stands for a moment of the parser's choice, which must be the same each time.
  return CronExpressionParser.parse(schedule, { currentDate: new Date(at), tz: timeZone(), hashSeed: schedule })
}

export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** When it is next due; null for what is no schedule, or one that never comes. */
export function nextDue(schedule: string, now = Date.now()): Date | null {
  try {
    return parse(schedule, now).next().toDate()
  } catch {
    return null
  }
}

/** Whether it came due after `since`. What was missed meanwhile counts once. */
export function isDue(schedule: string, since: number, now = Date.now()): boolean {
  const due = nextDue(schedule, since)
  return due !== null && due.getTime() <= now
}
