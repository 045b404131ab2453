import { newId } from '@carrel/db'
import type { BookMetadata, FileFormat, ReadResult } from '@carrel/formats'
import { audioFormats } from '../../books/description/compose.ts'
import type { JobScope } from '../../scope.ts'
import { copiesLookedAt, findFormerContents, findRelatedFiles } from './queries.ts'
import type { FileRole } from './units.ts'

/** A file of a library, as the database has it and as a batch changes it. */
export type FileState = {
  id: string
  folderId: string
  path: string
  /** Hexadecimal digest of the unit's name. */
  unit: string | null
  role: FileRole
  bookId: string | null
  size: number | null
  modifiedMs: number | null
  sha256: string | null
  koreaderMd5: string | null
  format: FileFormat | null
  metadata: BookMetadata | null
  hasCover: boolean
  problem: string | null
  detail: string | null
  missing: boolean
}

/** A file that was read in this scan, or a thing that could not be. */
export type Outcome = {
  folderId: string
  path: string
  unit: string | null
  role: FileRole
  /** Its row, where there is one. */
  knownId: string | null
  knownProblem: boolean
  result: ReadResult | { ok: false; size: null; modifiedAt: null; sha256: null; problem: { code: string; detail: string } }
}

/** Content that left a file; where it turns up again, it is that book. `fileId`: the file, when it stays that book with other content. */
export type FormerContent = { sha256: string; bookId: string; fileId: string | null; scanId: string | null }

/** What a batch changes. `files` holds every file that is concerned, `changed` the ids of those to write. */
export type Assignment = {
  files: Map<string, FileState>
  changed: Set<string>
  inserted: Set<string>
  deleted: Set<string>
  formers: FormerContent[]
  /** Books to describe anew. */
  books: Set<string>
  newBooks: Set<string>
  moved: number
}

/**
 * Which book each file belongs to, in this order: the book that has the same content in this library, or had it; for a file
 * whose content changed, its own; the book of its unit; a new one. A file that is elsewhere gone and here found is the same file.
 */
