import { Worker } from 'node:worker_threads'
import { FolderUnreadable, type FromThread, type ToThread, type WalkPart } from './walk-protocol.ts'

export { FolderUnreadable } from './walk-protocol.ts'

/** A thread that nobody asks for this long ends: the scans of a schedule come every quarter of an hour at most. */
const idleMs = 16 * 60_000

const entry = (): URL =>
  new URL(new URL(import.meta.url).pathname.endsWith('.ts') ? './walk-thread.ts' : './walk-thread.js', import.meta.url)
const idle = new Map<Worker, NodeJS.Timeout>()

/** A thread by itself for each walk: a disk that does not answer holds up nobody else. */
function takeThread(): Worker {
  const [waiting] = idle
  if (waiting) {
    const [thread, timer] = waiting
    clearTimeout(timer)
    idle.delete(thread)
    thread.ref()
    return thread
  }
  return new Worker(entry())
}

function giveBack(thread: Worker): void {
  thread.unref()
  idle.set(
    thread,
    setTimeout(() => {
      idle.delete(thread)
      void thread.terminate()
    }, idleMs).unref(),
  )
}

/**
 * Walks a folder, or what lies below one of its folders, in a thread of its own; see `walkFolder`. Throws FolderUnreadable when
 * the root cannot be listed.
 */
export async function* walk(root: string, below: string, signal: AbortSignal): AsyncGenerator<WalkPart> {
  signal.throwIfAborted()
  const thread = takeThread()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- worker threads have no origin
  const say = (message: ToThread) => thread.postMessage(message)
  const heard: FromThread[] = []
  let wake: () => void = () => {}
  let lost: Error | null = null
  const hear = (message: FromThread) => {
    heard.push(message)
    wake()
  }
  const lose = (error: Error) => {
    lost ??= error
    wake()
  }
  const abort = () => wake()
  thread.on('message', hear)
  thread.once('error', lose)
  const exit = () => lose(new Error('The walk ended unexpectedly.'))
  thread.once('exit', exit)
  signal.addEventListener('abort', abort, { once: true })
  let over = false
  try {
    say({ type: 'walk', root, below })
    for (;;) {
      const message = heard.shift()
      signal.throwIfAborted()
      if (!message) {
        if (lost) throw lost
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      if (message.type === 'part') {
        yield message.part
        say({ type: 'next' })
        continue
      }
      over = true
      if (message.type === 'end') return
      throw message.unreadable ? new FolderUnreadable(message.code) : new Error(message.message)
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // By name: the thread has listeners of its own, which must stay.
    thread.off('message', hear).off('error', lose).off('exit', exit)
    // One that is amid a walk may be waiting for a disk for ever.
    if (over && !lost) giveBack(thread)
    else {
      thread.on('error', () => {})
      void thread.terminate()
    }
  }
}
