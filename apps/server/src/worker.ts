import {
  logListener,
  registerMails,
  registerScans,
  registerTidy,
  registerWatch,
  relayEvents,
  type Listener,
  type WatchPace,
} from '@carrel/api'
import { createReaderPool } from '@carrel/formats'
import type { ServerDeps } from './deps.ts'

export type Worker = { stop: () => Promise<void> }

export type WorkerOptions = {
  /** Processes that read book files. */
  processes: number
  /** How long a file must rest before a scan reads it. Milliseconds. */
  settleMs?: number
  /** How long a scan goes on while other libraries wait. Milliseconds. */
  turnMs?: number
  /** Null: nobody watches folders or starts scans that are due. */
  watch: WatchPace | null
}

/** Who is told of what was done in workspaces. A feature that follows others' deeds adds its own here. */
const listenersOf = (deps: ServerDeps): Listener[] => [logListener(deps.log)]

/** Takes jobs from the queue until stopped; what runs then is taken up again at the next start. */
export async function createWorker(
  deps: ServerDeps,
  { processes, settleMs = 2000, turnMs = 60_000, watch }: WorkerOptions,
): Promise<Worker> {
  const readers = createReaderPool({ size: processes })
  const stopping = new AbortController()
  await registerScans(deps.boss, { ...deps, readers, settleMs, turnMs }, stopping.signal)
  if (deps.mailer) await registerMails(deps.boss, { ...deps, mailer: deps.mailer, secret: deps.settings.secret }, stopping.signal)
  await registerTidy(deps.boss, deps, stopping.signal)
  if (watch) await registerWatch(deps.boss, deps, watch, stopping.signal)
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
