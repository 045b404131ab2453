import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { sendError } from './guard.ts'

const pageAddress = '/index.html'
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

type Asset = { type: string; etag: string; bytes: Buffer; packed: ReadonlyMap<string, Buffer> }

/**
 * The web app, about 2 MB, from memory: no file is opened for a visitor, and a new build does not disturb a
 * running server. Hashed assets are kept for ever, the page is asked for anew each time.
 */
export function createSpa(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const assets = existsSync(path.join(folder, pageAddress)) ? readAssets(folder) : new Map<string, Asset>()
  const page = assets.get(pageAddress)
  if (!page) return (_request, response) => sendError(response, 503, 'NOT_BUILT', 'The web app is not built. Run: npm start')
  return (request, response) => {
    const at = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const asset = assets.get(at) ?? (/^\/assets\/|^\/files(\/|$)|\.\w{1,5}$/.test(at) ? undefined : page)
    if (!asset) return sendError(response, 404, 'NOT_FOUND', 'There is nothing at this address.')
    send(request, response, asset, at.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  }
}

function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>()
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const entry of files) {
    const file = path.join(entry.parentPath, entry.name)
    const type = types[path.extname(file)]
    if (!type) continue
    const bytes = readFileSync(file)
    const packed = encodings.flatMap(([name, suffix]) => (existsSync(file + suffix) ? [[name, readFileSync(file + suffix)] as const] : []))
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
    assets.set(`/${path.relative(folder, file).replaceAll(path.sep, '/')}`, { type, etag, bytes, packed: new Map(packed) })
  }
  return assets
}

function send(request: IncomingMessage, response: ServerResponse, asset: Asset, cacheControl: string): void {
  const accepted = new Set((request.headers['accept-encoding']?.toString() ?? '').split(',').map((part) => part.trim().split(';', 1)[0]))
  const encoding = encodings.map(([name]) => name).find((name) => accepted.has(name) && asset.packed.has(name))
  const bytes = (encoding && asset.packed.get(encoding)) ?? asset.bytes
  const headers = { 'cache-control': cacheControl, etag: asset.etag, vary: 'Accept-Encoding' }
  if (request.headers['if-none-match']?.includes(asset.etag)) return void response.writeHead(304, headers).end()
  response.writeHead(200, {
    ...headers,
    'content-type': asset.type,
    'content-length': bytes.length,
    ...(encoding && { 'content-encoding': encoding }),
  })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}
