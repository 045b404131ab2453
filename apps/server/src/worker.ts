import { registerMails, registerScans } from '@carrel/api'
import { createReaderPool } from '@carrel/formats'
import type { ServerDeps } from './deps.ts'

export type Worker = { stop: () => Promise<void> }

/** Takes jobs from the queue until stopped; what runs then is taken up again at the next start. */
export async function createWorker(deps: ServerDeps, processes: number): Promise<Worker> {
  const readers = createReaderPool({ size: processes })
  const stopping = new AbortController()
  await registerScans(deps.boss, { ...deps, readers }, stopping.signal)
  if (deps.mailer) await registerMails(deps.boss, { ...deps, mailer: deps.mailer, secret: deps.settings.secret }, stopping.signal)
  return {
    stop: async () => {
      stopping.abort(new Error('The server stops.'))
      await deps.boss.stop({ graceful: true, timeout: 5000 })
      await readers.stop()
    },
  }
}
