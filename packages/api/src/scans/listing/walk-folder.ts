import { lstatSync, readdirSync, statSync, type Dirent } from 'node:fs'
import path from 'node:path'
import { fileState } from '@carrel/formats/file-state'
import { fileKind } from '@carrel/formats/names'
import { compareBytes } from './path-key.ts'
import { unitHash, unitsOf, type Placed } from './units.ts'
import { fileRecord, FolderUnreadable, problemRecord, type Found, type WalkPart } from './walk-protocol.ts'

const skippedFolders = new Set(['@eaDir', '#recycle', '$RECYCLE.BIN', 'System Volume Information', 'lost+found', '__MACOSX'])
/** Names that a walk passes by. */
export const isPassedBy = (name: string): boolean => name.startsWith('.') || skippedFolders.has(name)
const partSize = 2000
const partEveryMs = 150
const clockEvery = 4
const pathBytes = 1024

type Problem = Extract<Found, { kind: 'problem' }>
type Entry = { name: string; is: 'file' | 'folder' | 'bad-name' | 'link' | 'long' } & Partial<Placed>

/**
 * Walks a folder, or what lies below one of its folders, without following links, in the order of `path_key` and in parts
 * of at most some thousand things, so that memory does not grow with the library. Throws FolderUnreadable when the root cannot
 * be listed; everything below is reported, except that a part which is not there is simply empty. Blocks its thread.
 */
export function* walkFolder(root: string, below: string): Generator<WalkPart> {
  // A part spans folders: most folders are small, and each part costs the way to another thread.
  let text = ''
  let records = 0
  let books = 0
  let entered: string | null = null
  let begunAt = performance.now()
  // A clock costs as much as a look at a file.
  let steps = 0
  const isFull = () => {
    steps += 1
    return records >= partSize || (steps % clockEvery === 0 && records > 0 && performance.now() - begunAt > partEveryMs)
  }
  const part = (): WalkPart => {
    const full = { text, records, books, folder: entered }
    text = ''
    records = 0
    books = 0
    entered = null
    begunAt = performance.now()
    return full
  }
  const tell = (record: string) => {
    text += record
    records += 1
  }
  const open: { folder: string; entries: Entry[]; next: number }[] = []

  const enter = (folder: string): void => {
    entered = folder
    try {
      open.push({ folder, entries: list(root, folder), next: 0 })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (folder === '') throw new FolderUnreadable(code)
      if (code === 'ENOENT' || code === 'ENOTDIR') return
      tell(problem(folder, 'unreadable', 'Carrel may not read this folder.'))
    }
  }

  if (!leadsThroughLink(root, below)) enter(below)
  for (let at = open.at(-1); at; at = open.at(-1)) {
    const { folder, entries } = at
    const entry = entries[at.next]
    if (!entry) {
      open.pop()
      continue
    }
    at.next += 1
    const child = folder ? `${folder}/${entry.name}` : entry.name
    if (entry.is === 'file') {
      const found = look(root, child, entry as Entry & Placed)
      if (found !== null) tell(found)
      if (found !== null && entry.role === 'book') books += 1
    } else if (entry.is === 'folder') enter(child)
    else if (entry.is === 'long') {
      const start = `${entry.name.slice(0, 40).toWellFormed()}…`
      const short = folder ? `${folder}/${start}` : start
      tell(problem(short, 'bad-name', 'This path is longer than 1,024 bytes. Shorten it.'))
    } else if (entry.is === 'bad-name') tell(problem(child, 'bad-name', 'This name is not valid UTF-8. Rename it.'))
    else if (fileKind(entry.name) === 'book' || leadsToFolder(path.join(root, child)))
      tell(problem(child, 'outside-root', 'This is a link. Carrel does not follow links inside a library.'))
    if (isFull()) yield part()
  }
  if (records > 0 || entered !== null) yield part()
}

function isOfBook(name: string): boolean {
  const kind = fileKind(name)
  return kind === 'book' || kind === 'audio'
}

/** A link on the way to a part would lead the walk out of the folder. */
function leadsThroughLink(root: string, below: string): boolean {
  const parts = below.split('/')
  try {
    return below !== '' && parts.some((_, at) => lstatSync(path.join(root, ...parts.slice(0, at + 1))).isSymbolicLink())
  } catch {
    // What cannot be looked at is told of when it is entered.
    return false
  }
}

/** What is of interest in one folder, in order. */
function list(root: string, folder: string): Entry[] {
  const entries: Entry[] = []
  const files: string[] = []
  const room = pathBytes - Buffer.byteLength(folder) - 1
  let long = false
  const take = (entry: Dirent): void => {
    const { name } = entry
    if (entry.isFile() ? name.startsWith('.') : isPassedBy(name)) return
    const isFolder = entry.isDirectory()
    const counts = () => isFolder || isOfBook(name)
    if (name.length * 3 > room && Buffer.byteLength(name) > room) {
      if (!long && counts()) {
        entries.push({ name, is: 'long' })
        long = true
      }
    } else if (name.includes('\ufffd') || name.includes('\u0001')) {
      if (counts()) entries.push({ name, is: 'bad-name' })
    } else if (isFolder) entries.push({ name, is: 'folder' })
    else if (entry.isSymbolicLink()) entries.push({ name, is: 'link' })
    else files.push(name)
  }
  for (const entry of readdirSync(folder ? `${root}/${folder}` : root, { withFileTypes: true })) take(entry)
  const folders = entries.flatMap(({ name, is }) => (is === 'folder' ? name : []))
  for (const [name, { unit, role }] of unitsOf(folder, files, { folders })) entries.push({ name, is: 'file', unit, role })
  return entries.sort((a, b) => compareBytes(a.name, b.name))
}

const problem = (path: string, code: Problem['code'], detail: string): string => problemRecord({ kind: 'problem', path, code, detail })

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory()
  } catch {
    return false
  }
}

/** The record of a file; null for what is gone again. */
function look(root: string, file: string, { unit, role }: Placed): string | null {
  try {
    const found = lstatSync(`${root}/${file}`, { throwIfNoEntry: false })
    if (!found) return null
    if (found.isFile()) {
      const { size, modifiedMs } = fileState(found)
      return fileRecord(file, size, modifiedMs, unitHash(unit), role)
    }
    return role === 'book' ? problem(file, 'unreadable', 'This is not a regular file.') : null
  } catch {
    return problem(file, 'unreadable', 'Carrel may not look at this file.')
  }
}
