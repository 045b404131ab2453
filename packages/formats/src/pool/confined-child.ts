import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { FromChild } from './protocol.ts'

function codeOf(attempt: () => void): string {
  try {
    attempt()
    return 'allowed'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'failed'
  }
}

/** Stands in for the real child in a test: tries what the child must not be able to do. */
process.on('message', () => {
  const writing = codeOf(() => writeFileSync('carrel-probe', ''))
  const starting = codeOf(() => spawnSync('true'))
  const settings = Object.keys(process.env).filter((name) => !name.startsWith('NODE_')).length
  const problem = { code: 'empty', detail: `${writing} ${starting} ${settings}` } as const
  const message: FromChild = {
    type: 'result',
    result: { ok: false, size: null, modifiedAt: null, sha256: null, problem },
  }
  process.send?.(message)
})
process.on('disconnect', () => process.exit())
process.send?.({ type: 'ready' } satisfies FromChild)
