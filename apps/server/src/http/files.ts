import path from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { create as contentDisposition } from 'content-disposition'
import { asMember, coverKey, coverWidths, findCover, findDownload, resolveDownload, type OrganizationScope } from '@carrel/api'
import { readSessionToken } from '@carrel/auth'
import { openBookFile, toProblem } from '@carrel/formats'
import type { ServerDeps } from '../deps.ts'
import { sendError } from './guard.ts'
import { sendBytes, sendFile } from './send-file.ts'

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
const coverRoute = new RegExp(`^/files/(${uuid})/books/(${uuid})/cover/([1-9]\\d{1,3})\\.webp$`)
const fileRoute = new RegExp(`^/files/(${uuid})/files/(${uuid})$`)
const mediaTypes: Record<string, string> = { epub: 'application/epub+zip' }

/** Covers and downloads. Authorized like rows, each time; no connection is held while bytes flow. */
export function createFiles(deps: ServerDeps): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const secure = deps.appUrl?.startsWith('https:') ?? false
  const notFound = (response: ServerResponse) => sendError(response, 404, 'NOT_FOUND', 'There is no such file, or it is not open to you.')

  async function authorize<T>(
    request: IncomingMessage,
    response: ServerResponse,
    organization: string,
    find: (scope: OrganizationScope) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const token = readSessionToken(request.headers.cookie, deps.settings.secret, secure)
    const found = token
      ? await asMember(
          deps.transact,
          token,
          organization,
          async (scope) => (scope === 'not-a-member' ? undefined : scope === 'unauthenticated' ? scope : find(scope)),
          { readOnly: true },
        )
      : ('unauthenticated' as const)
    if (found === 'unauthenticated') sendError(response, 401, 'UNAUTHORIZED', 'Sign in to go on.')
    else if (found === undefined) notFound(response)
    else return found
    return undefined
  }

  return async (request, response) => {
    response.setHeader('vary', 'Cookie')
    response.setHeader('cache-control', 'private, no-cache')
    response.setHeader('content-security-policy', "sandbox; default-src 'none'")
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return sendError(response, 405, 'METHOD_NOT_SUPPORTED', 'Files are read with GET.')
    const route = (request.url ?? '').split('?', 1)[0] ?? ''

    const [, coverOrg, bookId, width] = coverRoute.exec(route) ?? []
    if (coverOrg && bookId) {
      if (!coverWidths.includes(Number(width) as 320)) return notFound(response)
      const cover = await authorize(request, response, coverOrg, (scope) => findCover(scope, bookId))
      if (!cover) return
      const bytes = await deps.blobs.get(coverKey(cover.organizationId, cover.hash, Number(width)))
      if (!bytes?.length) return notFound(response)
      return sendBytes(request, response, bytes, { etag: `"${cover.hash.slice(0, 32)}-${width}"`, type: 'image/webp' })
    }

    const [, fileOrg, fileId] = fileRoute.exec(route) ?? []
    if (!fileOrg || !fileId) return notFound(response)
    const found = await authorize(request, response, fileOrg, (scope) => findDownload(scope, fileId))
    if (!found) return
    const root = await resolveDownload(deps.roots, found)
    if (!root)
      return sendError(response, 410, 'FILE_UNAVAILABLE', 'The folder of this book cannot be read now. Nothing is lost; ask the operator.')
    const handle = await openBookFile({ root, path: found.path }).catch((error: unknown) => {
      if (toProblem(error).code === 'crashed') throw error
      return null
    })
    if (!handle)
      return sendError(response, 410, 'FILE_UNAVAILABLE', 'The file of this book cannot be read now. Scan the library to see why.')
    await sendFile(request, response, handle, {
      etag: (size, modifiedMs) =>
        size === found.size && modifiedMs === found.modifiedMs && found.sha256
          ? `"${found.sha256.slice(0, 40)}"`
          : `"${size.toString(36)}-${modifiedMs.toString(36)}"`,
      type: mediaTypes[found.format ?? ''] ?? 'application/octet-stream',
      disposition: contentDisposition(path.posix.basename(found.path)),
    })
  }
}
