import { createHash, hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync, statSync, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { sep } from 'node:path'
import { limits } from './limits.ts'
import { BookFileError } from './problems.ts'
import type { BookFile } from './types.ts'

const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

function isInside(root: string, path: string): boolean {
  const prefix = root.endsWith(sep) ? root : root + sep
  return path.startsWith(prefix)
}

/** @throws {BookFileError} `outside-root` for a path that leaves its folder. */
export function fullPath({ root, path }: BookFile): string {
  const parts = path.split('/')
  if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new BookFileError('outside-root', 'The path does not name a file inside the library folder.')
  }
  return (root.endsWith(sep) ? root : root + sep) + parts.join(sep)
}

function realPathOf(descriptor: number, path: string, opened: Stats): string {
  if (process.platform === 'linux') return readlinkSync(`/proc/self/fd/${descriptor}`)
  const real = realpathSync(path)
  const now = statSync(real)
  if (now.dev !== opened.dev || now.ino !== opened.ino) {
    throw new BookFileError('vanished', 'The file was replaced while it was opened.')
  }
  return real
}

/** Judges the descriptor, not the path: what is open can no longer be swapped. */
function assertBookFile(descriptor: number, root: string, path: string): Stats {
  const opened = fstatSync(descriptor)
  if (!opened.isFile()) throw new BookFileError('not-a-book', 'This is not a regular file.')
  if (!isInside(root, realPathOf(descriptor, path, opened))) {
    throw new BookFileError('outside-root', 'The file lies outside the library folder.')
  }
  return opened
}

/**
 * Opens a book file for reading, for scans and downloads alike. What is open
 * afterwards is a regular file whose real path lies inside `root`, whatever
 * was swapped on the way; the last part of the path may not be a symbolic link.
 *
 * @throws {BookFileError} `vanished`, `outside-root` or `not-a-book`; system
 * errors (ENOENT, EACCES, EMFILE …) pass as they are, see `toProblem`.
 */
export async function openBookFile(file: BookFile): Promise<FileHandle> {
  const path = fullPath(file)
  const handle = await open(path, flags)
  try {
    assertBookFile(handle.fd, file.root, path)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Opens a book file as `openBookFile` does, for the time of `use`: three thread hops cost more than a small book. */
export async function withBookFile<T>(file: BookFile, use: (descriptor: number, stats: Stats) => Promise<T>): Promise<T> {
  const path = fullPath(file)
  const descriptor = openSync(path, flags)
  try {
    return await use(descriptor, assertBookFile(descriptor, file.root, path))
  } finally {
    closeSync(descriptor)
  }
}

/** Random access to the bytes of one file. A read past the end is short. */
export type ByteSource = { readonly size: number; read(position: number, length: number): Buffer }

/** A window of `size` bytes of another source. */
export function windowOf(source: ByteSource, start: number, size: number): ByteSource {
  if (start === 0 && size === source.size) return source
  return {
    size,
    read: (position, length) => source.read(start + position, Math.max(0, Math.min(length, size - position))),
  }
}

export function bufferSource(buffer: Buffer): ByteSource {
  return { size: buffer.length, read: (position, length) => buffer.subarray(position, position + length) }
}

export function descriptorSource(descriptor: number, size: number): ByteSource {
  return {
    size,
    read(position, length) {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)))
      return buffer.subarray(0, readFully(descriptor, buffer, position))
    },
  }
}

/** The same bytes by few large reads, for who asks for many small pieces near each other. */
export function blockSource(source: ByteSource): ByteSource {
  let start = 0
  let held: Buffer = Buffer.alloc(0)
  return {
    size: source.size,
    read(position, length) {
      if (length > limits.block) return source.read(position, length)
      if (position < start || position + length > start + held.length) {
        start = position - (position % 4_096)
        held = source.read(start, Math.max(limits.block, position + length - start))
      }
      return held.subarray(position - start, position - start + length)
    },
  }
}

function readFully(descriptor: number, into: Buffer, position: number, onProgress?: () => void): number {
  let filled = 0
  while (filled < into.length) {
    const length = Math.min(into.length - filled, limits.chunk)
    const count = readSync(descriptor, into, filled, length, position + filled)
    if (count === 0) break
    filled += count
    onProgress?.()
  }
  return filled
}

let kept = Buffer.allocUnsafeSlow(0)

/** At most `limits.wholeFile` bytes for one file at a time: the next call hands out the same memory. */
function scratch(size: number): Buffer {
  if (kept.length < size) kept = Buffer.allocUnsafeSlow(Math.min(limits.wholeFile, Math.max(limits.chunk, size * 2)))
  return kept.subarray(0, size)
}

/**
 * Reads and hashes an open file: a small one once into memory, a larger one in
 * chunks. The source is valid until the next call. `onProgress` is called while
 * bytes come in, so that a slow disk can be told from a stuck parser.
 *
 * @throws {BookFileError} `unreadable` when the file changes meanwhile, `too-large` beyond `limits.file`.
 */
export function loadAndHash(descriptor: number, stats: Stats, onProgress: () => void): { source: ByteSource; sha256: string } {
  const { size } = stats
  if (size > limits.file) throw new BookFileError('too-large', 'The file is larger than 256 GiB.')
  const loaded = size <= limits.wholeFile ? loadWhole(descriptor, size, onProgress) : hashChunks(descriptor, size, onProgress)
  const now = fstatSync(descriptor)
  if (loaded === null || now.size !== size || now.mtimeMs !== stats.mtimeMs) {
    throw new BookFileError('unreadable', 'The file changed while it was read.')
  }
  return loaded
}

function loadWhole(descriptor: number, size: number, onProgress: () => void) {
  const buffer = scratch(size)
  if (readFully(descriptor, buffer, 0, onProgress) < size) return null
  return { source: bufferSource(buffer), sha256: hash('sha256', buffer, 'hex') }
}

function hashChunks(descriptor: number, size: number, onProgress: () => void) {
  const digest = createHash('sha256')
  const chunk = scratch(limits.chunk)
  for (let position = 0; position < size;) {
    const count = readSync(descriptor, chunk, 0, chunk.length, position)
    if (count === 0) return null
    digest.update(chunk.subarray(0, count))
    position += count
    onProgress()
  }
  return { source: descriptorSource(descriptor, size), sha256: digest.digest('hex') }
}

/** The digest by which KOReader knows a file; it is no digest of the whole content. Shape: 32 lower-case hexadecimal digits. */
export function koreaderMd5(source: ByteSource): string {
  const digest = createHash('md5')
  for (let i = -1; i <= 10; i += 1) {
    const at = i < 0 ? 0 : 1024 * 4 ** i
    if (at >= source.size) break
    digest.update(source.read(at, 1024))
  }
  return digest.digest('hex')
}
