import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { connect, type DatabaseLogin } from '../server.ts'
import type { FloorFacts } from './start.ts'

const pool = 10
const chunkBytes = 256 * 1024

/** What the figures of lists, covers and downloads are held against: the same rows and bytes with nothing around them. */
process.once('message', ({ login, organizationId, libraryId, coverFolder, download }: FloorFacts & { login: DatabaseLogin }) => {
  const sql = connect(login, pool)
  const app = new Hono()
  app.get('/list/:limit', async (c) => {
    const rows = await sql`
      select id, library_id, title, authors, languages, series_name, series_position, formats, cover_state, cover_hash, cover_thumbhash,
        cover_color, cover_aspect, added_at, sort_title, author_sort
      from book where organization_id = ${organizationId} and library_id = ${libraryId} and deleted_at is null
      order by sort_title, id limit ${Number(c.req.param('limit')) + 1}`
    return c.json(rows)
  })
  app.get('/cover/:id', async (c) => {
    const [row] = await sql<{ hash: string }[]>`
      select cover_hash as hash from book where organization_id = ${organizationId} and id = ${c.req.param('id')}`
    const bytes = await readFile(`${coverFolder}/${row?.hash}/320.webp`)
    return c.body(new Uint8Array(bytes), 200, { 'content-type': 'image/webp' })
  })
  const web = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
    const files = createServer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/epub+zip', 'content-length': (await stat(download)).size })
      createReadStream(download, { highWaterMark: chunkBytes }).pipe(response)
    })
    files.listen(0, '127.0.0.1', () => {
      const address = files.address()
      process.send?.({ webPort: port, filePort: address && typeof address === 'object' ? address.port : 0 })
    })
  })
  process.once('disconnect', () => {
    web.close()
    process.exit()
  })
})
