import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { DatabaseLogin } from '../server.ts'

export type FloorFacts = { organizationId: string; libraryId: string; coverFolder: string; download: string }
export type FloorServer = { webPort: number; filePort: number; stop: () => void }

export async function startFloor(login: DatabaseLogin, facts: FloorFacts): Promise<FloorServer> {
  const child = fork(new URL('./server.ts', import.meta.url), { env: { NODE_ENV: 'production' } })
  child.send({ login, ...facts })
  const [ports] = (await once(child, 'message')) as [{ webPort: number; filePort: number }]
  return { ...ports, stop: () => child.disconnect() }
}
