/** A schedule as people choose it; `custom` is a cron expression of their own. */
export type ScheduleChoice =
  | { kind: 'off' }
  | { kind: 'daily'; time: string }
  | { kind: 'weekly'; day: number; time: string }
  | { kind: 'custom'; cron: string }

const everyDay = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[0-6])$/

export function readSchedule(cron: string | null): ScheduleChoice {
  if (cron === null) return { kind: 'off' }
  const [, minute, hour, day] = everyDay.exec(cron) ?? []
  if (minute === undefined || hour === undefined || Number(minute) > 59 || Number(hour) > 23) return { kind: 'custom', cron }
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  return day === '*' ? { kind: 'daily', time } : { kind: 'weekly', day: Number(day), time }
}

/** Null: no schedule. Undefined while something is missing. */
export function writeSchedule(choice: ScheduleChoice): string | null | undefined {
  if (choice.kind === 'off') return null
  if (choice.kind === 'custom') return choice.cron.trim().replaceAll(/\s+/g, ' ') || undefined
  const [hour, minute] = choice.time.split(':').map(Number)
  if (hour === undefined || minute === undefined || Number.isNaN(hour) || Number.isNaN(minute)) return undefined
  return `${minute} ${hour} * * ${choice.kind === 'daily' ? '*' : choice.day}`
}
