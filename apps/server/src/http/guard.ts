import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { clientAddressHeader } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'
import { clientAddress } from './client-address.ts'
import { requestIds } from './fault.ts'

const urlLimit = 8 * 1024
/** Asked every few seconds; their lines, and those of the web app's files, would hide the others. */
const probes = new Set(['/livez', '/readyz'])
const safeMethods = new Set(['GET', 'HEAD'])
const knownMethods = new Set([...safeMethods, 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
const rpcMethods = new Set(['GET', 'POST'])
/** Requests that one connection may have sent without having read an answer. */
const unansweredLimit = 16
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers with a JSON error of the form that the API uses. */
export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(JSON.stringify({ defined: false, code, status, message }))
}

/**
 * What every request passes first: an id, security headers, one log line at its end, the visitor's
 * address, and the check that a writing request comes from our own pages. False when it was answered.
 */
export function createGuard(
  deps: Pick<ServerDeps, 'appUrl' | 'trustedProxies' | 'log'>,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const addressOf = clientAddress(deps.trustedProxies)
  const secure = deps.appUrl?.startsWith('https:') ?? false
  const waiting = new WeakMap<object, number>()
  return (request, response) => {
    const started = performance.now()
    const id = randomUUID()
    requestIds.set(request, id)
    const address = addressOf(request)
    for (const name of Object.keys(request.headers)) {
      if (
        name === clientAddressHeader ||
        name.startsWith('x-forwarded-') ||
        name === 'forwarded' ||
        name === 'x-original-url' ||
        name === 'x-http-method-override'
      )
        delete request.headers[name]
    }
    setRawHeader(request, clientAddressHeader, address)
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'

    response.setHeader('x-request-id', id)
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('referrer-policy', 'same-origin')
    response.setHeader('content-security-policy', contentSecurityPolicy)
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-resource-policy', 'same-origin')
    response.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=()')
    response.setHeader('x-frame-options', 'DENY')
    if (secure) response.setHeader('strict-transport-security', 'max-age=31536000')
    if (path.startsWith('/rpc') || path.startsWith('/api')) response.setHeader('cache-control', 'no-store')

    const { socket } = request
    const unanswered = (waiting.get(socket) ?? 0) + 1
    waiting.set(socket, unanswered)
    response.once('close', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
      const level = response.statusCode >= 500 ? 'error' : probes.has(path) || path.startsWith('/assets/') ? 'debug' : 'info'
      deps.log[level](
        {
          id,
          method: request.method,
          // The rest of such a link is a secret.
          path: path.replace(/^\/(join|verify-email)\/.*/s, '/$1/…').slice(0, 512),
          status: response.statusCode,
          ms: Math.round((performance.now() - started) * 10) / 10,
          address,
          ...(!response.writableFinished && { aborted: true }),
        },
        'request',
      )
    })

    if (unanswered > unansweredLimit) {
      socket.destroy()
      return false
    }
    if ((request.url ?? '').length > urlLimit) return refuse(response, 414, 'URI_TOO_LONG', 'This address is too long.')
    if (!knownMethods.has(request.method ?? '')) return refuse(response, 405, 'METHOD_NOT_SUPPORTED', 'This method is not used here.')
    if (path.startsWith('/rpc/') && !rpcMethods.has(request.method ?? ''))
      return refuse(response, 405, 'METHOD_NOT_SUPPORTED', 'RPC takes GET and POST.')
    if (!safeMethods.has(request.method ?? '') && !isOwnOrigin(request, deps.appUrl)) {
      return refuse(
        response,
        403,
        'FORBIDDEN',
        deps.appUrl
          ? `Requests must come from ${deps.appUrl}, the APP_URL of this server.`
          : 'Requests must come from the pages of this server.',
      )
    }
    return true
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): false {
  sendError(response, status, code, message)
  return false
}

/** Better Auth reads headers of the raw list through the adapter, so both must agree. */
function setRawHeader(request: IncomingMessage, name: string, value: string): void {
  const raw = request.rawHeaders
  for (let at = raw.length - 2; at >= 0; at -= 2) {
    const header = raw[at]?.toLowerCase() ?? ''
    if (!(header in request.headers)) raw.splice(at, 2)
  }
  request.headers[name] = value
  raw.push(name, value)
}

/**
 * True when a writing request may be ours: its Origin is that of APP_URL, or of the host it was sent to
 * when there is none. Without an Origin it must carry no cookie, and no hint of another site.
 */
function isOwnOrigin(request: IncomingMessage, appUrl: string | null): boolean {
  const { origin, host, cookie } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin === undefined) return cookie === undefined
  if (!URL.canParse(origin)) return false
  return appUrl ? new URL(origin).origin === appUrl : new URL(origin).host === host
}
