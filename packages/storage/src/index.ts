import { randomBytes } from 'node:crypto'
import { mkdir, open, opendir, readFile, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { LRUCache } from 'lru-cache'

/** Where derived files lie. Keys are `/`-separated names of a-z, 0-9, `.`, `_` and `-`. */
export type BlobStore = {
  /** Writes whole or not at all; a loss of power may lose what was written last. Writing a key again replaces it. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** The bytes, or null when there is no such key. */
  get(key: string): Promise<Buffer | null>
  /** Removes a blob if there is one; with `writtenBefore`, only one that was not written since. */
  delete(key: string, options?: { writtenBefore?: Date }): Promise<void>
  /**
   * Keys below a prefix that ends with `/`, those of one folder together. What comes or goes meanwhile may be missing. A write
   * that was cut short leaves a key that ends in `.tmp`.
   */
  list(prefix: string): AsyncIterable<string>
}

const keyForm = /^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)*$/

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** A store in a folder of the local disk. Throws TypeError for a key of another form. */
export function createFsBlobStore(folder: string): BlobStore {
  const locate = (key: string): string => {
    if (!keyForm.test(key)) throw new TypeError('Not a blob key')
    return path.join(folder, key)
  }
  return {
    async put(key, bytes) {
      const target = locate(key)
      const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
      const file = await openInFolder(temporary)
      try {
        await file.writeFile(bytes)
        await file.datasync()
        await file.close()
        await rename(temporary, target)
      } catch (error) {
        await file.close().catch(() => {})
        await rm(temporary, { force: true })
        throw error
      }
    },
    async get(key) {
      try {
        return await readFile(locate(key))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null
        throw error
      }
    },
    async delete(key, { writtenBefore } = {}) {
      const target = locate(key)
      if (writtenBefore) {
        const stats = await stat(target).catch(() => null)
        if (!stats || stats.mtime >= writtenBefore) return
      }
      await rm(target, { force: true })
      await removeEmpty(path.dirname(target), folder)
    },
    async *list(prefix) {
      if (!prefix.endsWith('/')) throw new TypeError('Not a prefix of blob keys')
      yield* keysIn(locate(prefix.slice(0, -1)), prefix)
    },
  }
}

/** A delete may take the empty folder away in between. */
async function openInFolder(file: string): Promise<FileHandle> {
  for (let tries = 1; ; tries++) {
    await mkdir(path.dirname(file), { recursive: true })
    try {
      return await open(file, 'wx')
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === 10) throw error
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
  let entries
  try {
    entries = await opendir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  for await (const entry of entries) {
    if (entry.isDirectory()) yield* keysIn(path.join(folder, entry.name), `${prefix}${entry.name}/`)
    else if (entry.isFile()) yield `${prefix}${entry.name}`
  }
}

/**
 * Keeps blobs that were read lately in memory, at most `maxBytes` of them. Only for keys whose content never
 * changes: another process's writes are not seen.
 */
export function cacheBlobs(store: BlobStore, maxBytes: number): BlobStore {
  const kept = new LRUCache<string, Buffer>({ maxSize: maxBytes, sizeCalculation: (bytes) => bytes.length || 1 })
  return {
    async put(key, bytes) {
      kept.delete(key)
      await store.put(key, bytes)
    },
    async get(key) {
      const known = kept.get(key)
      if (known) return known
      const bytes = await store.get(key)
      if (bytes?.length) kept.set(key, bytes)
      return bytes
    },
    async delete(key, options) {
      kept.delete(key)
      await store.delete(key, options)
    },
    list: (prefix) => store.list(prefix),
  }
}
