import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import path from 'node:path'
import { expect, test } from 'vitest'

// A process of its own, because the changed code is loaded by Node itself. All mutants: pnpm mutations.
test(
  'each wall stands alone: policies without filters, filters without policies; and some mutants of each are noticed',
  { timeout: 240_000 },
  async () => {
    const run = spawn(process.execPath, [path.join(import.meta.dirname, '../../../tooling/checks/mutations.ts'), '--quick'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [output, errors, [code]] = await Promise.all([text(run.stdout), text(run.stderr), once(run, 'exit')])
    expect(output, errors).toMatch(/mutations: \d+ made, \d+ killed, \d+ change nothing, 0 survived/)
    expect(code, output).toBe(0)
  },
)
