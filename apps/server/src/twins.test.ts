import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { disablePolicies } from './testing/mutants.ts'
import { startTestServer } from './testing/server.ts'
import { buildTwins, rescanBesideTwins } from './testing/twins.ts'

test.each([true, false])(
  'a scan changes nothing of an organization with the same ids in it (policies: %s)',
  { timeout: 60_000 },
  async (policies) => {
    await using server = await startTestServer({ worker: 1 })
    const twins = await buildTwins(server)
    if (!policies) await disablePolicies(server.db)
    expect(await rescanBesideTwins(server, twins, (file) => rmSync(file))).toEqual([])
  },
)
