import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { openAuthPaths } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'

/** Password hashes at a time: each takes a core for a tenth of a second, and file reads wait for the same threads. */
const hashesAtOnce = 2
const hashesWaiting = 60
const hashing: ReadonlySet<string> = new Set(['/sign-in/email', '/sign-up/email', '/reset-password'])

/** The few paths of Better Auth that are open; see openAuthPaths. */
export function authSurface(deps: ServerDeps): Hono<{ Bindings: HttpBindings }> {
  const surface = new Hono<{ Bindings: HttpBindings }>()
  const tooLarge = { defined: false, code: 'PAYLOAD_TOO_LARGE', status: 413, message: 'This is more than a form can hold.' }
  const busy = {
    defined: false,
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'Too many people sign in just now. Try again in a moment.',
  }
  const cutOff = { defined: false, code: 'BAD_REQUEST', status: 400, message: 'The form did not arrive whole.' }
  surface.use(bodyLimit({ maxSize: 64 * 1024, onError: (c) => c.json(tooLarge, 413) }))
  const turns = createTurns(hashesAtOnce, hashesWaiting)
  for (const [path, method] of openAuthPaths) {
    surface.on(method, path, async (c) => {
      if (!hashing.has(path)) return deps.auth.handler(c.req.raw)
      // Read whole first: who sends slowly must not hold a turn.
      const body = await c.req.arrayBuffer().catch((error: unknown) => {
        if (c.env.incoming.errored) return null
        throw error
      })
      if (!body) return c.json(cutOff, 400)
      const request = new Request(c.req.url, { method, headers: c.req.raw.headers, body })
      const turn = await turns.take()
      if (!turn) return c.json(busy, 503, { 'retry-after': '2' })
      try {
        return await deps.auth.handler(request)
      } finally {
        turns.give()
      }
    })
  }
  return surface
}

/** Lets `atOnce` through; up to `waiting` more wait for their turn, further ones get false. */
function createTurns(atOnce: number, waiting: number): { take(): Promise<boolean>; give(): void } {
  let running = 0
  const line: ((turn: boolean) => void)[] = []
  return {
    async take() {
      if (running < atOnce) {
        running += 1
        return true
      }
      if (line.length >= waiting) return false
      return new Promise((resolve) => line.push(resolve))
    },
    give() {
      const next = line.shift()
      if (next) next(true)
      else running -= 1
    },
  }
}
