import * as z from 'zod'
import { Timestamp } from '../shapes.ts'

/** A cron expression of five fields: minute, hour, day of the month, month, day of the week. In the server's time. */
export const Schedule = z
  .string()
  .trim()
  .max(100)
  .regex(/^[\w*,/#-]+(?:\s+[\w*,/#-]+){4}$/, 'A schedule has five fields, such as 0 3 * * *.')

/** How changes in a folder are noticed. */
export const Noticing = z.object({
  /** Told by the system, looked for from time to time, or only when asked. */
  mode: z.enum(['watching', 'polling', 'off']),
  /** Why it is looked for: the file system tells nothing, the system allows no more watches, or null. */
  reason: z.enum(['file-system', 'limit']).nullable(),
  /** Type of the file system, as the server names it. */
  fileSystem: z.string().nullable(),
  pollMinutes: z.number().int(),
  /** When the folder was last looked through. */
  checkedAt: Timestamp.nullable(),
})
export type Noticing = z.infer<typeof Noticing>

/** How a library is kept up to date. */
export const Upkeep = z.object({
  watch: z.boolean(),
  schedule: z.string().nullable(),
  nextRunAt: Timestamp.nullable(),
  /** The server's, in which the schedule counts. */
  timeZone: z.string(),
})
export type Upkeep = z.infer<typeof Upkeep>
