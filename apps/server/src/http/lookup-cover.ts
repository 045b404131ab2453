import type { IncomingMessage, ServerResponse } from 'node:http'
import { OutgoingError, previewPicture } from '@carrel/api'
import { Later } from '@carrel/auth'
import type { ServerDeps } from '../deps.ts'
import { sendError } from './guard.ts'

type Asked = { token: string; organization: string; picture: string }

/** Sends a picture that was found in a catalogue outside: pages load nothing from elsewhere. */
export function createLookupCover(
  deps: ServerDeps,
  notFound: (response: ServerResponse) => void,
  signInFirst: (response: ServerResponse) => void,
) {
  return async (request: IncomingMessage, response: ServerResponse, { token, organization, picture }: Asked): Promise<void> => {
    const left = new AbortController()
    response.once('close', () => left.abort())
    const failed = () => sendError(response, 424, 'LOOKUP_FAILED', 'The picture could not be fetched.')
    try {
      const answer = await previewPicture(deps, { token, organizationId: organization.toLowerCase(), picture, signal: left.signal })
      if (answer === 'unauthenticated') return signInFirst(response)
      if (answer === 'not-found') return notFound(response)
      if (!answer.webp) return failed()
      response.writeHead(200, { 'content-type': 'image/webp', 'cache-control': 'private, no-store', 'content-length': answer.webp.length })
      response.end(request.method === 'HEAD' ? undefined : answer.webp)
    } catch (error) {
      // Who went away in the middle is told nothing.
      if (left.signal.aborted && error === left.signal.reason) return
      if (error instanceof Later) {
        response.setHeader('retry-after', String(error.seconds))
        return sendError(response, error.code === 'TOO_MANY_REQUESTS' ? 429 : 503, error.code, error.message)
      }
      if (!(error instanceof OutgoingError)) throw error
      deps.log.info({ problem: error.problem, reason: error.message }, 'look-up of a picture')
      failed()
    }
  }
}
