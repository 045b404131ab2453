const two = (value: number): string => String(value).padStart(2, '0')

/** As a field of day and time has it: the reader's clock, to the minute. */
export function localMoment(date: Date): string {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}
