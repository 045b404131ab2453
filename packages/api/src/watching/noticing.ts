import { fileSystemOf, readMounts, tellsChanges } from './file-system.ts'
import type { findUpkeep } from './queries.ts'
import { nextDue, timeZone } from './schedule.ts'
import type { Noticing, Upkeep } from './schema.ts'

type Kept = NonNullable<Awaited<ReturnType<typeof findUpkeep>>>

export const toUpkeep = ({ watch, schedule }: Kept): Upkeep => ({
  watch,
  schedule,
  nextRunAt: (schedule === null ? null : nextDue(schedule))?.toISOString() ?? null,
  timeZone: timeZone(),
})

export const toNoticing = ({ mode, fileSystem, checkedAt }: Kept['folders'][number], pollMinutes: number): Noticing => ({
  mode,
  reason: mode === 'polling' ? (tellsChanges(fileSystem) ? 'limit' : 'file-system') : null,
  fileSystem,
  pollMinutes,
  checkedAt: checkedAt?.toISOString() ?? null,
})

/** How changes in a folder will be noticed once it is part of a library. `folder` is a real path. */
export async function expectedNoticing(folder: string, pollMinutes: number): Promise<Omit<Noticing, 'checkedAt'>> {
  const fileSystem = await fileSystemOf(folder, await readMounts())
  const told = tellsChanges(fileSystem)
  return { mode: told ? 'watching' : 'polling', reason: told ? null : 'file-system', fileSystem, pollMinutes }
}
