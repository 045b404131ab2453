import { spawn } from 'node:child_process'
import { availableParallelism, setPriority } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { waitedMilliseconds } from './waiting.ts'

const busy = () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })

it.skipIf(process.platform !== 'linux')('tells how long a process had no processor', async () => {
  const hogs = Array.from({ length: availableParallelism() + 1 }, busy)
  const modest = busy()
  try {
    setPriority(modest.pid ?? 0, 19)
    await wait(400)
    const before = waitedMilliseconds(modest.pid) ?? NaN
    await wait(800)
    expect((waitedMilliseconds(modest.pid) ?? NaN) - before).toBeGreaterThan(300)
  } finally {
    for (const child of [...hogs, modest]) child.kill('SIGKILL')
  }
  expect(waitedMilliseconds(0x7fffffff)).toBeNull()
})
