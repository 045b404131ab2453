import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { endActing } from '@carrel/api'
import { clientAddressHeader, inPasswordTurn, Later, openAuthPaths, readSessionToken, sessionCookieHeader } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'

/**
 * Paths that take their turn as a whole, where the others take it for the hash alone: a sign-up holds a connection
 * meanwhile, and the link of a reset is used up before the new password is hashed.
 */
const inOneTurn: ReadonlySet<string> = new Set(['/sign-up/email', '/reset-password'])

/** The few paths of Better Auth that are open; see openAuthPaths. */
export function authSurface(deps: ServerDeps): Hono<{ Bindings: HttpBindings }> {
  const surface = new Hono<{ Bindings: HttpBindings }>()
  const tooLarge = { defined: false, code: 'PAYLOAD_TOO_LARGE', status: 413, message: 'This is more than a form can hold.' }
  const cutOff = { defined: false, code: 'BAD_REQUEST', status: 400, message: 'The form did not arrive whole.' }
  surface.use(bodyLimit({ maxSize: 64 * 1024, onError: (c) => c.json(tooLarge, 413) }))
  for (const [path, method] of openAuthPaths) {
    surface.on(method, path, async (c) => {
      if (method === 'GET') return deps.auth.handler(c.req.raw)
      // Read whole first: who sends slowly must not hold a turn.
      const body = await c.req.arrayBuffer().catch((error: unknown) => {
        if (c.env.incoming.errored) return null
        throw error
      })
      if (!body) return c.json(cutOff, 400)
      const request = new Request(c.req.url, { method, headers: c.req.raw.headers, body })
      const answer = async () => {
        if (path !== '/sign-out') return deps.auth.handler(request)
        // Who signs out in somebody's place ends that in the logs, and leaves no session of their own behind in the browser.
        const { secret, secureCookies: secure } = deps.settings
        const token = readSessionToken(c.req.header('cookie'), secret, secure)
        if (token) await endActing(deps, token, c.req.header(clientAddressHeader) ?? null)
        const answered = await deps.auth.handler(request)
        const gone = new Response(answered.body, answered)
        gone.headers.append('set-cookie', sessionCookieHeader('operator', '', { secret, secure, seconds: 0 }))
        return gone
      }
      try {
        return withRetryAfter(await (inOneTurn.has(path) ? inPasswordTurn(answer) : answer()))
      } catch (error) {
        if (!(error instanceof Later)) throw error
        const { code, message, seconds, statusCode: status } = error
        return c.json({ defined: false, code, status, message, data: { seconds } }, 503, { 'retry-after': String(seconds) })
      }
    })
  }
  return surface
}

const ownRetryAfter = 'x-retry-after'

/** Better Auth's limit, by the address of a client, tells by a header of its own how long to wait. */
function withRetryAfter(answer: Response): Response {
  const seconds = Number(answer.headers.get(ownRetryAfter))
  if (answer.status !== 429 || !seconds) return answer
  const message = `Too many tries. Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`
  const body = { defined: false, code: 'TOO_MANY_REQUESTS', status: 429, message, data: { seconds } }
  return Response.json(body, { status: 429, headers: { 'retry-after': String(seconds) } })
}
