import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { openAuthPaths } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'

/** The few paths of Better Auth that are open; see openAuthPaths. */
export function authSurface(deps: ServerDeps): Hono {
  const surface = new Hono()
  surface.use(bodyLimit({ maxSize: 64 * 1024 }))
  for (const [path, method] of openAuthPaths) surface.on(method, path, (c) => deps.auth.handler(c.req.raw))
  return surface
}
