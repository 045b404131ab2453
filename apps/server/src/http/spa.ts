import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import sirv from 'sirv'
import { sendError } from './guard.ts'

/** The web app: hashed assets are kept for ever, its page is asked for anew each time. */
export function createSpa(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  if (!existsSync(path.join(folder, 'index.html'))) {
    return (_request, response) => sendError(response, 503, 'NOT_BUILT', 'The web app is not built. Run: npm start')
  }
  const serve = sirv(folder, {
    single: true,
    etag: true,
    brotli: true,
    gzip: true,
    dotfiles: false,
    ignores: [/^\/(rpc|api|files|assets)(\/|$)/],
    setHeaders: (response, pathname) => {
      response.setHeader('cache-control', pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  return (request, response) => {
    serve(request, response, () => sendError(response, 404, 'NOT_FOUND', 'There is nothing at this address.'))
  }
}
