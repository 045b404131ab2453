import { Later } from '@carrel/auth'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { RequestListener } from 'node:http'
import type { ServerDeps } from './deps.ts'
import { authSurface } from './http/auth.ts'
import { logFault } from './http/fault.ts'
import { createFiles } from './http/files.ts'
import { createGuard, sendError } from './http/guard.ts'
import { healthSurface } from './http/health.ts'
import { openApiSurface } from './http/openapi.ts'
import { createRpc } from './http/rpc.ts'
import { createSpa } from './http/spa.ts'

const notFound = { defined: false, code: 'NOT_FOUND', status: 404, message: 'There is nothing at this address.' }
const failed = { defined: false, code: 'INTERNAL_SERVER_ERROR', status: 500, message: 'The server failed to answer. The log tells why.' }

/** The HTTP server: one line a surface. Every request passes the guard first. See docs/adr/0002-surfaces.md. */
export function createApp(deps: ServerDeps): RequestListener {
  const { rpc, rest } = createRpc(deps)
  const files = createFiles(deps)
  const spa = createSpa(deps.webDir)

  const app = new Hono<{ Bindings: HttpBindings }>()
  app.route('/api', openApiSurface(deps.settings.version))
  app.route('/api/auth', authSurface(deps))
  app.all('/api/*', (c) => c.json(notFound, 404))
  app.all('/rpc/*', (c) => c.json(notFound, 404))
  app.route('/', healthSurface(deps))
  app.get('*', (c) => {
    spa(c.env.incoming, c.env.outgoing)
    return RESPONSE_ALREADY_SENT
  })
  app.all('*', (c) => c.json(notFound, 404))
  app.onError((error, c) => {
    logFault(deps.log, c.env.incoming, error)
    return c.json(failed, 500)
  })
  const hono = getRequestListener(app.fetch, { overrideGlobalObjects: false })

  // Surfaces that speak to Node directly; what they do not know goes on to Hono.
  const direct = [
    { prefix: '/rpc/', answer: rpc },
    { prefix: '/api/v1/', answer: rest },
    { prefix: '/files/', answer: files },
  ]
  const guard = createGuard(deps)
  return (request, response) => {
    if (!guard(request, response)) return
    const surface = direct.find(({ prefix }) => request.url?.startsWith(prefix))
    if (!surface) return void hono(request, response)
    surface.answer(request, response).then(
      (handled) => (handled ? undefined : hono(request, response)),
      (error: unknown) => {
        if (error instanceof Later) {
          if (!response.headersSent) response.setHeader('retry-after', String(error.seconds))
          return sendError(response, error.statusCode, error.code, error.message)
        }
        logFault(deps.log, request, error)
        sendError(response, failed.status, failed.code, failed.message)
      },
    )
  }
}

/** What a worker answers: its health. */
export function createProbes(deps: ServerDeps): RequestListener {
  const app = new Hono()
  app.route('/', healthSurface(deps))
  app.notFound((c) => c.json(notFound, 404))
  const hono = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  const guard = createGuard(deps)
  return (request, response) => {
    if (guard(request, response)) void hono(request, response)
  }
}
