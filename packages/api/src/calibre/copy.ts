import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { openBookFile, toProblem, type CalibreBook } from '@carrel/formats'
import { fileKind } from '@carrel/formats/names'
import { CutShort } from '@carrel/storage'
import { inLibraryOf } from '../books/edits/apply.ts'
import type { OrganizationScope } from '../scope.ts'
import { unitHash } from '../scans/listing/units.ts'
import { safeName } from '../uploads/names.ts'
import { admitUpload, endUpload, mostPartBytes, takePart, type Asked, type ReceiveDeps } from '../uploads/receive.ts'
import { findBroughtFiles } from './queries.ts'
import type { CopiedCalibre } from './schema.ts'

/** Books that one request copies at most, and how long it goes on with further ones. */
export const booksCopied = 20
const spareMs = 5000

/** What calibre writes beside the files of a book. */
const sidecars = ['metadata.opf', 'cover.jpg'] as const

export type CopyWork = {
  deps: ReceiveDeps
  who: Asked
  /** In the workspace, with everything checked again. */
  transaction: <T>(fn: (scope: OrganizationScope) => Promise<T>) => Promise<T>
  libraryId: string
  /** Real path of calibre's folder. */
  root: string
  unitOf: (book: CalibreBook) => string
}

/** Why a request ends before its books do; what was copied stays. */
export class CopyStopped extends Error {
  readonly reason: 'full' | 'too-many' | 'not-found'

  constructor(reason: CopyStopped['reason']) {
    super(reason)
    this.reason = reason
  }
}

/**
 * The unit of the files of one of calibre's books in a library that they are copied into: the same wherever calibre's library lies and
 * whoever copies.
 */
export const calibreUnit = (libraryId: string, calibreLibrary: string, { id }: Pick<CalibreBook, 'id'>): string =>
  unitHash(`calibre ${libraryId} ${calibreLibrary} ${id}`)

type Wanted = { file: string; beside: boolean }

/** Files that a scan would take, then what calibre keeps beside them, which tells of nothing where none of those can be copied. */
/** Files of one book at most; calibre has one of a format. */
const filesOfBook = 200

function filesOf({ files }: CalibreBook): Wanted[] {
  const books = files.filter((file) => ['book', 'audio'].includes(fileKind(file) ?? ''))
  const folders = new Set(books.map((file) => path.posix.dirname(file)))
  const beside = [...folders].flatMap((folder) => sidecars.map((name) => `${folder}/${name}`))
  return [...books.map((file) => ({ file, beside: false })), ...beside.map((file) => ({ file, beside: true }))].slice(0, filesOfBook)
}

type Copied = { bytes: number } | 'there' | 'absent' | 'later' | { failed: string }
type Page = Omit<CopiedCalibre, 'next'>

/**
 * Copies files of these books that are not there yet, as uploads of who asks: row, parts, and the job of the library. Answers the id
 * of the last book that is through, null for none: a book with a large file takes several requests.
 *
 * @throws {CopyStopped} and StorageFull.
 */
export async function copyBooks(work: CopyWork, books: readonly CalibreBook[], within: number): Promise<Page & { last: number | null }> {
  const page: Page & { last: number | null } = { books: 0, files: 0, bytes: 0, skipped: 0, failed: [], last: null, within }
  const until = performance.now() + spareMs
  const found = await work.transaction((scope) => findBroughtFiles(inLibraryOf(scope, work.libraryId), books.map(work.unitOf)))
  const brought = new Map<string, string | null>()
  // What is there was refused only before that.
  for (const { unit, path: file, problem } of found.toSorted((a, b) => Number(a.problem === null) - Number(b.problem === null)))
    brought.set(`${unit}/${path.posix.basename(file)}`, problem)
  for (const book of books) {
    if (page.books > 0 && performance.now() > until) break
    const unit = work.unitOf(book)
    let hasFile = false
    for (const [at, wanted] of filesOf(book).entries()) {
      if (wanted.beside && !hasFile) continue
      const problem = brought.get(`${unit}/${safeName(wanted.file)}`)
      if (at < page.within) {
        hasFile ||= problem === null
        continue
      }
      page.within = at
      if (page.files > 0 && performance.now() > until) return page
      const copied = problem ? { failed: problem } : problem === null ? 'there' : await copyFile(work, unit, wanted, until)
      if (copied === 'later') return page
      hasFile ||= copied === 'there' || (copied !== 'absent' && 'bytes' in copied)
      if (copied === 'there') page.skipped += 1
      else if (copied !== 'absent' && 'failed' in copied)
        page.failed.push({ title: book.metadata.title ?? path.posix.basename(wanted.file), reason: copied.failed })
      else if (copied !== 'absent') {
        page.files += 1
        page.bytes += copied.bytes
      }
    }
    page.books += 1
    page.last = book.id
    page.within = 0
  }
  return page
}

async function copyFile(work: CopyWork, unit: string, { file, beside }: Wanted, until: number): Promise<Copied> {
  let handle: FileHandle
  try {
    handle = await openBookFile({ root: work.root, path: file })
  } catch (error) {
    const { code } = toProblem(error)
    if (code === 'crashed') throw error
    return beside && code === 'vanished' ? 'absent' : { failed: code }
  }
  try {
    return await copyOpen(work, unit, file, handle, until)
  } finally {
    await handle.close()
  }
}

async function copyOpen(
  { deps, who, transaction, libraryId }: CopyWork,
  unit: string,
  file: string,
  handle: FileHandle,
  until: number,
): Promise<Copied> {
  const { size, mtimeMs } = await handle.stat()
  if (size === 0) return { failed: 'empty' }
  const begun = await transaction((scope) => admitUpload(scope, deps, { libraryId, name: file, size, unit }))
  if (begun === 'too-large') return { failed: begun }
  if (begun === 'too-many') throw new CopyStopped('too-many')
  if ('full' in begun) throw new CopyStopped('full')
  if (begun.received === size) return 'there'
  const giveUp = async () => {
    await endUpload(deps, who, begun.id)
    return { failed: 'changed' }
  }
  // Written since the first of it was copied.
  if (begun.begunAt && mtimeMs > begun.begunAt.getTime()) return giveUp()
  for (let start = begun.received; start < size;) {
    if (start > begun.received && performance.now() > until) return 'later'
    const now = await handle.stat()
    if (now.size !== size || now.mtimeMs !== mtimeMs) return giveUp()
    const length = Math.min(mostPartBytes, size - start)
    const open = () => handle.createReadStream({ start, end: start + length - 1, autoClose: false })
    try {
      const answer = await takePart(deps, who, begun.id, { start, length, open })
      if (typeof answer === 'string') throw new CopyStopped('not-found')
      // Somebody else may be sending the same parts, and be further.
      start = 'received' in answer ? answer.received : answer.conflict.received
    } catch (error) {
      if (error instanceof CutShort) return giveUp()
      throw error
    }
  }
  return { bytes: size }
}
