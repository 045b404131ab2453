import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

export const database = 'metadata.db'
/** Folders that are looked into: a library with more of them is no shelf of libraries. */
const lookedInto = 500

const isThere = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  )

/** Where libraries of calibre are in a folder: itself, as an empty name, or folders directly below. Links are not followed. */
export async function lookForCalibre(folder: string): Promise<string[]> {
  if (await isThere(path.join(folder, database))) return ['']
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  const found = await Promise.all(below.toSorted().slice(0, lookedInto).map(async (name) => ((await isThere(path.join(folder, name, database))) ? name : null))) // prettier-ignore
  return found.filter((name) => name !== null)
}
