import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { beginUpload, BeginUpload, endUpload, lookAtUpload, mostPartBytes, takePart } from '@carrel/api'
import { CutShort, StorageFull } from '@carrel/storage'
import type { ServerDeps } from '../deps.ts'
import { sendError } from './guard.ts'
import { addressOf } from './rpc.ts'

export type UploadDoor = { token: string; organization: string; /** Null: begin one. */ uploadId: string | null }

/** Requests that one process receives bytes of at a time, and of one workspace: nobody can take all places from the others. */
const receivedAtOnce = 64
const receivedOfOne = 32
const partType = 'application/offset+octet-stream'

const sentences = {
  forbidden: [403, 'FORBIDDEN', 'You may not upload into this library.'],
  'not-managed': [409, 'NOT_MANAGED', 'The files of this library lie in folders of the server; books are not uploaded into it.'],
  'too-large': [413, 'TOO_LARGE', 'This file is larger than what this server takes.'],
  'too-many': [429, 'TOO_MANY_REQUESTS', 'Many uploads of yours are not finished. Finish or cancel some first.'],
  'too-long': [413, 'PART_TOO_LONG', 'These are more bytes than the file has, or than one request may bring.'],
  'too-small': [400, 'PART_TOO_SMALL', 'Send more bytes at a time.'],
} as const

/** A whole number without sign, of which there is one. */
function numberOf(value: string | string[] | undefined): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null
  return number !== null && Number.isSafeInteger(number) ? number : null
}

/** `key base64, key base64` (tus 1.0, Upload-Metadata). */
function metadataOf(value: string | string[] | undefined): Partial<Record<string, string>> {
  const pairs = typeof value === 'string' ? value.split(',').map((pair) => pair.trim().split(' ')) : []
  return Object.fromEntries(pairs.map(([key = '', encoded = '']) => [key, Buffer.from(encoded, 'base64').toString()]))
}

/** The body as a stream that may be let go of without the connection, on which an answer is still to come. */
function bodyOf(request: IncomingMessage): Readable {
  const body = new PassThrough({ highWaterMark: 64 * 1024 })
  // Whoever reads it meets the failure; it may come before anybody does, and must not end the server.
  body.on('error', () => {})
  request.once('error', (error) => body.destroy(error))
  const end = () => request.complete || body.destroy(new Error('The upload was broken off.'))
  request.once('close', end)
  // It may have gone while its sender was looked up, and would be waited for for ever.
  if (request.destroyed) end()
  return request.pipe(body)
}

/**
 * Uploads in parts, by the core of tus 1.0 with creation and termination: POST with Upload-Length and Upload-Metadata (`filename`,
 * `library`, `together`) begins one, HEAD tells its Upload-Offset, PATCH brings the next bytes, DELETE gives it up. Unlike tus, a part counts
 * whole or not at all, and tells its length.
 */
