import { describe, expect, it } from 'vitest'
import { readSchedule, writeSchedule } from './schedule.ts'

describe('a schedule', () => {
  it.each([
    [null, { kind: 'off' }],
    ['30 3 * * *', { kind: 'daily', time: '03:30' }],
    ['0 22 * * 0', { kind: 'weekly', day: 0, time: '22:00' }],
    ['*/20 * * * *', { kind: 'custom', cron: '*/20 * * * *' }],
    ['0 25 * * *', { kind: 'custom', cron: '0 25 * * *' }],
    ['0 3 * * 1-5', { kind: 'custom', cron: '0 3 * * 1-5' }],
  ] as const)('%s is read, and written as it was', (cron, choice) => {
    expect(readSchedule(cron)).toEqual(choice)
    expect(writeSchedule(choice)).toBe(cron)
  })

  it('is not written while something is missing', () => {
    expect(writeSchedule({ kind: 'daily', time: '' })).toBeUndefined()
    expect(writeSchedule({ kind: 'custom', cron: '  ' })).toBeUndefined()
    expect(writeSchedule({ kind: 'custom', cron: ' 0  3 * *   1-5 ' })).toBe('0 3 * * 1-5')
  })
})
