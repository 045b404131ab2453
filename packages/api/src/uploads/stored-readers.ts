import type { BookFile, Problem, ReaderPool } from '@carrel/formats'
import type { BlobStore } from '@carrel/storage'

const vanished: Problem = { code: 'vanished', detail: 'The file is no longer there.' }

/** Readers of files in the store: `root` is a prefix of keys, and `path` the rest of the key. */
export function storedReaders(readers: ReaderPool, blobs: BlobStore): ReaderPool {
  const lent = async <T>({ root, path }: BookFile, use: (file: BookFile) => Promise<T>): Promise<T | null> => {
    const file = await blobs.borrow(`${root}/${path}`)
    if (!file) return null
    return use({ root: file.root, path: file.path }).finally(file.release)
  }
  const gone = { ok: false as const, problem: vanished }
  return {
    warmUp: () => readers.warmUp(),
    stop: () => readers.stop(),
    picture: (bytes, side, options) => readers.picture(bytes, side, options),
    thumbnails: (bytes, options) => readers.thumbnails(bytes, options),
    read: async (file, options) =>
      (await lent(file, (each) => readers.read(each, options))) ?? { ...gone, size: null, modifiedAt: null, sha256: null },
    cover: async (file, options) => (await lent(file, (each) => readers.cover(each, options))) ?? gone,
    contents: async (file, options) => (await lent(file, (each) => readers.contents(each, options))) ?? gone,
    calibreLibrary: async (file, options) => (await lent(file, (each) => readers.calibreLibrary(each, options))) ?? gone,
    calibreBooks: async (file, options) => (await lent(file, (each) => readers.calibreBooks(each, options))) ?? gone,
    part: async (file, options) => (await lent(file, (each) => readers.part(each, options))) ?? gone,
  }
}
