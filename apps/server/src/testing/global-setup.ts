import type { TestProject } from 'vitest/node'
import { heldBy } from '@carrel/auth/catalogue'
import { startTestCluster } from '@carrel/db/testing'

/** One cluster for the whole run; test files clone its migrated template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { cluster, stop } = await startTestCluster(heldBy)
  project.provide('cluster', cluster)
  return stop
}
