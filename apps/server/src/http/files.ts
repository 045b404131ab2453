import path from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { create as contentDisposition } from 'content-disposition'
import { asMember, AuditFilter, coverKey, coverWidths, findDownload, resolveDownload, type ExportFormat } from '@carrel/api'
import { readSessionToken } from '@carrel/auth'
import { openBookFile, toProblem } from '@carrel/formats'
import type { ServerDeps } from '../deps.ts'
import { sendAuditLog } from './audit-export.ts'
import { createCoverUpload } from './book-cover.ts'
import { createCoverLookup } from './cover-lookup.ts'
import { sendError } from './guard.ts'
import { createLogo } from './logo.ts'
import { createLookupCover } from './lookup-cover.ts'
import { addressOf, type NodeSurface } from './rpc.ts'
import { createPictures } from './pictures.ts'
import { sendBytes, sendFile, sendStored } from './send-file.ts'
import { createUploads } from './uploads.ts'

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
const coverRoute = new RegExp(`^/files/(${uuid})/books/(${uuid})/cover/([1-9]\\d{1,3})\\.webp$`)
const fileRoute = new RegExp(`^/files/(${uuid})/files/(${uuid})$`)
const coverUploadRoute = new RegExp(`^/files/(${uuid})/books/(${uuid})/cover$`)
const logoRoute = new RegExp(`^/files/(${uuid})/logo$`)
const lookupCoverRoute = new RegExp(`^/files/(${uuid})/lookup-cover/([\\w-]{1,600}\\.[\\w-]{43})$`)
const uploadRoute = new RegExp(`^/files/(${uuid})/uploads(?:/(${uuid}))?$`)
const uploadMethods = { begin: ['POST'], other: ['HEAD', 'PATCH', 'DELETE'] }
const exportRoute = new RegExp(`^/files/(${uuid})/audit\\.(csv|jsonl)$`)
type CoverRoute = [organization: string, bookId: string, width: string]
type FileRoute = [organization: string, fileId: string]
type ExportRoute = [organization: string, format: ExportFormat]
const signInFirst = (response: ServerResponse) => sendError(response, 401, 'UNAUTHORIZED', 'Sign in to go on.')
const mediaTypes: Record<string, string> = { epub: 'application/epub+zip' }

/** Covers, also of what is looked up, logos, downloads, uploads and the log of a workspace. Authorized like rows, each time; no connection is held while bytes flow. Answers all it is asked. */
export function createFiles(deps: ServerDeps): NodeSurface {
  const secure = deps.settings.secureCookies
  const lookUpCover = createCoverLookup(deps)
  const notFound = (response: ServerResponse) => sendError(response, 404, 'NOT_FOUND', 'There is no such file, or it is not open to you.')
  const pictures = createPictures()
  const logos = createLogo(deps, pictures, notFound, signInFirst)
  const putCover = createCoverUpload(deps, pictures, notFound, signInFirst)
  const sendFound = createLookupCover(deps, notFound, signInFirst)
  const receive = createUploads(deps, notFound, signInFirst)

  const findFile = (token: string, organization: string, fileId: string) =>
    asMember(
      deps.transact,
      token,
      organization,
      async (scope) => (scope === 'not-a-member' ? undefined : scope === 'unauthenticated' ? scope : findDownload(scope, fileId)),
      { readOnly: true },
    )

  async function sendCover(request: IncomingMessage, response: ServerResponse, token: string, [organization, bookId, width]: CoverRoute) {
    if (!coverWidths.some((known) => known === Number(width))) return notFound(response)
    const cover = await lookUpCover({ token, organization: organization.toLowerCase(), bookId: bookId.toLowerCase() })
    if (cover === 'unauthenticated') return signInFirst(response)
    if (!cover) return notFound(response)
    const key = coverKey(cover.organizationId, cover.hash, Number(width))
    const sent = await sendBytes(request, response, () => deps.blobs.get(key), {
      etag: `"${cover.hash.slice(0, 32)}-${width}"`,
      type: 'image/webp',
    })
    if (!sent) notFound(response)
  }

  async function sendDownload(request: IncomingMessage, response: ServerResponse, token: string, [organization, fileId]: FileRoute) {
    const found = await findFile(token, organization, fileId)
    if (found === 'unauthenticated') return signInFirst(response)
    if (!found) return notFound(response)
    const options = {
      type: mediaTypes[found.format ?? ''] ?? 'application/octet-stream',
      disposition: contentDisposition(path.posix.basename(found.path)),
    }
    if (found.key !== null) {
      const key = found.key
      const sent = await sendStored(request, response, deps.blobs, key, { ...options, etag: `"${(found.sha256 ?? '').slice(0, 40)}"` })
      if (!sent) sendError(response, 410, 'FILE_UNAVAILABLE', 'The file of this book is not in the store any more. Ask the operator.')
      return
    }
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
      ...options,
    })
  }

  async function sendExport(request: IncomingMessage, response: ServerResponse, token: string, [organization, format]: ExportRoute) {
    const query = new URLSearchParams((request.url ?? '').split('?')[1])
    const filter = AuditFilter.safeParse(Object.fromEntries(query))
    if (!filter.success) return sendError(response, 400, 'BAD_REQUEST', 'This is not a filter of the log.')
    const address = addressOf(request)
    const sent = await sendAuditLog(deps, request, response, { token, organization, address, format, filter: filter.data })
    if (sent === 'unauthenticated') signInFirst(response)
    else if (!sent) notFound(response)
  }

  return async (request, response) => {
    response.setHeader('vary', 'Cookie')
    response.setHeader('cache-control', 'private, no-cache')
    response.setHeader('content-security-policy', "sandbox; default-src 'none'")
    const route = (request.url ?? '').split('?', 1)[0] ?? ''
    const logoOf = logoRoute.exec(route)?.[1]
    const upload = uploadRoute.exec(route)
    const uploads = upload !== null && (upload[2] === undefined ? uploadMethods.begin : uploadMethods.other).includes(request.method ?? '')
    const pictured = coverUploadRoute.exec(route)?.slice(1) as [organization: string, bookId: string] | undefined
    const puts = (logoOf !== undefined || pictured !== undefined) && request.method === 'PUT'
    if (!puts && !uploads && request.method !== 'GET' && request.method !== 'HEAD') {
      sendError(response, 405, 'METHOD_NOT_SUPPORTED', 'Files are read with GET.')
      return true
    }
    const token = readSessionToken(request.headers.cookie, deps.settings.secret, secure)
    const cover = coverRoute.exec(route)?.slice(1) as CoverRoute | undefined
    const file = fileRoute.exec(route)?.slice(1) as FileRoute | undefined
    const log = exportRoute.exec(route)?.slice(1) as ExportRoute | undefined
    const found = lookupCoverRoute.exec(route)?.slice(1) as [organization: string, picture: string] | undefined
    if (!cover && !file && !log && !found && !uploads && logoOf === undefined && !(puts && pictured)) notFound(response)
    else if (!token) signInFirst(response)
    else if (uploads) await receive(request, response, { token, organization: upload[1] ?? '', uploadId: upload[2] ?? null })
    else if (puts && pictured) await putCover(request, response, { token, organization: pictured[0], bookId: pictured[1] })
    else if (logoOf !== undefined) await logos[puts ? 'put' : 'send'](request, response, { token, organization: logoOf })
    else if (cover) await sendCover(request, response, token, cover)
    else if (file) await sendDownload(request, response, token, file)
    else if (found) await sendFound(request, response, { token, organization: found[0], picture: found[1] })
    else if (log) await sendExport(request, response, token, log)
    return true
  }
}
