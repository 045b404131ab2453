import { ORPCError, onError } from '@orpc/server'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { ResponseHeadersPlugin, SimpleCsrfProtectionHandlerPlugin } from '@orpc/server/plugins'
import { limits, router, type RequestContext } from '@carrel/api'
import { clientAddressHeader, readSessionToken } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'
import { logFault, requestIds } from './fault.ts'

const organizationHeader = 'x-carrel-organization'

type ServerContext = RequestContext & { request: IncomingMessage }

export type NodeSurface = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** `/rpc` for our own pages and `/api/v1` for everyone else, over the same procedures. */
export function createRpc(deps: ServerDeps): { rpc: NodeSurface; rest: NodeSurface } {
  const secure = deps.settings.secureCookies
  const context = (request: IncomingMessage): ServerContext => ({
    deps,
    request,
    token: readSessionToken(request.headers.cookie, deps.settings.secret, secure),
    organization: organizationOf(request),
    address: addressOf(request),
    get headers() {
      return toHeaders(request)
    },
  })
  const reported = new WeakSet<object>()
  const report = (error: unknown, { context }: { context: ServerContext }): void => {
    if (error instanceof ORPCError && error.status < 500) return
    if (typeof error === 'object' && error !== null) reported.add(error)
    logFault(deps.log, context.request, error)
  }
  // What is left: a body that cannot be read, which anybody may send, or an answer that cannot be written.
  const note = (error: unknown, { context }: { context: ServerContext }): void => {
    if (error instanceof ORPCError || (typeof error === 'object' && error !== null && reported.has(error))) return
    const reason = error instanceof Error ? error.message.slice(0, 200) : typeof error
    deps.log.warn({ id: requestIds.get(context.request), reason }, 'request or answer not understood')
  }
  const plugins = [new ResponseHeadersPlugin<ServerContext>(), new BodyLimitPlugin<ServerContext>({ maxBodySize: limits.bodyBytes })]
  const rpcHandler = new RPCHandler<ServerContext>(router, {
    plugins: [...plugins, new SimpleCsrfProtectionHandlerPlugin()],
    interceptors: [onError(note)],
    clientInterceptors: [onError(report)],
  })
  const restHandler = new OpenAPIHandler<ServerContext>(router, {
    plugins,
    interceptors: [onError(note)],
    clientInterceptors: [onError(report)],
  })
  return {
    rpc: async (request, response) => (await rpcHandler.handle(request, response, { prefix: '/rpc', context: context(request) })).matched,
    rest: async (request, response) =>
      (await restHandler.handle(request, response, { prefix: '/api/v1', context: context(request) })).matched,
  }
}

/** The workspace named by the header. Empty and repeated ones name none that exists, and are not replaced by a default. */
export function organizationOf(request: IncomingMessage): string | null {
  const value = request.headers[organizationHeader]
  return value === undefined ? null : String(value)
}

/** The client's address, as the guard has found it. */
export const addressOf = (request: IncomingMessage): string | null => request.headers[clientAddressHeader]?.toString() ?? null

function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, String(value))
  return headers
}
