import { LRUCache } from 'lru-cache'
import type { BlobStore } from './blob-store.ts'

/**
 * Keeps blobs that `get` answered lately in memory, at most `maxBytes` of them. Only for keys whose content never
 * changes: another process's writes are not seen.
 */
export function cacheBlobs(store: BlobStore, maxBytes: number): BlobStore {
  const kept = new LRUCache<string, Buffer>({ maxSize: maxBytes, sizeCalculation: (bytes) => bytes.length || 1 })
  return {
    ...store,
    async put(key, bytes) {
      kept.delete(key)
      await store.put(key, bytes)
    },
    async putStream(key, stream, size) {
      kept.delete(key)
      await store.putStream(key, stream, size)
    },
    async putFile(key, file) {
      kept.delete(key)
      await store.putFile(key, file)
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
  }
}
