import type { Router } from '@carrel/api'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { SimpleCsrfProtectionLinkPlugin } from '@orpc/client/plugins'
import type { RouterClient } from '@orpc/server'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'

const organizationHeader = 'x-carrel-organization'

function createClient(organizationId?: string): RouterClient<Router> {
  return createORPCClient(
    new RPCLink({
      url: `${location.origin}/rpc`,
      headers: organizationId === undefined ? {} : { [organizationHeader]: organizationId },
      fetch: (request, init) => fetch(request, { ...init, credentials: 'include' }),
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
