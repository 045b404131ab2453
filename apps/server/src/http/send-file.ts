import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { fileState } from '@carrel/formats/file-state'
import type { BlobStore } from '@carrel/storage'
import parseRange from 'range-parser'

const chunkBytes = 256 * 1024
const spareBuffers = 16

/** True when the client holds this very representation (RFC 9110 §13.1.2; strong comparison suffices for our tags). */
function isFresh(request: IncomingMessage, etag: string): boolean {
  const given = request.headers['if-none-match']
  return given !== undefined && (given.trim() === '*' || given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))
}

/** The one range to send; 'all' without, or with a stale If-Range or several ranges; null when none can be met. */
function chooseRange(request: IncomingMessage, size: number, etag: string): { start: number; end: number } | 'all' | null {
  const { range } = request.headers
  const condition = request.headers['if-range']
  if (!range || (condition !== undefined && String(condition).trim() !== etag)) return 'all'
  if (range.length > 200) return 'all'
  // A suffix longer than the file is the whole file (RFC 9110 §14.1.2); the parser says it cannot be met.
  const suffix = /^bytes=-(\d+)$/.exec(range.trim())?.[1]
  if (suffix && size > 0 && Number(suffix) >= size) return { start: 0, end: size - 1 }
  const ranges = parseRange(size, range)
  if (ranges === -1) return null
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return 'all'
  return ranges[0] ?? 'all'
}

/** Sends a small representation, with validator; false when it is gone. It is read only when the client lacks it. */
export async function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  read: () => Promise<Buffer | null>,
  options: { etag: string; type: string },
): Promise<boolean> {
  if (isFresh(request, options.etag)) {
    response.writeHead(304, { etag: options.etag }).end()
    return true
  }
  const bytes = await read()
  if (!bytes?.length) return false
  response.writeHead(200, { etag: options.etag, 'content-type': options.type, 'content-length': bytes.length })
  response.end(request.method === 'HEAD' ? undefined : bytes)
  return true
}

const spare: Buffer[] = []

/**
 * Writes the bytes from `start` up to `end`; false when the file ends before, or the client goes away. Its two
 * buffers are used again: a stream makes a new one for each chunk, and clearing those away cost half of the time.
 */
async function copy(handle: FileHandle, response: ServerResponse, start: number, end: number): Promise<boolean> {
  const gone = new Promise<false>((resolve) => response.once('close', () => resolve(false)))
  const buffers = [spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes), spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes)] as const
  const write = (bytes: Buffer) => new Promise<boolean>((resolve) => response.write(bytes, (error) => resolve(!error)))
  let written: Promise<boolean> = Promise.resolve(true)
  for (let position = start, turn = 0; position < end; turn += 1) {
    const buffer = turn % 2 === 0 ? buffers[0] : buffers[1]
    const { bytesRead } = await handle.read(buffer, 0, Math.min(chunkBytes, end - position), position)
    if (!(await written) || bytesRead === 0 || response.destroyed) return false
    written = Promise.race([write(buffer.subarray(0, bytesRead)), gone])
    position += bytesRead
  }
  if (!(await written)) return false
  // Only now nobody reads them any more.
  if (spare.length < spareBuffers) spare.push(...buffers)
  return true
}

type Representation = { size: number; modifiedAt: Date; etag: string; type: string; disposition: string }

/** Writes the head: validators, and one byte range (RFC 9110 §14). Answers which bytes are to follow; null for none. */
function sendHead(
  request: IncomingMessage,
  response: ServerResponse,
  { size, modifiedAt, etag, type, disposition }: Representation,
): { start: number; end: number } | null {
  response.setHeader('etag', etag)
  response.setHeader('accept-ranges', 'bytes')
  response.setHeader('last-modified', modifiedAt.toUTCString())
  const nothing = () => {
    response.end()
    return null
  }
  if (isFresh(request, etag)) {
    response.writeHead(304)
    return nothing()
  }
  const range = chooseRange(request, size, etag)
  if (range === null) {
    response.writeHead(416, { 'content-range': `bytes */${size}` })
    return nothing()
  }
  const { start, end } = range === 'all' ? { start: 0, end: size - 1 } : range
  const headers = { 'content-type': type, 'content-length': end - start + 1, 'content-disposition': disposition }
  response.writeHead(
    range === 'all' ? 200 : 206,
    range === 'all' ? headers : { ...headers, 'content-range': `bytes ${start}-${end}/${size}` },
  )
  return request.method === 'HEAD' || size === 0 ? nothing() : { start, end }
}

/** Sends a file of the store as `sendFile` does; false when it is not there. */
export async function sendStored(
  request: IncomingMessage,
  response: ServerResponse,
  blobs: BlobStore,
  key: string,
  options: { etag: string; type: string; disposition: string },
): Promise<boolean> {
  const found = await blobs.stat(key)
  if (!found) return false
  const range = sendHead(request, response, { ...found, ...options })
  if (!range || response.destroyed) return true
  const stream = await blobs.read(key, range)
  if (!stream) response.destroy()
  // Who goes away in the middle is no fault.
  else await pipeline(stream, response).catch(() => response.destroy())
  return true
}

/**
 * Sends an open file and closes it: validators, HEAD, and one byte range (RFC 9110 §14). The size is the
 * one at opening; a file that grows meanwhile is cut there, one that shrinks ends the connection.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  handle: FileHandle,
  options: { etag: (size: number, modifiedMs: number) => string; type: string; disposition: string },
): Promise<void> {
  try {
    const { size, modifiedMs } = fileState(await handle.stat())
    const etag = options.etag(size, modifiedMs)
    const range = sendHead(request, response, { ...options, size, modifiedAt: new Date(modifiedMs), etag })
    if (!range || response.destroyed) return
    const { start, end } = range
    // Without the bytes that were promised the client would wait for them for ever.
    if (await copy(handle, response, start, end + 1)) response.end()
    else response.destroy()
  } finally {
    await handle.close()
  }
}
