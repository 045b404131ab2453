import { expect, it } from 'vitest'
import { waitedMilliseconds } from './waiting.ts'

it.skipIf(process.platform !== 'linux')('tells how long a process had no processor', () => {
  const before = waitedMilliseconds(process.pid)
  expect(before).toBeGreaterThan(0)
  expect(waitedMilliseconds(process.pid)).toBeGreaterThanOrEqual(before ?? NaN)
  expect(waitedMilliseconds(0x7fffffff)).toBeNull()
})
