import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, opendir, readdir, readFile, realpath, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { CutShort, requireKey, requirePrefix, StorageFull, type BlobStore } from './blob-store.ts'

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')
const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')
const orNull = (error: unknown): null => {
  if (isAbsent(error)) return null
  throw error
}

/** A store in a folder of the local disk. Throws TypeError for a key of another form, StorageFull when the disk is full. */
export function createFsBlobStore(folder: string): BlobStore {
  const locate = (key: string): string => path.join(folder, requireKey(key))
  const temporaries = path.join(folder, '.tmp')

  async function write(key: string, fill: (file: FileHandle, temporary: string) => Promise<void>): Promise<void> {
    const target = locate(key)
    const temporary = path.join(temporaries, randomBytes(12).toString('hex'))
    const file = await inFolder(temporaries, () => open(temporary, 'wx'))
    try {
      await fill(file, temporary)
      await file.datasync()
      await file.close()
      await inFolder(path.dirname(target), () => rename(temporary, target))
    } catch (error) {
      await file.close().catch(() => {})
      await rm(temporary, { force: true })
      throw isFull(error) ? new StorageFull('The disk of the server is full.', { cause: error }) : error
    }
  }

  return {
    put: (key, bytes) => write(key, (file) => file.writeFile(bytes)),
    putStream: (key, stream, size) => write(key, (file) => copyStream(stream, file, size)),
    async putFile(key, source) {
      const target = locate(key)
      const file = await open(source, 'r')
      await file.datasync().finally(() => file.close())
      try {
        return await inFolder(path.dirname(target), () => rename(source, target))
      } catch (error) {
        if (codeOf(error) !== 'EXDEV') throw error
      }
      await write(key, (_file, temporary) => copyFile(source, temporary))
      await rm(source, { force: true })
    },
    get: (key) => readFile(locate(key)).catch(orNull),
    async read(key, range) {
      const file = await open(locate(key)).catch(orNull)
      return file && createReadStream('', { fd: file, highWaterMark: 64 * 1024, ...range })
    },
    async stat(key) {
      const stats = await stat(locate(key)).catch(orNull)
      return stats?.isFile() ? { size: stats.size, modifiedAt: stats.mtime } : null
    },
    async borrow(key) {
      const target = locate(key)
      if (!(await stat(target).catch(orNull))) return null
      return { root: await realpath(folder), path: key, release: () => {} }
    },
    async delete(key, { writtenBefore } = {}) {
      const target = locate(key)
      if (writtenBefore) {
        const stats = await stat(target).catch(orNull)
        if (!stats || stats.mtime >= writtenBefore) return
      }
      await rm(target, { force: true })
      await removeEmpty(path.dirname(target), folder)
    },
    async *list(prefix) {
      yield* keysIn(locate(requirePrefix(prefix).slice(0, -1)), prefix)
    },
    async tidy(before) {
      for (const name of (await readdir(temporaries).catch(orNull)) ?? []) {
        const file = path.join(temporaries, name)
        const stats = await stat(file).catch(orNull)
        if (stats && stats.mtime < before) await rm(file, { force: true })
      }
    },
  }
}

async function copyStream(stream: Readable, file: FileHandle, size: number): Promise<void> {
  let written = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (written + chunk.length > size) throw new CutShort(`More than ${size} bytes came.`)
    for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten
    written += chunk.length
  }
  if (written < size) throw new CutShort(`${written} of ${size} bytes came.`)
}

/** Makes the folder where it is missing. A delete may take it away again in between, while it is empty. */
async function inFolder<T>(folder: string, write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === 10) throw error
      await mkdir(folder, { recursive: true }).catch(orNull)
    }
  }
}

/** Removes a folder that is empty, and those above it below `top`. */
async function removeEmpty(start: string, top: string): Promise<void> {
  for (let folder = start; path.relative(top, folder) !== ''; folder = path.dirname(folder)) {
    try {
      await rmdir(folder)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return
    }
  }
}

async function* keysIn(folder: string, prefix: string): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(orNull)
  if (!entries) return
  for await (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) yield* keysIn(path.join(folder, entry.name), `${prefix}${entry.name}/`)
    else if (entry.isFile()) yield `${prefix}${entry.name}`
  }
}
