const earliestMs = Date.parse('0001-01-01T00:00:00.000Z')
const latestMs = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * Size and time of a file as calendars and columns take them, in whole milliseconds. File systems also keep times of which
 * neither knows, and sizes that no number here tells exactly: these become the nearest.
 */
export const fileState = ({ size, mtimeMs }: { size: number; mtimeMs: number }): { size: number; modifiedMs: number } => ({
  size: Math.min(size, Number.MAX_SAFE_INTEGER),
  modifiedMs: Math.min(Math.max(Math.trunc(mtimeMs), earliestMs), latestMs),
})