export function createUploads(
  deps: ServerDeps,
  notFound: (response: ServerResponse) => void,
  signInFirst: (response: ServerResponse) => void,
) {
  let receiving = 0
  const receivingOf = new Map<string, number>()
  /** Takes a place, or gives it back. */
  const count = (organizationId: string, by: 1 | -1) => {
    const now = (receivingOf.get(organizationId) ?? 0) + by
    if (by > 0 && (receiving >= receivedAtOnce || now > receivedOfOne)) throw new UploadsBusy()
    receiving += by
    if (now > 0) receivingOf.set(organizationId, now)
    else receivingOf.delete(organizationId)
  }

  const refuse = (response: ServerResponse, refusal: keyof typeof sentences | 'unauthenticated' | 'not-found') => {
    if (refusal === 'unauthenticated') signInFirst(response)
    else if (refusal === 'not-found') notFound(response)
    else {
      const [status, code, message] = sentences[refusal]
      sendError(response, status, code, message)
    }
  }
  const at = (response: ServerResponse, status: number, offset: number) => {
    response.setHeader('tus-resumable', '1.0.0')
    response.setHeader('upload-offset', offset)
    response.writeHead(status).end()
  }

  async function begin(request: IncomingMessage, response: ServerResponse, who: Who): Promise<void> {
    const metadata = metadataOf(request.headers['upload-metadata'])
    const input = BeginUpload.safeParse({
      libraryId: metadata['library']?.toLowerCase(),
      name: metadata['filename'],
      size: numberOf(request.headers['upload-length']),
      together: metadata['together'],
    })
    if (!input.success)
      return sendError(
        response,
        400,
        'BAD_REQUEST',
        'An upload has a library, the name of a file and a length of one byte at least; what it belongs together with is 32 hexadecimal digits.',
      )
    const begun = await beginUpload(deps, who, input.data)
    if (typeof begun === 'string') return refuse(response, begun)
    if ('full' in begun)
      return sendError(
        response,
        413,
        'QUOTA_EXCEEDED',
        'The space of this workspace is used up. Delete books for good, or ask the operator for more.',
      )
    response.setHeader('location', `/files/${who.organizationId}/uploads/${begun.id}`)
    at(response, 201, begun.received)
  }

  async function look(response: ServerResponse, who: Who, uploadId: string): Promise<void> {
    const found = await lookAtUpload(deps, who, uploadId)
    if (typeof found === 'string') return refuse(response, found)
    response.setHeader('upload-length', found.size)
    response.setHeader('cache-control', 'no-store')
    at(response, 200, found.received)
  }

  async function receive(request: IncomingMessage, response: ServerResponse, who: Who, uploadId: string): Promise<void> {
    if (request.headers['content-type'] !== partType)
      return sendError(response, 415, 'UNSUPPORTED_MEDIA_TYPE', `Bytes come as ${partType}.`)
    if (request.headers['content-encoding'] !== undefined)
      return sendError(response, 415, 'UNSUPPORTED_MEDIA_TYPE', 'Bytes come as they are.')
    const start = numberOf(request.headers['upload-offset'])
    const length = request.headers['transfer-encoding'] === undefined ? numberOf(request.headers['content-length']) : null
    if (length === null) return sendError(response, 411, 'LENGTH_REQUIRED', 'A part tells its length.')
    if (start === null || length === 0) return sendError(response, 400, 'BAD_REQUEST', 'A part tells where it begins, and has bytes.')
    if (length > mostPartBytes) return refuse(response, 'too-long')
    let admitted = false
    // Only who may upload gets a place.
    const open = () => {
      count(who.organizationId, 1)
      admitted = true
      return bodyOf(request)
    }
    try {
      const answer = await takePart(deps, who, uploadId, { start, length, open })
      if (typeof answer === 'string') return refuse(response, answer)
      if ('received' in answer) return at(response, 204, answer.received)
      response.setHeader('upload-offset', answer.conflict.received)
      sendError(response, 409, 'OTHER_OFFSET', 'This upload goes on from another place.')
    } catch (error) {
      if (error instanceof UploadsBusy) {
        response.setHeader('retry-after', 2)
        return sendError(response, 429, 'TOO_MANY_REQUESTS', 'Many uploads are under way. Try again in a moment.')
      }
      // Who went away in the middle is told nothing.
      if (error instanceof CutShort || (request.destroyed && !request.complete)) return void response.destroy()
      if (!(error instanceof StorageFull)) throw error
      deps.log.error({ err: error }, 'no room for uploads')
      sendError(response, 507, 'STORAGE_FULL', 'The disk of the server is full. The upload goes on from here when there is room.')
    } finally {
      if (admitted) count(who.organizationId, -1)
    }
  }

  return async (request: IncomingMessage, response: ServerResponse, { token, organization, uploadId }: UploadDoor): Promise<void> => {
    const who = { token, organizationId: organization.toLowerCase(), address: addressOf(request) }
    const id = uploadId?.toLowerCase() ?? null
    // Bytes that nobody reads would keep the connection from its next request.
    response.once('finish', () => request.resume())
    if (id === null) return begin(request, response, who)
    if (request.method === 'HEAD') return look(response, who, id)
    if (request.method === 'PATCH') return receive(request, response, who, id)
    const ended = await endUpload(deps, who, id)
    if (ended === 'ended') response.writeHead(204).end()
    else refuse(response, ended)
  }
}

class UploadsBusy extends Error {}

type Who = { token: string; organizationId: string; address: string | null }
