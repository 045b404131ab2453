import path from 'node:path'
import * as z from 'zod'
import { hasPermission } from '@carrel/auth'
import { newId } from '@carrel/db'
import type { BookFile, CalibreBook } from '@carrel/formats'
import { StorageFull } from '@carrel/storage'
import { apply, inLibraryOf, noteDeed } from '../books/edits/apply.ts'
import { knowBooks } from '../books/edits/change.ts'
import { changeOf, type Change } from '../books/edits/policy.ts'
import type { Deps } from '../deps.ts'
import { notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { resolveDownload, resolveInside } from '../folders/policy.ts'
import { listAssignedRoots } from '../folders/queries.ts'
import { findUsableRoots } from '../folders/roots.ts'
import { findLibrarySettings, listLibraryFolders } from '../libraries/queries.ts'
import { listFields, lockFields } from '../metadata/queries.ts'
import type { MetadataField } from '../metadata/schema.ts'
import { inLibraryOutside, requirePermission } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { findLibraryKind } from '../uploads/queries.ts'
import { booksCopied, calibreUnit, copyBooks, CopyStopped } from './copy.ts'
import { database, lookForCalibre } from './look.ts'
import { columnsOf, fieldValue, problemOf, readingOf, wishOf } from './policy.ts'
import { beginPlaces, findBooksByUnit, findBooksOfFiles, writeValues, type Place, type Value } from './queries.ts'
import {
  CalibreProblem,
  CopiedCalibre,
  CopyCalibre,
  FindCalibre,
  FoundCalibre,
  ImportCalibre,
  ImportedCalibre,
  type CalibreFolder,
  type CalibreMapping,
} from './schema.ts'

/** Books of one page, and titles of those that are not there. */
const pageSize = 200
const toldMissing = 20

type Folder = { id: string; path: string }

/** Folders of the library on the server's disks, and what may be read of them. */
async function listReadable(scope: OrganizationScope, libraryId: string) {
  const { kind } = await findLibrarySettings(inLibraryOf(scope, libraryId))
  if (kind === 'managed') return { folders: [], roots: [] }
  const [folders, roots] = await Promise.all([listLibraryFolders(scope, libraryId), listAssignedRoots(scope)])
  return { folders, roots: roots.map((root) => root.path) }
}

/** The real path of the folder; null when it is not open now. Asks the disk. */
const openFolder = ({ roots: allowed }: Pick<Deps, 'roots'>, folder: Folder, roots: readonly string[]): Promise<string | null> =>
  resolveDownload(allowed, { folder: folder.path, roots })
const databaseOf = (root: string, below: string): BookFile => ({ root, path: below === '' ? database : `${below}/${database}` })

/** Different systems write the same letters of a path differently. */
const spellings = (file: string): string[] => [...new Set([file, file.normalize('NFC'), file.normalize('NFD')])]

/** How the books of a page are found in the library: what each is called there, and which of these names are books. */
type Matching = {
  namesOf: (book: CalibreBook) => string[]
  find: (scope: OrganizationScope, names: readonly string[]) => Promise<Map<string, string>>
}

/** In a folder of the library: by the paths of their files. */
const byPaths = (libraryId: string, folderId: string, below: string): Matching => ({
  namesOf: ({ files }) => files.flatMap((file) => spellings(below === '' ? file : `${below}/${file}`)),
  find: (scope, paths) => findBooksOfFiles(inLibraryOf(scope, libraryId), folderId, paths),
})

/** Where they were copied to: by what they were copied as. */
const byUnits = (libraryId: string, calibreLibrary: string): Matching => ({
  namesOf: (book) => [calibreUnit(libraryId, calibreLibrary, book)],
  find: (scope, units) => findBooksByUnit(inLibraryOf(scope, libraryId), units),
})

/** The book of the library for each of calibre's; one that an earlier one has is not given twice. */
async function matchBooks(scope: OrganizationScope, { namesOf, find }: Matching, books: readonly CalibreBook[]) {
  const found = await find(scope, books.flatMap(namesOf))
  const matched = new Map<string, CalibreBook>()
  const missing: CalibreBook[] = []
  for (const book of books) {
    const bookId = namesOf(book).map((file) => found.get(file)).find((id) => id !== undefined) // prettier-ignore
    if (bookId === undefined || matched.has(bookId)) missing.push(book)
    else matched.set(bookId, book)
  }
  return { matched, missing }
}

/** Fields of the workspace that columns go into, by the column. */
async function holdFields(scope: OrganizationScope, { columns }: CalibreMapping): Promise<{ key: string; field: MetadataField }[]> {
  const wanted = columns.flatMap(({ key, target }) => (target.to === 'field' ? [{ key, fieldId: target.fieldId }] : []))
  if (wanted.length === 0) return []
  // A choice or a field must not go while a book gets it.
  await lockFields(scope)
  const fields = new Map((await listFields(scope)).map((field) => [field.id, field]))
  return wanted.map(({ key, fieldId }) => {
    const field = fields.get(fieldId)
    if (!field) throw notFound('field')
    return { key, field }
  })
}

/** Writes what columns hold into fields; answers how many values changed. */
async function importValues(
  scope: OrganizationScope,
  { libraryId, mapping }: z.infer<typeof ImportCalibre>,
  fields: readonly { key: string; field: MetadataField }[],
  matched: ReadonlyMap<string, CalibreBook>,
): Promise<number> {
  const values = new Map<string, Value>()
  for (const { key, field } of fields)
    for (const [bookId, book] of matched) {
      const value = fieldValue(book, key, field)
      if (value !== null) values.set(`${bookId} ${field.id}`, { bookId, fieldId: field.id, kind: field.kind, value })
    }
  const changed = new Set<string>()
  const written = await writeValues(scope, [...values.values()], mapping.overwrite)
  for (const { fieldId } of written) changed.add(fields.find(({ field }) => field.id === fieldId)?.field.name ?? '')
  if (changed.size > 0) await noteDeed(scope, libraryId, libraryId, [...changed])
  return written.length
}

async function importPage(
  scope: OrganizationScope,
  input: z.infer<typeof ImportCalibre>,
  books: readonly CalibreBook[],
  matching: Matching,
): Promise<Omit<ImportedCalibre, 'next'>> {
  const { libraryId, mapping } = input
  // Before books are locked, as everybody does who gives a book a value.
  const fields = await holdFields(scope, mapping)
  const { matched, missing } = await matchBooks(scope, matching, books)
  const known = await knowBooks(inLibraryOf(scope, libraryId), [...matched.keys()], { lock: true })
  const changes = new Map<string, Change>()
  const places: Place[] = []
  let kept = 0
  for (const [bookId, book] of matched) {
    const own = known.books.get(bookId)
    const wish = own && wishOf(book, own, mapping)
    const change = own && wish && changeOf(own.edits, own.effective, { set: wish.set, clear: [] }, { lockSame: false })
    if (change) changes.set(bookId, change)
    if (wish && wish.kept.length > 0) kept += 1
    const place = readingOf(book, mapping)
    if (place) places.push({ bookId, ...place })
  }
  const changeId = newId()
  await apply(scope, libraryId, known, changes, changeId)
  const values = await importValues(scope, input, fields, matched)
  const readStates = hasPermission(scope.permissions, 'reading:write') ? await beginPlaces(scope, places) : 0
  if (changes.size + values + readStates > 0) await announceChanged(scope, 'books')
  return {
    books: books.length,
    matched: matched.size,
    changed: changes.size,
    unchanged: matched.size - changes.size,
    kept,
    notFound: missing.length,
    missing: missing.slice(0, toldMissing).map(({ metadata, files }) => metadata.title ?? files[0] ?? ''),
    readStates,
    values,
    changeId: changes.size > 0 ? changeId : null,
  }
}

/** What a folder tells of the library of calibre's in it; null where there is none. */
async function tell(deps: Pick<Deps, 'uploads'>, root: string, below: string): Promise<CalibreFolder['found'] | null> {
  const result = await deps.uploads.calibreLibrary(databaseOf(root, below))
  if (!result.ok) return result.problem.code === 'vanished' ? null : { ok: false, problem: problemOf(result.problem.code) }
  const { books, columns, rated } = result.library
  return { ok: true, books, columns: columnsOf(columns, rated) }
}

type Transaction = <T>(fn: (scope: OrganizationScope) => Promise<T>) => Promise<T>

/**
 * The real path of a folder of the server; null for one that is not open to this workspace, whether there is such a one or not. It is
 * for who may make libraries of folders.
 */
async function openServerFolder(transaction: Transaction, deps: Pick<Deps, 'roots'>, folder: string): Promise<string | null> {
  await transaction(async (scope) => requirePermission(scope.permissions, 'library:create'))
  return resolveInside(await findUsableRoots(transaction, deps.roots), folder)
}

/** Libraries of calibre's in a folder of the server, or directly below. */
async function findOnServer(transaction: Transaction, deps: Deps, folder: string): Promise<CalibreFolder[]> {
  const closed = { folderId: null, below: '', path: folder, name: path.basename(folder), found: { ok: false, problem: 'closed' } } as const
  const root = await openServerFolder(transaction, deps, folder)
  if (root === null) return [closed]
  const found: CalibreFolder[] = []
  for (const below of await lookForCalibre(root)) {
    const own = path.join(root, below)
    const told = await tell(deps, own, '')
    if (told) found.push({ folderId: null, below: '', path: own, name: path.basename(own), found: told })
  }
  return found
}

/** Libraries of calibre's in the folders of the library. */
async function findInLibrary(deps: Deps, folders: readonly Folder[], roots: readonly string[]): Promise<CalibreFolder[]> {
  const found: CalibreFolder[] = []
  for (const folder of folders) {
    const own = path.basename(folder.path)
    const root = await openFolder(deps, folder, roots)
    if (root === null) found.push({ folderId: folder.id, below: '', path: null, name: own, found: { ok: false, problem: 'closed' } })
    for (const below of root === null ? [] : await lookForCalibre(root)) {
      const told = await tell(deps, root ?? '', below)
      if (told) found.push({ folderId: folder.id, below, path: null, name: below || own, found: told })
    }
  }
  return found
}

const unreadable = { CALIBRE_UNREADABLE: { status: 422, data: z.object({ problem: CalibreProblem }) } } as const
const notOpen = { message: 'This folder is not open to this workspace.', data: { problem: 'closed' } } as const
const notManaged = { message: 'The files of this library lie in folders of the server; books are not copied into it.' }

export const calibre = {
  find: inLibraryOutside('metadata:edit')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/calibre',
      tags: ['calibre'],
      summary: 'Folders of a library, or of the server, that are libraries of calibre, and what their columns could become',
    })
    .input(FindCalibre)
    .output(FoundCalibre)
    .handler(async ({ context: { transaction, deps }, input }) => {
      const { folders, roots, keepsPlaces } = await transaction(async (scope) => ({
        ...(await listReadable(scope, input.libraryId)),
        keepsPlaces: hasPermission(scope.permissions, 'reading:write'),
      }))
      const found = input.path === undefined ? await findInLibrary(deps, folders, roots) : await findOnServer(transaction, deps, input.path)
      return { folders: found, keepsPlaces }
    }),

  copy: inLibraryOutside('book:upload')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/calibre/copy',
      tags: ['calibre'],
      summary: 'Copy files of the next books of a calibre library into a library that people upload books into; what is there is left out',
    })
    .errors({
      ...unreadable,
      NOT_MANAGED: { status: 409 },
      QUOTA_EXCEEDED: { status: 413 },
      STORAGE_FULL: { status: 507 },
      TOO_MANY_REQUESTS: { status: 429 },
    })
    .input(CopyCalibre)
    .output(CopiedCalibre)
    .handler(async ({ context: { transaction, deps, token, address }, input, errors }) => {
      const { libraryId } = input
      const { kind, organizationId } = await transaction(async (scope) => ({
        kind: await findLibraryKind(scope, libraryId),
        organizationId: scope.organizationId,
      }))
      if (kind !== 'managed') throw errors.NOT_MANAGED(notManaged)
      const root = await openServerFolder(transaction, deps, input.path)
      if (root === null) throw errors.CALIBRE_UNREADABLE(notOpen)
      const page = await deps.uploads.calibreBooks(databaseOf(root, ''), { after: input.after, limit: booksCopied })
      if (!page.ok) throw errors.CALIBRE_UNREADABLE({ message: page.problem.detail, data: { problem: problemOf(page.problem.code) } })
      const unitOf = (book: CalibreBook) => calibreUnit(libraryId, page.uuid ?? root, book)
      const who = { token: token ?? '', organizationId, address }
      try {
        const { last, ...copied } = await copyBooks({ deps, who, transaction, libraryId, root, unitOf }, page.books, input.within)
        const through = page.books.length === copied.books
        return { ...copied, next: through ? page.next : (last ?? input.after) }
      } catch (error) {
        if (error instanceof StorageFull) throw errors.STORAGE_FULL({ message: 'The disk of the server is full.' })
        if (!(error instanceof CopyStopped)) throw error
        if (error.reason === 'full') throw errors.QUOTA_EXCEEDED({ message: 'The space of this workspace is used up.' })
        if (error.reason === 'too-many') throw errors.TOO_MANY_REQUESTS({ message: 'Many uploads of yours are not finished.' })
        throw notFound('library')
      }
    }),

  import: inLibraryOutside('metadata:edit')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/calibre/import',
      tags: ['calibre'],
      summary: 'Take over what calibre knows of the next 200 books; a second time changes nothing',
    })
    .errors(unreadable)
    .input(ImportCalibre)
    .output(ImportedCalibre)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const { libraryId, folderId, below } = input
      const { folders, roots } = await transaction((scope) => listReadable(scope, libraryId))
      const folder = folders.find(({ id }) => id === folderId)
      if (!folder && input.path === undefined) throw notFound('folder')
      const root = folder ? await openFolder(deps, folder, roots) : await openServerFolder(transaction, deps, input.path ?? '')
      if (root === null) throw errors.CALIBRE_UNREADABLE(notOpen)
      const page = await deps.uploads.calibreBooks(databaseOf(root, folder ? below : ''), { after: input.after, limit: pageSize })
      if (!page.ok) throw errors.CALIBRE_UNREADABLE({ message: page.problem.detail, data: { problem: problemOf(page.problem.code) } })
      const matching = folder ? byPaths(libraryId, folder.id, below) : byUnits(libraryId, page.uuid ?? root)
      const done = await transaction((scope) => importPage(scope, input, page.books, matching))
      return { ...done, next: page.next }
    }),
}
