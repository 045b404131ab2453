import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { LRUCache } from 'lru-cache'

/** Where derived files lie. Keys are `/`-separated names of a-z, 0-9, `.`, `_` and `-`. */
export type BlobStore = {
  /** Writes whole or not at all; a loss of power may lose what was written last. Writing a key again replaces it. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** The bytes, or null when there is no such key. */
  get(key: string): Promise<Buffer | null>
  delete(key: string): Promise<void>
}

const keyForm = /^[a-z0-9_-][a-z0-9._-]*(\/[a-z0-9_-][a-z0-9._-]*)*$/

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
      await mkdir(path.dirname(target), { recursive: true })
      const file = await open(temporary, 'wx')
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
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    async delete(key) {
      await rm(locate(key), { force: true })
    },
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
    async delete(key) {
      kept.delete(key)
      await store.delete(key)
    },
  }
}
