import { lstat, readdir, statfs } from 'node:fs/promises'
import path from 'node:path'

/** Bytes that are free, and that there are, on the disk of a folder; nulls where the system does not tell. */
export async function measureDisk(folder: string): Promise<{ freeBytes: number | null; totalBytes: number | null }> {
  const disk = await statfs(folder).catch(() => null)
  return { freeBytes: disk && disk.bavail * disk.bsize, totalBytes: disk && disk.blocks * disk.bsize }
}

/** Bytes of all files below a folder; null when that takes longer than `budgetMs`. */
export async function measureFolder(folder: string, budgetMs: number): Promise<number | null> {
  const end = Date.now() + budgetMs
  let bytes = 0
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const inside = next
    const entries = await readdir(inside, { withFileTypes: true }).catch(() => [])
    for (let at = 0; at < entries.length; at += 64) {
      if (Date.now() > end) return null
      const sizes = await Promise.all(
        entries.slice(at, at + 64).map(async (entry) => {
          if (entry.isDirectory()) waiting.push(path.join(inside, entry.name))
          return entry.isFile() ? ((await lstat(path.join(inside, entry.name)).catch(() => null))?.size ?? 0) : 0
        }),
      )
      for (const size of sizes) bytes += size
    }
  }
  return bytes
}
