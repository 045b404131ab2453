import { lstat, opendir, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileKind } from '@carrel/formats'
import { compareBytes } from './path-key.ts'
import { unitsOf, type Placed } from './units.ts'

/** What the walk met, with its path below the root, `/`-separated. */
export type Found =
  | ({ kind: 'file'; path: string; size: number; modifiedMs: number } & Placed)
  /** Something that should be a book or a folder and cannot be looked at. */
  | { kind: 'problem'; path: string; code: 'unreadable' | 'outside-root' | 'bad-name'; detail: string }
  | { kind: 'folder'; path: string }

/** The folder itself cannot be listed. `code` is that of the system. */
export class FolderUnreadable extends Error {
  readonly code: string | undefined
  constructor(code: string | undefined) {
    super('The folder cannot be listed.')
    this.code = code
  }
}

const skippedFolders = new Set(['@eaDir', '#recycle', '$RECYCLE.BIN', 'System Volume Information', 'lost+found', '__MACOSX'])
const statsAtOnce = 64
const partSize = 256
const partEveryMs = 150
const pathBytes = 1024

type Entry = { name: string; is: 'file' | 'folder' | 'bad-name' | 'link' | 'long' } & Partial<Placed>

/**
 * Walks a folder, or what lies below one of its folders, without following links, in the order of `path_key` and in parts
 * of a few hundred things, so that memory does not grow with the library. Throws FolderUnreadable when the root cannot
 * be listed; everything below is reported, except that a part which is not there is simply empty.
 */
export async function* walk(root: string, below: string, signal: AbortSignal): AsyncGenerator<Found[]> {
  // A part spans folders: a question to the database for each small folder would cost more than reading its books.
  let met: Found[] = []
  let yieldedAt = performance.now()
  const isFull = () => met.length >= partSize || (met.length > 0 && performance.now() - yieldedAt > partEveryMs)
  const open: { folder: string; entries: Entry[]; next: number }[] = []

  const enter = async (folder: string): Promise<void> => {
    met.push({ kind: 'folder', path: folder })
    try {
      open.push({ folder, entries: await list(root, folder, signal), next: 0 })
    } catch (error) {
      signal.throwIfAborted()
      const { code } = error as NodeJS.ErrnoException
      if (folder === '') throw new FolderUnreadable(code)
      if (code === 'ENOENT' || code === 'ENOTDIR') return
      met.push(problem(folder, 'unreadable', 'Carrel may not read this folder.'))
    }
  }

  await enter(below)
  for (let at = open.at(-1); at; at = open.at(-1)) {
    const { folder, entries } = at
    const entry = entries[at.next]
    if (!entry) {
      open.pop()
      continue
    }
    const pathOf = (name: string) => (folder ? `${folder}/${name}` : name)
    if (entry.is === 'file') {
      const files: Entry[] = []
      for (; files.length < statsAtOnce && entries[at.next]?.is === 'file'; at.next += 1) files.push(entries[at.next] as Entry)
      const looked = await Promise.all(files.map((file) => look(root, pathOf(file.name), file as Entry & Placed)))
      met.push(...looked.filter((found) => found !== null))
    } else {
      at.next += 1
      const child = pathOf(entry.name)
      if (entry.is === 'folder') await enter(child)
      else if (entry.is === 'long') met.push(problem(pathOf(entry.name.slice(0, 40)), 'bad-name', 'This path is longer than 1,024 bytes. Shorten it.'))
      else if (entry.is === 'bad-name') met.push(problem(child, 'bad-name', 'This name is not valid UTF-8. Rename it.'))
      else if (fileKind(entry.name) === 'book' || (await leadsToFolder(path.join(root, child))))
        met.push(problem(child, 'outside-root', 'This is a link. Carrel does not follow links inside a library.'))
    }
    if (isFull()) {
      signal.throwIfAborted()
      yield met
      met = []
      yieldedAt = performance.now()
    }
  }
  if (met.length > 0) yield met
}

/** What is of interest in one folder, in order. */
async function list(root: string, folder: string, signal: AbortSignal): Promise<Entry[]> {
  const entries: Entry[] = []
  const files: string[] = []
  const room = pathBytes - Buffer.byteLength(folder) - 1
  let long = false
  for await (const entry of await opendir(path.join(root, folder), { bufferSize: 256 })) {
    signal.throwIfAborted()
    const { name } = entry
    if (name.startsWith('.') || skippedFolders.has(name)) continue
    const isFolder = entry.isDirectory()
    const kind = isFolder ? null : fileKind(name)
    if (!isFolder && kind === null && !entry.isSymbolicLink()) continue
    if (name.length * 3 > room && Buffer.byteLength(name) > room) {
      if (!long && (isFolder || kind === 'book' || kind === 'audio')) entries.push({ name, is: 'long' })
      long = true
    } else if (name.includes('\ufffd') || name.includes('\u0001')) {
      if (isFolder || kind === 'book' || kind === 'audio') entries.push({ name, is: 'bad-name' })
    } else if (isFolder) entries.push({ name, is: 'folder' })
    else if (entry.isSymbolicLink()) entries.push({ name, is: 'link' })
    else files.push(name)
  }
  for (const [name, placed] of unitsOf(folder, files)) entries.push({ name, is: 'file', ...placed })
  return entries.sort((a, b) => compareBytes(a.name, b.name))
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

/** Null for what is gone again. */
async function look(root: string, file: string, { unit, role }: Placed): Promise<Found | null> {
  try {
    const found = await lstat(path.join(root, file))
    if (found.isFile()) return { kind: 'file', path: file, size: found.size, modifiedMs: Math.trunc(found.mtimeMs), unit, role }
    return role === 'book' ? problem(file, 'unreadable', 'This is not a regular file.') : null
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    return problem(file, 'unreadable', 'Carrel may not look at this file.')
  }
}
