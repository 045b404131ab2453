import { closeSync, openSync, readSync } from 'node:fs'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type { BookFile, ReadResult } from '@carrel/formats'
import sharp from 'sharp'
import type { BookPlace } from '../corpus/corpus.ts'
import type { ScanFloorTask } from './scan.ts'

// The reader without its guarding processes is no public path of the package: only a floor may do without them.
const source = new URL('../read.ts', import.meta.resolve('@carrel/formats/child'))
const { readBook } = (await import(source.href)) as { readBook: (file: BookFile) => Promise<ReadResult> }

const { folder, books, next, widths, webp } = workerData as ScanFloorTask

async function list(book: BookPlace): Promise<void> {
  const result = await readBook({ root: folder, path: book.path })
  if (!result.ok) throw new Error(`${book.path}: ${result.problem.detail}`)
}

async function cover({ path: name, coverStart, coverLength }: BookPlace): Promise<void> {
  const bytes = Buffer.allocUnsafe(coverLength)
  const file = openSync(path.join(folder, name), 'r')
  readSync(file, bytes, 0, coverLength, coverStart)
  closeSync(file)
  let image = sharp(bytes)
  for (const width of widths.toSorted((a, b) => b - a)) {
    const { data, info } = await image.resize({ width, withoutEnlargement: true }).raw().toBuffer({ resolveWithObject: true })
    const raw = { raw: { width: info.width, height: info.height, channels: info.channels } }
    await sharp(data, raw).webp(webp).toBuffer()
    image = sharp(data, raw)
  }
}

sharp.concurrency(1)
sharp.cache(false)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- worker threads have no origin
parentPort?.postMessage('ready')
parentPort?.once('message', async (kind: 'list' | 'cover') => {
  const work = kind === 'list' ? list : cover
  for (let at = Atomics.add(next, 0, 1); at < books.length; at = Atomics.add(next, 0, 1)) await work(books[at] as BookPlace)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- worker threads have no origin
  parentPort?.postMessage('done')
})
