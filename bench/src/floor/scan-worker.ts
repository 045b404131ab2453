import { hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { parentPort, workerData } from 'node:worker_threads'
import { Parser } from 'htmlparser2'
import sharp from 'sharp'
import { fromBufferPromise, type Entry } from 'yauzl'
import type { BookPlace } from '../corpus/corpus.ts'
import type { ScanFloorTask } from './scan.ts'

const { folder, books, next, widths, webp } = workerData as ScanFloorTask

/** The texts of some elements, and the attributes of all that have `attribute`. */
function parse(xml: string, names: readonly string[], attribute: string): { texts: string[]; attributes: string[] } {
  const texts: string[] = []
  const attributes: string[] = []
  let within = false
  const parser = new Parser(
    {
      onopentag(name, given) {
        within = names.includes(name)
        if (within) texts.push('')
        if (given[attribute] !== undefined) attributes.push(given[attribute])
      },
      ontext(part) {
        if (within) texts[texts.length - 1] += part
      },
      onclosetag() {
        within = false
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(xml)
  return { texts, attributes }
}

/** Hash, container and package document, as one writes it with the libraries at hand: none of the product's code. */
async function list(book: BookPlace): Promise<void> {
  const bytes = await readFile(path.join(folder, book.path))
  hash('sha256', bytes)
  const archive = await fromBufferPromise(bytes)
  const entries = new Map<string, Entry>()
  for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry)
  const read = async (name: string) => {
    const entry = entries.get(name)
    if (!entry) throw new Error(`${book.path} has no ${name}`)
    return text(await archive.openReadStreamPromise(entry))
  }
  const opf = parse(await read('META-INF/container.xml'), [], 'full-path').attributes[0] ?? ''
  const { texts } = parse(await read(opf), ['dc:title', 'dc:creator', 'dc:language', 'dc:identifier'], 'href')
  if (texts.length < 2) throw new Error(`${book.path} tells nothing of itself`)
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
