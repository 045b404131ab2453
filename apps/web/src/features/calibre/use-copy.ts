import type { CopiedCalibre } from '@carrel/api/schema/calibre'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { pause } from '#lib/backoff.ts'
import { useWorkspace } from '#lib/workspace.ts'

const counted = ['books', 'files', 'bytes', 'skipped'] as const
export type CopyTotal = Record<(typeof counted)[number], number> & { failed: CopiedCalibre['failed']; failures: number }
export type CopyState = {
  /** `reading`: all is copied, and the server reads it. */
  phase: 'running' | 'reading' | 'stopped' | 'failed' | 'done'
  total: CopyTotal
  /** Uploads that the server has not read yet. */
  waiting: number
  error: unknown
  /** Where it goes on; null when all is copied. */
  after: number | null
  within: number
}

const shownFailures = 20
const pollMs = 1000
const nothing: CopyTotal = { books: 0, files: 0, bytes: 0, skipped: 0, failed: [], failures: 0 }
const add = (total: CopyTotal, page: CopiedCalibre): CopyTotal => ({
  books: total.books + page.books,
  files: total.files + page.files,
  bytes: total.bytes + page.bytes,
  skipped: total.skipped + page.skipped,
  failed: [...total.failed, ...page.failed].slice(0, shownFailures),
  failures: total.failures + page.failed.length,
})

/** Copies page after page, and waits until the server has read what came; then `onDone` follows. It can be stopped and gone on with. */
export function useCopy(libraryId: string) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const [state, setState] = useState<CopyState | null>(null)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])

  async function run(path: string, onDone: () => void, from: Pick<CopyState, 'total' | 'after' | 'within'>): Promise<void> {
    const stop = new AbortController()
    running.current = stop
    const goesOn = () => !stop.signal.aborted
    let { total, after, within } = from
    let waiting = 0
    let done = false
    const tell = (phase: CopyState['phase'], error: unknown = null) => setState({ phase, total, waiting, error, after, within })
    tell(after === null ? 'reading' : 'running')
    try {
      while (after !== null && goesOn()) {
        const page: CopiedCalibre = await api.calibre.copy.call({ libraryId, path, after, within })
        total = add(total, page)
        after = page.next
        within = page.within
        tell(after === null ? 'reading' : 'running')
      }
      for (let read = false; !read && goesOn();) {
        const uploads = await api.uploads.list.call({ libraryId })
        waiting = uploads.waiting
        read = waiting === 0
        if (!read) {
          tell('reading')
          await pause(pollMs, stop.signal)
        }
      }
      done = goesOn()
      tell(done ? 'done' : 'stopped')
    } catch (error) {
      tell('failed', error)
    }
    if (done) onDone()
    const stale = [api.books.key(), api.libraries.key(), api.uploads.key()]
    await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })))
  }

  return {
    state,
    start: (path: string, onDone: () => void) => void run(path, onDone, { total: nothing, after: 0, within: 0 }),
    resume: (path: string, onDone: () => void) => state && void run(path, onDone, state),
    stop: () => running.current?.abort(),
    reset: () => setState(null),
  }
}
