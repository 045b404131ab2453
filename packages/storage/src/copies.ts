import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, mkdir, readdir, realpath, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { BlobStore, Borrowed } from './blob-store.ts'

type Copy = { key: string; made: Promise<string | null>; size: number; users: number }

const staleMs = 24 * 3_600_000
const signMs = 3_600_000

/** Copies of blobs on this machine's disk, each fetched once for all who hold it. Those let go of last are kept up to `maxBytes`. */
export function createCopies(
  { folder, maxBytes }: { folder: string; maxBytes: number },
  store: Pick<BlobStore, 'stat' | 'read'>,
): Pick<BlobStore, 'borrow'> {
  /** In the order in which they were let go of. */
  const copies = new Map<string, Copy>()
  let own: Promise<string> | undefined

  const fetch = async (copy: Copy): Promise<string | null> => {
    const found = await store.stat(copy.key)
    if (!found) return null
    copy.size = found.size
    const root = await (own ??= makeOwn(folder).catch((error: unknown) => {
      own = undefined
      throw error
    }))
    // A folder for each copy: an earlier one of the same blob may still be on its way out.
    const below = path.posix.join(randomBytes(12).toString('hex'), path.posix.basename(copy.key))
    const file = path.join(root, below)
    try {
      await mkdir(path.dirname(file), { recursive: true })
      const stream = await store.read(copy.key)
      if (!stream) return null
      await pipeline(stream, createWriteStream(file))
    } catch (error) {
      await rm(path.dirname(file), { recursive: true, force: true })
      throw error
    }
    return below
  }
  const drop = async (copy: Copy) => {
    if (copies.get(copy.key) === copy) copies.delete(copy.key)
    const below = await copy.made.catch(() => null)
    if (below !== null && own) await rm(path.dirname(path.join(await own, below)), { recursive: true, force: true })
  }
  /** False when somebody removed it meanwhile. */
  const isThere = async (copy: Copy): Promise<boolean> => {
    const below = await copy.made.catch(() => null)
    if (below === null || !own) return true
    return access(path.join(await own, below)).then(
      () => true,
      () => false,
    )
  }
  const shrink = () => {
    let kept = 0
    for (const { size } of copies.values()) kept += size
    for (const copy of copies.values()) {
      if (kept <= maxBytes) return
      if (copy.users > 0) continue
      kept -= copy.size
      void drop(copy).catch(() => {})
    }
  }
  return {
    async borrow(key): Promise<Borrowed | null> {
      const last = copies.get(key)
      if (last && !(await isThere(last)) && copies.get(key) === last) copies.delete(key)
      const known = copies.get(key)
      const copy: Copy = known ?? { key, made: Promise.resolve(null), size: 0, users: 0 }
      copy.users += 1
      if (!known) {
        copies.set(key, copy)
        copy.made = fetch(copy)
      }
      let released = false
      const release = () => {
        if (released) return
        released = true
        copy.users -= 1
        if (copy.users > 0 || copies.get(key) !== copy) return
        copies.delete(key)
        copies.set(key, copy)
        shrink()
      }
      try {
        const below = await copy.made
        if (below !== null && own) return { root: await own, path: below, release }
        await drop(copy)
        release()
        return null
      } catch (error) {
        await drop(copy)
        release()
        throw error
      }
    },
  }
}

/** A folder of this process alone, which gives a sign of life each hour; those that gave none for a day go. */
async function makeOwn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) {
    const other = path.join(folder, name)
    const stats = await stat(other).catch(() => null)
    if (stats && Date.now() - stats.mtimeMs > staleMs) await rm(other, { recursive: true, force: true })
  }
  const own = path.join(folder, randomBytes(9).toString('hex'))
  await mkdir(own)
  setInterval(() => void utimes(own, new Date(), new Date()).catch(() => {}), signMs).unref()
  return realpath(own)
}
