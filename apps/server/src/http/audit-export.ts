import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { create as contentDisposition } from 'content-disposition'
import {
  announceChanged,
  asMember,
  exportedAs,
  exportLog,
  recordExport,
  type AuditFilter,
  type ExportFormat,
  type OrganizationScope,
} from '@carrel/api'
import { hasPermission } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'

type Asked = { token: string; organization: string; address: string | null; format: ExportFormat; filter: AuditFilter }

/**
 * Sends the log of a workspace as a file. Its reader's rights are looked at again for each page; when they end, the
 * connection does. Nothing is held while the bytes flow. False, and nothing is sent, when they may not read it.
 */
export async function sendAuditLog(
  deps: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  { token, organization, address, format, filter }: Asked,
): Promise<boolean | 'unauthenticated'> {
  const read = <T>(fn: (scope: OrganizationScope) => Promise<T>, options: { readOnly: boolean }) =>
    asMember(
      deps.transact,
      token,
      organization,
      async (scope) => {
        if (scope === 'unauthenticated') return scope
        return scope === 'not-a-member' || !hasPermission(scope.permissions, 'audit:read') ? null : fn(scope)
      },
      { ...options, address },
    )
  const begun = await read(
    async (scope) => {
      if (request.method === 'HEAD') return true
      await recordExport(scope, format, filter)
      await announceChanged(scope, 'members')
      return true
    },
    { readOnly: request.method === 'HEAD' },
  )
  if (begun === 'unauthenticated') return begun
  if (!begun) return false

  const { type } = exportedAs[format]
  const name = `activity-${new Date().toISOString().slice(0, 10)}.${format}`
  response.writeHead(200, { 'content-type': type, 'content-disposition': contentDisposition(name) })
  if (request.method === 'HEAD') {
    response.end()
    return true
  }
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  try {
    const log = exportLog(
      async (fn) => {
        const part = await read(fn, { readOnly: true })
        return part === 'unauthenticated' ? null : part
      },
      format,
      filter,
    )
    for await (const part of log) {
      if (closed.signal.aborted) return true
      if (!response.write(part)) await once(response, 'drain', { signal: closed.signal })
    }
    response.end()
  } catch (error) {
    if (!closed.signal.aborted) deps.log.warn({ err: error }, 'export of the activity ended early')
    // Cut off, so that nobody takes a part for the whole.
    response.destroy()
  }
  return true
}
