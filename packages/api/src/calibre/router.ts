import path from 'node:path'
import * as z from 'zod'
import { hasPermission } from '@carrel/auth'
import { newId } from '@carrel/db'
import type { BookFile, CalibreBook } from '@carrel/formats'
import { apply, inLibraryOf, noteDeed } from '../books/edits/apply.ts'
import { knowBooks } from '../books/edits/change.ts'
import { changeOf, type Change } from '../books/edits/policy.ts'
import type { Deps } from '../deps.ts'
import { notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { resolveDownload } from '../folders/policy.ts'
import { listAssignedRoots } from '../folders/queries.ts'
import { findLibrarySettings, listLibraryFolders } from '../libraries/queries.ts'
import { listFields, lockFields } from '../metadata/queries.ts'
import type { MetadataField } from '../metadata/schema.ts'
import { inLibraryOutside } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { database, lookForCalibre } from './look.ts'
import { columnsOf, fieldValue, problemOf, readingOf, wishOf } from './policy.ts'
import { beginPlaces, findBooksOfFiles, writeValues, type Place, type Value } from './queries.ts'
import {
  CalibreProblem,
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

/** The book of the library for each of calibre's; one that an earlier one has is not given twice. */
async function matchBooks(
  scope: OrganizationScope,
  { libraryId, folderId, below }: Pick<z.infer<typeof ImportCalibre>, 'libraryId' | 'folderId' | 'below'>,
  books: readonly CalibreBook[],
) {
  const pathsOf = ({ files }: CalibreBook) => files.flatMap((file) => spellings(below === '' ? file : `${below}/${file}`))
  const paths = books.flatMap(pathsOf)
  const found = await findBooksOfFiles(inLibraryOf(scope, libraryId), folderId, paths)
  const matched = new Map<string, CalibreBook>()
  const missing: CalibreBook[] = []
  for (const book of books) {
    const bookId = pathsOf(book).map((file) => found.get(file)).find((id) => id !== undefined) // prettier-ignore
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
): Promise<Omit<ImportedCalibre, 'next'>> {
  const { libraryId, mapping } = input
  // Before books are locked, as everybody does who gives a book a value.
  const fields = await holdFields(scope, mapping)
  const { matched, missing } = await matchBooks(scope, input, books)
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

export const calibre = {
  find: inLibraryOutside('metadata:edit')
    .route({
      method: 'GET',
      path: '/libraries/{libraryId}/calibre',
      tags: ['calibre'],
      summary: 'Folders of a library that are libraries of calibre, and what their columns could become',
    })
    .input(FindCalibre)
    .output(FoundCalibre)
    .handler(async ({ context: { transaction, deps }, input }) => {
      const { folders, roots, keepsPlaces } = await transaction(async (scope) => ({
        ...(await listReadable(scope, input.libraryId)),
        keepsPlaces: hasPermission(scope.permissions, 'reading:write'),
      }))
      const found: CalibreFolder[] = []
      for (const folder of folders) {
        const own = path.basename(folder.path)
        const root = await openFolder(deps, folder, roots)
        if (root === null) found.push({ folderId: folder.id, below: '', name: own, found: { ok: false, problem: 'closed' } })
        for (const below of root === null ? [] : await lookForCalibre(root)) {
          const told = { folderId: folder.id, below, name: below || own }
          const result = await deps.uploads.calibreLibrary(databaseOf(root ?? '', below))
          if (result.ok) {
            const { books, columns, rated } = result.library
            found.push({ ...told, found: { ok: true, books, columns: columnsOf(columns, rated) } })
          } else if (result.problem.code !== 'vanished')
            found.push({ ...told, found: { ok: false, problem: problemOf(result.problem.code) } })
        }
      }
      return { folders: found, keepsPlaces }
    }),

  import: inLibraryOutside('metadata:edit')
    .route({
      method: 'POST',
      path: '/libraries/{libraryId}/calibre/import',
      tags: ['calibre'],
      summary: 'Take over what calibre knows of the next 200 books; a second time changes nothing',
    })
    .errors({ CALIBRE_UNREADABLE: { status: 422, data: z.object({ problem: CalibreProblem }) } })
    .input(ImportCalibre)
    .output(ImportedCalibre)
    .handler(async ({ context: { transaction, deps }, input, errors }) => {
      const { folders, roots } = await transaction((scope) => listReadable(scope, input.libraryId))
      const folder = folders.find(({ id }) => id === input.folderId)
      if (!folder) throw notFound('folder')
      const unreadable = (problem: CalibreProblem, message: string) => errors.CALIBRE_UNREADABLE({ message, data: { problem } })
      const root = await openFolder(deps, folder, roots)
      if (root === null) throw unreadable('closed', 'This folder is not open to this workspace.')
      const page = await deps.uploads.calibreBooks(databaseOf(root, input.below), { after: input.after, limit: pageSize })
      if (!page.ok) throw unreadable(problemOf(page.problem.code), page.problem.detail)
      const done = await transaction((scope) => importPage(scope, input, page.books))
      return { ...done, next: page.next }
    }),
}