export async function assignBooks(
  scope: JobScope,
  outcomes: readonly Outcome[],
  { scanId, isGone }: { scanId: string; isGone: (file: { folderId: string; path: string }) => Promise<boolean> },
): Promise<Assignment> {
  const some = { copies: copiesLookedAt }
  const files = await findRelatedFiles(scope, outcomes, new Map(), [], some)
  const hashes = outcomes.flatMap(({ result }) => (result.ok ? [result.sha256] : []))
  const formers = await findFormerContents(scope, hashes)
  if (formers.size > 0) await findRelatedFiles(scope, [], files, [...new Set([...formers.values()].map(({ bookId }) => bookId))], some)
  const done: Assignment = {
    files,
    changed: new Set(),
    inserted: new Set(),
    deleted: new Set(),
    formers: [],
    books: new Set(),
    newBooks: new Set(),
    moved: 0,
  }
  const byPath = new Map([...files.values()].map((file) => [`${file.folderId}/${file.path}`, file]))
  const bySha = groupBy(files.values(), ({ sha256 }) => sha256)
  const byUnit = groupBy(files.values(), ({ unit }) => unit)
  const byBook = groupBy(files.values(), ({ bookId }) => bookId)
  const filesOf = (bookId: string) => [...(byBook.get(bookId) ?? [])]
  const makeBook = () => {
    const id = newId()
    done.newBooks.add(id)
    return id
  }
  const put = (file: FileState, values: Partial<FileState>, isNew = false) => {
    regroup(bySha, file, file.sha256, values.sha256)
    regroup(byUnit, file, file.unit, values.unit)
    regroup(byBook, file, file.bookId, values.bookId)
    Object.assign(file, values)
    if (isNew) {
      files.set(file.id, file)
      done.inserted.add(file.id)
    } else if (!done.inserted.has(file.id)) done.changed.add(file.id)
    if (file.bookId) done.books.add(file.bookId)
  }
  /** The content of a file gives way to another, with which it `stays` the same book or becomes one that is known. */
  const leave = (file: FileState, stays = false) => {
    if (file.bookId) done.books.add(file.bookId)
    if (!file.sha256 || !file.bookId) return
    const former = { sha256: file.sha256, bookId: file.bookId, fileId: stays ? file.id : null, scanId }
    formers.set(file.sha256, former)
    done.formers.push(former)
  }
  const remove = (file: FileState) => {
    put(file, { bookId: null, sha256: null, unit: null })
    files.delete(file.id)
    done.changed.delete(file.id)
    if (!done.inserted.delete(file.id)) done.deleted.add(file.id)
  }
  const blank = ({ folderId, path, role }: Outcome): FileState => ({
    id: newId(),
    folderId,
    path,
    unit: null,
    role,
    bookId: null,
    size: null,
    modifiedMs: null,
    sha256: null,
    koreaderMd5: null,
    format: null,
    metadata: null,
    hasCover: false,
    problem: null,
    detail: null,
    missing: false,
  })

  for (const outcome of outcomes) {
    const { folderId, path, unit, role, result } = outcome
    const known = (outcome.knownId ? files.get(outcome.knownId) : undefined) ?? byPath.get(`${folderId}/${path}`)
    const seen = { unit, role, size: result.size, modifiedMs: result.modifiedAt, missing: false }
    if (!result.ok) {
      const { code: problem, detail } = result.problem
      if (problem === 'vanished') continue
      if (known && known.sha256 !== result.sha256) leave(known, true)
      put(known ?? blank(outcome), { ...seen, problem, detail, sha256: result.sha256 ?? known?.sha256 ?? null }, !known)
      continue
    }
    const { sha256, koreaderMd5, format, metadata, hasCover } = result
    const read = { ...seen, sha256, koreaderMd5, format, metadata, hasCover, problem: null, detail: null }
    if (role === 'sidecar') {
      if (known?.bookId) leave(known)
      for (const each of [unit, known?.unit ?? null])
        for (const mate of byUnit.get(each) ?? []) if (mate.bookId) done.books.add(mate.bookId)
      put(known ?? blank(outcome), { ...read, bookId: null }, !known)
      continue
    }
    if (known?.bookId && known.sha256 === sha256) {
      put(known, read)
      continue
    }
    const twins = [...(bySha.get(sha256) ?? [])].filter((file) => file !== known && file.bookId && file.role === 'book')
    const [twin] = twins.toSorted((a, b) => Number(a.missing) - Number(b.missing) || (a.id < b.id ? -1 : 1))
    if (twin) {
      const bookId = twin.bookId
      const gone: FileState[] = []
      for (const each of twins) if (each.bookId === bookId && (await isGone(each))) gone.push(each)
      const [mover, ...rest] = gone
      if (mover) done.moved += 1
      if (known) {
        leave(known)
        for (const each of gone) remove(each)
        put(known, { ...read, bookId })
      } else if (mover) {
        for (const each of rest) remove(each)
        byPath.delete(`${mover.folderId}/${mover.path}`)
        put(mover, { ...read, folderId, path })
        byPath.set(`${folderId}/${path}`, mover)
      } else put(blank(outcome), { ...read, bookId }, true)
      continue
    }
    const former = formers.get(sha256)
    if (former) {
      // In this very run another file of that book seemed to have been replaced, when its content had only moved on to here.
      const hasty = former.scanId === scanId && former.fileId ? files.get(former.fileId) : undefined
      if (hasty?.metadata && hasty !== known && hasty.bookId === former.bookId) {
        const bookId = makeBook()
        // With its copies, which were met since and took it for that book.
        for (const each of filesOf(former.bookId)) if (each === hasty || each.sha256 === hasty.sha256) put(each, { bookId })
      }
      if (known) leave(known)
      put(known ?? blank(outcome), { ...read, bookId: former.bookId }, !known)
      done.books.add(former.bookId)
      continue
    }
    if (known?.bookId) {
      const copies = filesOf(known.bookId).some((file) => file !== known && !file.missing && file.sha256 === known.sha256)
      const bookId = copies ? makeBook() : known.bookId
      if (!copies) leave(known, true)
      else done.books.add(known.bookId)
      put(known, { ...read, bookId })
      continue
    }
    const mate = [...(byUnit.get(unit) ?? [])].find(
      (file) =>
        file.bookId &&
        file.role === 'book' &&
        !file.missing &&
        (audioFormats.has(format) || !filesOf(file.bookId).some((other) => !other.missing && other.format === format)),
    )
    put(known ?? blank(outcome), { ...read, bookId: mate?.bookId ?? makeBook() }, !known)
  }
  return done
}

function groupBy(files: Iterable<FileState>, key: (file: FileState) => string | null): Map<string | null, Set<FileState>> {
  const groups = new Map<string | null, Set<FileState>>()
  for (const file of files) regroup(groups, file, null, key(file))
  return groups
}

function regroup(groups: Map<string | null, Set<FileState>>, file: FileState, from: string | null, to: string | null | undefined): void {
  if (to === undefined) return
  if (from !== null) groups.get(from)?.delete(file)
  if (to === null) return
  const group = groups.get(to)
  if (group) group.add(file)
  else groups.set(to, new Set([file]))
}
