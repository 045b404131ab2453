import { logListener, registerMails, registerScans, registerTidy, relayEvents, type Listener } from '@carrel/api'
import { createReaderPool } from '@carrel/formats'
import type { ServerDeps } from './deps.ts'

export type Worker = { stop: () => Promise<void> }

/** Who is told of what was done in workspaces. A feature that follows others' deeds adds its own here. */
const listenersOf = (deps: ServerDeps): Listener[] => [logListener(deps.log)]

/** Takes jobs from the queue until stopped; what runs then is taken up again at the next start. */
export async function createWorker(deps: ServerDeps, processes: number, settleMs = 2000): Promise<Worker> {
  const readers = createReaderPool({ size: processes })
  const stopping = new AbortController()
  await registerScans(deps.boss, { ...deps, readers, settleMs }, stopping.signal)
  if (deps.mailer) await registerMails(deps.boss, { ...deps, mailer: deps.mailer, secret: deps.settings.secret }, stopping.signal)
  await registerTidy(deps.boss, deps, stopping.signal)
  const relay = relayEvents(deps, listenersOf(deps), stopping.signal)
  return {
    stop: async () => {
      stopping.abort(new Error('The server stops.'))
      await relay
      await deps.boss.stop({ graceful: true, timeout: 5000 })
      await readers.stop()
    },
  }
}
