import { parentPort } from 'node:worker_threads'
import { walkFolder } from './walk-folder.ts'
import { FolderUnreadable, type FromThread, type ToThread } from './walk-protocol.ts'

const port = parentPort
if (!port) throw new Error('This runs in a worker thread.')
/** Parts that may be on their way: the walk must not run ahead without limit. */
const window = 8

let room = 0
let wanted: () => void = () => {}
let ended = false

async function walk(root: string, below: string): Promise<void> {
  const say = (message: FromThread) => port?.postMessage(message)
  room = window
  ended = false
  try {
    for (const part of walkFolder(root, below)) {
      say({ type: 'part', part })
      room -= 1
      if (room <= 0) await new Promise<void>((resolve) => (wanted = resolve))
      if (ended) return say({ type: 'end' })
    }
    say({ type: 'end' })
  } catch (error) {
    const code = error instanceof FolderUnreadable ? error.code : undefined
    say({
      type: 'failed',
      unreadable: error instanceof FolderUnreadable,
      code,
      message: error instanceof Error ? error.message : String(error),
    })
  }
}

port.on('message', (message: ToThread) => {
  if (message.type === 'walk') void walk(message.root, message.below)
  else {
    room += 1
    ended ||= message.type === 'stop'
    wanted()
  }
})
