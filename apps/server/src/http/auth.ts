import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { openAuthPaths } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'

/** The few paths of Better Auth that are open; see openAuthPaths. */
export function authSurface(deps: ServerDeps): Hono {
  const surface = new Hono()
  const tooLarge = { defined: false, code: 'PAYLOAD_TOO_LARGE', status: 413, message: 'This is more than a form can hold.' }
  surface.use(bodyLimit({ maxSize: 64 * 1024, onError: (c) => c.json(tooLarge, 413) }))
  for (const [path, method] of openAuthPaths) surface.on(method, path, (c) => deps.auth.handler(c.req.raw))
  return surface
}
