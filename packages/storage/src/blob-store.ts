import type { Readable } from 'node:stream'

/**
 * Where derived files, and files that people uploaded, lie. A key is up to 1,024 bytes of names parted by `/`: NFC, of 255 bytes at
 * most, without control characters and `\`, not beginning with a dot. Keys that differ in case alone may be one.
 */
export type BlobStore = {
  /** Writes whole or not at all; a loss of power may lose what was written last. Writing a key again replaces it. */
  put(key: string, bytes: Uint8Array): Promise<void>
  /** As `put`, from a stream of `size` bytes. Throws CutShort, and writes nothing, when it has more or fewer. */
  putStream(key: string, stream: Readable, size: number): Promise<void>
  /** As `put`, of a file of this machine, which is gone afterwards. */
  putFile(key: string, file: string): Promise<void>
  /** The bytes, or null when there is no such key. */
  get(key: string): Promise<Buffer | null>
  /** The bytes, or those from `start` to `end`, both included, as they come; null when there is no such key. */
  read(key: string, range?: { start: number; end: number }): Promise<Readable | null>
  stat(key: string): Promise<{ size: number; modifiedAt: Date } | null>
  /** A file of this machine with the bytes of a blob; null when there is no such key. */
  borrow(key: string): Promise<Borrowed | null>
  /** Removes a blob if there is one; with `writtenBefore`, only one that was not written since. */
  delete(key: string, options?: { writtenBefore?: Date }): Promise<void>
  /** Keys below a prefix that ends with `/`, those of one folder together. What comes or goes meanwhile may be missing. */
  list(prefix: string): AsyncIterable<string>
  /** Removes what writes that were cut short left before this moment. */
  tidy(before: Date): Promise<void>
}

/** `root` is the real path of a folder, `path` lies below it. Others may hold it too: it is read only, until `release`. */
export type Borrowed = { root: string; path: string; release: () => void }

/** The place where blobs are written is full. */
export class StorageFull extends Error {}
/** A stream ended before, or went on after, the bytes it was to bring. */
export class CutShort extends Error {}

// oxlint-disable-next-line no-control-regex
const nameForm = /^[^.\u0000-\u001f\u007f\\/][^\u0000-\u001f\u007f\\/]*$/

const isName = (name: string): boolean => nameForm.test(name) && Buffer.byteLength(name) <= 255

/** Throws TypeError for what is no key. */
export function requireKey(key: string): string {
  if (!key.isWellFormed() || key.normalize('NFC') !== key || Buffer.byteLength(key) > 1024 || !key.split('/').every(isName))
    throw new TypeError('Not a blob key')
  return key
}

/** Throws TypeError for what is no prefix of keys. */
export function requirePrefix(prefix: string): string {
  if (!prefix.endsWith('/')) throw new TypeError('Not a prefix of blob keys')
  requireKey(prefix.slice(0, -1))
  return prefix
}
