import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { Hono } from 'hono'
import { router } from '@carrel/api'

/** The OpenAPI 3.1 description of `/api/v1`. */
export async function describeApi(version: string, serverUrl: string) {
  return new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(router, {
    info: {
      title: 'Carrel',
      version,
      description:
        'Every request but those for setup needs the session cookie. Name the workspace in the `x-carrel-organization` header, by id or slug.',
    },
    servers: [{ url: serverUrl }],
    components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'carrel.session_token' } } },
    security: [{ session: [] }],
  })
}

const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Carrel API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="reference"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body>
</html>`
const start = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#reference', deepLinking: true, defaultModelsExpandDepth: -1 })`

/** The description and a page to read it; the page's parts come from this server. */
export function openApiSurface(version: string): Hono {
  const surface = new Hono()
  let description: Promise<string> | undefined
  surface.get('/v1/openapi.json', async (c) => {
    description ??= describeApi(version, '/api/v1').then((spec) => JSON.stringify(spec))
    return c.body(await description, 200, { 'content-type': 'application/json; charset=utf-8' })
  })
  surface.get('/docs', (c) => c.html(page))
  surface.get('/docs/start.js', (c) => c.body(start, 200, { 'content-type': 'text/javascript; charset=utf-8' }))
  const assets = { 'swagger-ui.css': 'text/css; charset=utf-8', 'swagger-ui-bundle.js': 'text/javascript; charset=utf-8' }
  const kept = new Map<string, Promise<Buffer<ArrayBuffer>>>()
  for (const [name, type] of Object.entries(assets)) {
    surface.get(`/docs/${name}`, async (c) => {
      const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
      // Read once: it is large, and anybody may ask for it.
      const bytes = kept.get(name) ?? readFile(path.join(folder, name))
      kept.set(name, bytes)
      return c.body(await bytes, 200, { 'content-type': type, 'cache-control': 'no-cache' })
    })
  }
  return surface
}
