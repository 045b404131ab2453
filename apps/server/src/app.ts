import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { RequestListener } from 'node:http'
import type { ServerDeps } from './deps.ts'
import { authSurface } from './http/auth.ts'
import { createFiles } from './http/files.ts'
import { createGuard, sendError } from './http/guard.ts'
import { healthSurface } from './http/health.ts'
import { openApiSurface } from './http/openapi.ts'
import { createRpc, type NodeSurface } from './http/rpc.ts'
import { createSpa } from './http/spa.ts'

/** The HTTP server: one line a surface. Every request passes the guard first. */
export function createApp(deps: ServerDeps): RequestListener {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const { rpc, rest } = createRpc(deps)
  const files = createFiles(deps)
  const spa = createSpa(deps.webDir)

  app.all('/rpc/*', (c) => onNode(c.env, rpc))
  app.route('/api', openApiSurface(deps.settings.version))
  app.route('/api/auth', authSurface(deps))
  app.all('/api/v1/*', (c) => onNode(c.env, rest))
  app.all('/api/*', (c) => c.json(notFound, 404))
  app.all('/files/*', (c) => onNode(c.env, async (request, response) => files(request, response).then(() => true)))
  app.route('/', healthSurface(deps))
  app.get('*', (c) => onNode(c.env, async (request, response) => (spa(request, response), true)))
  app.all('*', (c) => c.json(notFound, 404))
  app.onError((error, c) => {
    deps.log.error({ err: error }, 'request failed')
    if (c.env.outgoing.headersSent) {
      c.env.outgoing.destroy()
      return RESPONSE_ALREADY_SENT
    }
    return c.json(
      { defined: false, code: 'INTERNAL_SERVER_ERROR', status: 500, message: 'The server failed to answer. The log tells why.' },
      500,
    )
  })

  const guard = createGuard(deps)
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  return (request, response) => {
    if (!guard(request, response)) return
    const surface = request.url?.startsWith('/rpc/') ? rpc : request.url?.startsWith('/files/') ? files : undefined
    if (!surface) return void listener(request, response)
    surface(request, response).then(
      (handled) => {
        if (handled === false) sendError(response, 404, 'NOT_FOUND', notFound.message)
      },
      (error: unknown) => {
        deps.log.error({ err: error }, 'request failed')
        sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'The server failed to answer. The log tells why.')
      },
    )
  }
}

const notFound = { defined: false, code: 'NOT_FOUND', status: 404, message: 'There is nothing at this address.' }

async function onNode({ incoming, outgoing }: HttpBindings, surface: NodeSurface): Promise<Response> {
  const handled = await surface(incoming, outgoing)
  if (!handled) sendError(outgoing, 404, 'NOT_FOUND', notFound.message)
  return RESPONSE_ALREADY_SENT
}
