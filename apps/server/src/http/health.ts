import { Hono } from 'hono'
import type { ServerDeps } from '../deps.ts'

/** `/livez`: the process answers. `/readyz`: so does the database. */
export function healthSurface(deps: ServerDeps): Hono {
  const surface = new Hono()
  surface.get('/livez', (c) => c.json({ status: 'ok' }))
  surface.get('/readyz', async (c) => {
    try {
      await deps.ping()
      return c.json({ status: 'ok' })
    } catch {
      return c.json({ status: 'unavailable', reason: 'The database does not answer.' }, 503)
    }
  })
  return surface
}
