import { CronExpressionParser } from 'cron-parser'

/** Between two runs on schedule. */
const leastMs = 15 * 60_000

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

/** Twice within less than a quarter of an hour. */
export function isTooOften(schedule: string, now = Date.now()): boolean {
  try {
    const times = parse(schedule, now)
    let last = times.next().getTime()
    // Minutes repeat each hour: as many times show the least distance.
    for (let seen = 0; seen < 60; seen += 1) {
      const next = times.next().getTime()
      if (next - last < leastMs) return true
      last = next
    }
    return false
  } catch {
    return false
  }
}

/** Whether it came due after `since`. What was missed meanwhile counts once. */
export function isDue(schedule: string, since: number, now = Date.now()): boolean {
  const due = nextDue(schedule, since)
  return due !== null && due.getTime() <= now
}
