import type { Account } from '@carrel/api/schema/account'
import type { ServerEvent } from '@carrel/api/schema/events'
import type { Library, LibraryDetail } from '@carrel/api/schema/libraries'
import type { Scan } from '@carrel/api/schema/scans'
import type { Query, QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { accountQuery } from './account.ts'
import { backoff, pause } from './backoff.ts'
import { setConnection } from './connection.ts'
import { isUnauthorized } from './error-text.ts'
import { instance, workspaceApi, workspaceKey } from './rpc.ts'
import { throttleByKey } from './throttle.ts'

export function isScanning(scan: Scan | null): boolean {
  return scan !== null && ['queued', 'listing', 'covering'].includes(scan.status)
}

/** Endless lists are not read again page by page: they learn that they are out of date, and decide themselves. */
function isEndless(query: Query): boolean {
  const [, options] = query.queryKey as [unknown, { type?: string } | undefined]
  return options?.type === 'infinite'
}

function refresh(client: QueryClient, queryKey: readonly unknown[]): void {
  void client.invalidateQueries({ queryKey, predicate: (query) => !isEndless(query) })
  void client.invalidateQueries({ queryKey, predicate: isEndless, refetchType: 'none' })
}

function applyScan(client: QueryClient, organizationId: string, scan: Scan): void {
  const { libraries } = workspaceApi(organizationId)
  const scanning = isScanning(scan)
  client.setQueryData(
    libraries.get.queryKey({ input: { libraryId: scan.libraryId } }),
    (old: LibraryDetail | undefined) => old && { ...old, scan, scanning },
  )
  client.setQueryData(libraries.list.queryKey(), (old: Library[] | undefined) =>
    old?.some((library) => library.id === scan.libraryId && library.scanning !== scanning)
      ? old.map((library) => (library.id === scan.libraryId ? { ...library, scanning } : library))
      : old,
  )
  if (scanning) return
  refresh(client, workspaceKey(organizationId))
  refreshCare(client, organizationId)
}

const throttled = throttleByKey(1500)

const rightsIn = (account: Account | null | undefined, organizationId: string): string | undefined =>
  account?.memberships
    .find((membership) => membership.organizationId === organizationId)
    ?.permissions.toSorted()
    .join()

/** People, roles or teams changed, maybe the reader's own: with their rights, all that they see may have. */
async function applyPeople(client: QueryClient, organizationId: string): Promise<void> {
  const api = workspaceApi(organizationId)
  const before = rightsIn(client.getQueryData(accountQuery.queryKey), organizationId)
  await client.invalidateQueries({ queryKey: accountQuery.queryKey })
  const after = rightsIn(client.getQueryData(accountQuery.queryKey), organizationId)
  if (after === undefined) return
  // What is no longer theirs to see must not stay on the page.
  if (after !== before) void client.resetQueries({ queryKey: workspaceKey(organizationId) })
  for (const key of [
    api.organizations.key(),
    api.members.key(),
    api.roles.key(),
    api.teams.key(),
    api.permissions.key(),
    api.grants.key(),
    api.audit.key(),
  ])
    refreshList(client, key)
  for (const key of [api.invitations.key(), api.joinLinks.key()]) void client.invalidateQueries({ queryKey: key })
}

/** Lists that are read again as a whole while they are short. */
function refreshList(client: QueryClient, queryKey: readonly unknown[]): void {
  const isLong = ({ state }: Query): boolean => ((state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) > 4
  void client.invalidateQueries({ queryKey, predicate: (query) => !isLong(query) })
  void client.invalidateQueries({ queryKey, predicate: isLong, refetchType: 'none' })
}

/** What people look at who look after a library: it follows while they do. */
function refreshCare(client: QueryClient, organizationId: string): void {
  const api = workspaceApi(organizationId)
  for (const key of [api.scans.key(), api.missing.key(), api.duplicates.key()]) refreshList(client, key)
}

function applyEvent(client: QueryClient, event: ServerEvent): void {
  if (event.type === 'scan') applyScan(client, event.organizationId, event.scan)
  else if (event.type === 'changed') {
    const { organizationId, what } = event
    throttled(`${organizationId} ${what}`, () => {
      const api = workspaceApi(organizationId)
      if (what === 'members') return void applyPeople(client, organizationId)
      refresh(client, api.libraries.key())
      refreshCare(client, organizationId)
      // A library may have opened or closed, with its books.
      refresh(client, api.books.key())
      refresh(client, api.edits.key())
      refresh(client, api.metadata.key())
      refresh(client, api.uploads.key())
      refreshList(client, api.trash.key())
      for (const key of [api.permissions.key(), api.grants.key(), api.audit.key()]) refreshList(client, key)
    })
  }
}

/** `missed`: the page was away for a while, so what it shows is read anew. */
async function listen(client: QueryClient, signal: AbortSignal, missed: boolean): Promise<void> {
  let attempt = 0
  let interrupted = missed
  while (!signal.aborted) {
    try {
      const events = await instance.events.stream.call(undefined, { signal })
      attempt = 0
      setConnection('open')
      if (interrupted) refresh(client, [])
      for await (const event of events) applyEvent(client, event)
    } catch (error) {
      if (signal.aborted) return
      if (isUnauthorized(error)) return void client.invalidateQueries({ queryKey: accountQuery.queryKey })
    }
    interrupted = true
    if (signal.aborted) return
    if (attempt >= 2) setConnection('lost')
    await pause(backoff(attempt++), signal)
  }
}

/**
 * The one event stream of this tab. Only a page that is looked at holds one: a browser has six connections for
 * a server, and pages it keeps in the background would take them all.
 */
export function useServerEvents(): void {
  const client = useQueryClient()
  useEffect(() => {
    let listening: AbortController | undefined
    let begun = false
    const stop = () => {
      listening?.abort()
      listening = undefined
    }
    const follow = () => {
      if (document.visibilityState === 'hidden') return stop()
      if (listening) return
      listening = new AbortController()
      void listen(client, listening.signal, begun)
      begun = true
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    window.addEventListener('pageshow', follow)
    window.addEventListener('pagehide', stop)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      window.removeEventListener('pageshow', follow)
      window.removeEventListener('pagehide', stop)
      stop()
      setConnection('idle')
    }
  }, [client])
}
