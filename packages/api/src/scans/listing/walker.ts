import { lstat, opendir, stat } from 'node:fs/promises'
import path from 'node:path'
import { isBookCandidate } from '@carrel/formats'

/** What the walk met, with its path below the root, `/`-separated. */
export type Found =
  | { kind: 'file'; path: string; size: number; modifiedMs: number }
  /** Something that should be a book or a folder and cannot be looked at. */
  | { kind: 'problem'; path: string; code: 'unreadable' | 'outside-root' | 'bad-name' | 'vanished'; detail: string }
  | { kind: 'folder'; path: string }

/** The folder itself cannot be read; the message is for the operator. */
export class FolderUnreadable extends Error {}

const skippedFolders = new Set(['@eaDir', '#recycle', '$RECYCLE.BIN', 'System Volume Information', 'lost+found'])
const statsAtOnce = 32
const partSize = 256
const partEveryMs = 150

/**
 * Walks a folder without following links, in parts of a few hundred things, so that memory does not grow with the
 * library. Throws FolderUnreadable when the root cannot be read; everything below is reported.
 */
export async function* walk(root: string, signal: AbortSignal): AsyncGenerator<Found[]> {
  const pending = ['']
  // A part spans folders: a question to the database for each small folder would cost more than reading its books.
  let met: Found[] = []
  let yieldedAt = performance.now()
  const isFull = () => met.length >= partSize || (met.length > 0 && performance.now() - yieldedAt > partEveryMs)
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const inner: string[] = []
    let names: string[] = []
    met.push({ kind: 'folder', path: folder })
    try {
      for await (const entry of await opendir(path.join(root, folder), { bufferSize: 256 })) {
        signal.throwIfAborted()
        if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) continue
        const child = folder ? `${folder}/${entry.name}` : entry.name
        const candidate = isBookCandidate(entry.name)
        if (entry.name.includes('\ufffd')) {
          if (candidate || entry.isDirectory()) met.push(problem(child, 'bad-name', 'This name is not valid UTF-8. Rename it.'))
        } else if (entry.isDirectory()) inner.push(child)
        else if (entry.isSymbolicLink()) {
          if (candidate || (await leadsToFolder(path.join(root, child))))
            met.push(problem(child, 'outside-root', 'This is a link. Carrel does not follow links inside a library.'))
        } else if (candidate) names.push(child)
        if (names.length >= statsAtOnce) {
          met.push(...(await Promise.all(names.map((name) => look(root, name)))))
          names = []
        }
        if (isFull()) {
          yield met
          met = []
          yieldedAt = performance.now()
        }
      }
      met.push(...(await Promise.all(names.map((name) => look(root, name)))))
    } catch (error) {
      signal.throwIfAborted()
      if (folder === '') throw new FolderUnreadable((error as NodeJS.ErrnoException).code)
      met.push(problem(folder, 'unreadable', 'Carrel may not read this folder.'))
    }
    pending.push(...inner.toSorted().toReversed())
    if (isFull()) {
      yield met
      met = []
      yieldedAt = performance.now()
    }
  }
  if (met.length > 0) yield met
}

const problem = (at: string, code: Extract<Found, { kind: 'problem' }>['code'], detail: string): Found => ({
  kind: 'problem',
  path: at,
  code,
  detail,
})

const leadsToFolder = (link: string): Promise<boolean> =>
  stat(link).then(
    (target) => target.isDirectory(),
    () => false,
  )

async function look(root: string, file: string): Promise<Found> {
  try {
    const found = await lstat(path.join(root, file))
    if (found.isFile()) return { kind: 'file', path: file, size: found.size, modifiedMs: Math.trunc(found.mtimeMs) }
    return problem(file, 'unreadable', 'This is not a regular file.')
  } catch {
    return problem(file, 'vanished', 'The file was gone before it could be read.')
  }
}
