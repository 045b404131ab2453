import type { FromChild, ToChild } from './protocol.ts'

/** Stands in for the real child in tests: the name of a file tells what happens to it. */
const misdeeds: Record<string, () => void> = {
  hang: () => {
    for (;;);
  },
  eat: () => {
    const held: Buffer[] = []
    for (;;) held.push(Buffer.alloc(16 * 2 ** 20, 1))
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(3),
}

function send(message: FromChild): void {
  process.send?.(message)
}

process.on('message', ({ tasks }: ToChild) => {
  for (const task of tasks) {
    if (task.kind === 'picture' || task.kind === 'thumbnails') {
      misdeeds[Buffer.from(task.bytes).toString()]?.()
      continue
    }
    const { file } = task
    misdeeds[file.path]?.()
    send({
      type: 'result',
      result: { ok: false, size: process.pid, modifiedAt: null, sha256: null, problem: { code: 'empty', detail: file.path } },
    })
  }
})
process.on('disconnect', () => process.exit())
send({ type: 'ready' })
