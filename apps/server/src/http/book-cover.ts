import type { IncomingMessage, ServerResponse } from 'node:http'
import { limits, uploadCover } from '@carrel/api'
import type { ServerDeps } from '../deps.ts'
import { sendError } from './guard.ts'
import { addressOf } from './rpc.ts'
import { PicturesBusy, type Pictures } from './pictures.ts'

type Asked = { token: string; organization: string; bookId: string }

/** Puts a picture up as the cover of a book. */
export function createCoverUpload(
  deps: ServerDeps,
  pictures: Pictures,
  notFound: (response: ServerResponse) => void,
  signInFirst: (response: ServerResponse) => void,
) {
  return async (request: IncomingMessage, response: ServerResponse, { token, organization, bookId }: Asked): Promise<void> => {
    const organizationId = organization.toLowerCase()
    try {
      const answer = await pictures.admit(organizationId, (read) =>
        uploadCover(deps, { token, organizationId, bookId: bookId.toLowerCase(), address: addressOf(request) }, () =>
          read(request, limits.coverBytes),
        ),
      )
      if (answer === 'unauthenticated') signInFirst(response)
      else if (answer === 'not-a-member' || answer === 'not-found') notFound(response)
      else if (answer === 'forbidden') sendError(response, 403, 'FORBIDDEN', 'You may not do this in this library.')
      else if (answer === 'no-file') sendError(response, 409, 'NO_FILE', 'This book has no file any more.')
      else if (answer === 'too-large') sendError(response, 413, 'PAYLOAD_TOO_LARGE', 'A cover may have 10 MB at most.')
      else if (answer === 'no-picture') sendError(response, 422, 'NO_PICTURE', 'This is no PNG, JPEG or WebP picture that can be drawn.')
      else {
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
        response.end(JSON.stringify(answer))
      }
    } catch (error) {
      if (error instanceof PicturesBusy)
        return sendError(response, 429, 'TOO_MANY_REQUESTS', 'Another upload is under way. Try again in a moment.')
      // Who went away in the middle is told nothing.
      if (request.destroyed && !request.complete) return
      throw error
    }
  }
}
