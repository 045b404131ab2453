import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import type { Bench } from './bench.ts'
import { atMost, type Figure } from './report.ts'
import { repository } from './server.ts'

/** `web.js-brotli`: bytes of all scripts that the first page names, as brotli sends them. */
export async function benchWeb({ log }: Bench): Promise<Figure[]> {
  const folder = path.join(repository, 'apps/web/dist')
  if (!existsSync(path.join(folder, 'index.html'))) {
    log('web.js-brotli: the web app is not built')
    return []
  }
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
  const scripts = new Set([...page.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map(([, name]) => name ?? ''))
  const bytes = [...scripts].reduce((sum, name) => sum + brotliCompressSync(readFileSync(path.join(folder, name))).length, 0)
  return [atMost('web.js-brotli', 'kB', [bytes / 1000], null)]
}
