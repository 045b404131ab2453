import type { IncomingMessage, ServerResponse } from 'node:http'
import { asMember, findLogo, limits, logoKey, uploadLogo } from '@carrel/api'
import type { ServerDeps } from '../deps.ts'
import { sendError } from './guard.ts'
import { addressOf } from './rpc.ts'
import { sendBytes } from './send-file.ts'
import { PicturesBusy, type Pictures } from './pictures.ts'

type Asked = { token: string; organization: string }

/** The logo of a workspace: sent to its members, put by who may change the workspace. */
export function createLogo(
  deps: ServerDeps,
  pictures: Pictures,
  notFound: (response: ServerResponse) => void,
  signInFirst: (response: ServerResponse) => void,
) {
  async function send(request: IncomingMessage, response: ServerResponse, { token, organization }: Asked): Promise<void> {
    const found = await asMember(
      deps.transact,
      token,
      organization,
      async (scope) => (typeof scope === 'string' ? scope : { organizationId: scope.organizationId, digest: await findLogo(scope) }),
      { readOnly: true },
    )
    if (found === 'unauthenticated') return signInFirst(response)
    if (found === 'not-a-member' || found.digest === null) return notFound(response)
    const key = logoKey(found.organizationId, found.digest)
    const etag = `"${found.digest.slice(0, 32)}"`
    if (!(await sendBytes(request, response, () => deps.blobs.get(key), { etag, type: 'image/webp' }))) notFound(response)
  }

  async function put(request: IncomingMessage, response: ServerResponse, { token, organization }: Asked): Promise<void> {
    const organizationId = organization.toLowerCase()
    try {
      const answer = await pictures.admit(organizationId, (admitted) =>
        uploadLogo(deps, { token, organizationId, address: addressOf(request) }, () => admitted(request, limits.pictureBytes)),
      )
      if (answer === 'unauthenticated') signInFirst(response)
      else if (answer === 'not-a-member') notFound(response)
      else if (answer === 'forbidden') sendError(response, 403, 'FORBIDDEN', 'You may not do this in this workspace.')
      else if (answer === 'too-large') sendError(response, 413, 'PAYLOAD_TOO_LARGE', 'A logo may have 2 MB at most.')
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
  return { send, put }
}
