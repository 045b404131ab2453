import type { Router } from '@carrel/api'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { SimpleCsrfProtectionLinkPlugin } from '@orpc/client/plugins'
import type { RouterClient } from '@orpc/server'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { Unreachable } from './error-text.ts'

const organizationHeader = 'x-carrel-organization'

/** Longer than any answer may take; then the server is as good as gone. */
const answerLimitMs = 20_000
/** A mail server may take its time. */
const mailTestLimitMs = 45_000

/** The event stream stays open for as long as the page; everything else has a limit. */
async function send(request: Request, init: RequestInit): Promise<Response> {
  const { pathname } = new URL(request.url)
  const endless = pathname.endsWith('/events/stream')
  const limit = AbortSignal.timeout(pathname.endsWith('/mail/test') ? mailTestLimitMs : answerLimitMs)
  const signal = endless ? request.signal : AbortSignal.any([request.signal, limit])
  const response = await fetch(request, { ...init, signal, credentials: 'include' })
  // Not our words: a proxy speaks for a server that is not there.
  if (response.status >= 500 && response.headers.get('content-type')?.includes('json') !== true) throw new Unreachable()
  return response
}

function createClient(organizationId?: string): RouterClient<Router> {
  return createORPCClient(
    new RPCLink({
      url: `${location.origin}/rpc`,
      headers: organizationId === undefined ? {} : { [organizationHeader]: organizationId },
      fetch: send,
      plugins: [new SimpleCsrfProtectionLinkPlugin()],
    }),
  )
}

function createApi(organizationId?: string) {
  return createTanstackQueryUtils(createClient(organizationId), {
    path: organizationId === undefined ? ['instance'] : ['workspace', organizationId],
  })
}

/** Calls and query options of the API; each query key begins with its workspace, so caches cannot mix. */
export type Api = ReturnType<typeof createApi>

/** What belongs to no workspace: setup, account, the operator's folders, the event stream. */
export const instance = createApi()

const workspaces = new Map<string, Api>()

/** The API as seen from one workspace. */
export function workspaceApi(organizationId: string): Api {
  let api = workspaces.get(organizationId)
  if (!api) {
    api = createApi(organizationId)
    workspaces.set(organizationId, api)
  }
  return api
}

/** Prefix of every query key of a workspace. */
export function workspaceKey(organizationId: string): readonly [readonly string[]] {
  return [['workspace', organizationId]]
}
