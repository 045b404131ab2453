import { newId } from '@carrel/db'
import { findRelatedFiles, refreshMissing } from '../../scans/listing/queries.ts'
import { findEdits, lockBooks } from '../description/queries.ts'
import { findLibrarySettings } from '../../libraries/queries.ts'
import type { LibraryScope, OrganizationScope } from '../../scope.ts'
import { coverFile, editableFields, isTold } from '../description/compose.ts'
import { describeBooks, rememberNames } from '../description/describe.ts'
import { changeBooks, knowBooks, type KnownBook } from './change.ts'
import { canonical } from './policy.ts'
import type { BookEdits } from './schema.ts'
import {
  findBooksOfFiles,
  findMerged,
  findShelved,
  giveFiles,
  hasFile,
  hideBooks,
  insertChange,
  listHoldings,
  markUndone,
  mergeReading,
  partReading,
  recountBooks,
  showBooks,
  writeEdits,
  type ChangeRow,
} from './queries.ts'

type Scope = LibraryScope & OrganizationScope

async function describe(scope: Scope, bookIds: readonly string[]): Promise<void> {
  const [files, { precedence }] = await Promise.all([findRelatedFiles(scope, [], new Map(), bookIds), findLibrarySettings(scope)])
  await describeBooks(scope, new Set(bookIds), files, { precedence, names: rememberNames(), newBooks: new Set(), lost: true })
  await refreshMissing(scope, bookIds)
}

/** What a book says of itself and would not say any more: it was chosen to stay as it is. */
function keptFields(before: KnownBook | undefined, after: KnownBook | undefined): BookEdits {
  if (!before || !after) return {}
  const fields = editableFields.filter(
    (field) => isTold(before.effective[field]) && canonical(before.effective[field]) !== canonical(after.effective[field]),
  )
  const pictures = [before, after].map(({ sources }) => coverFile(sources.files, sources.sidecars)?.sha256 ?? null)
  const [picture = null] = pictures
  return {
    ...Object.fromEntries(fields.map((field) => [field, before.effective[field]])),
    ...(!('cover' in after.edits) && picture !== null && picture !== pictures[1] && { cover: { kind: 'file' as const, sha256: picture } }),
  }
}

/**
 * Gives files, content and everyone's place of these books to one, which goes on saying what it said; they are kept, hidden, so
 * that this can be undone. False, with nothing done, when one of them left the shelf meanwhile: two books must not hide behind
 * each other.
 */
export async function mergeBooks(scope: Scope, changeId: string, targetId: string, sourceIds: readonly string[]): Promise<boolean> {
  await lockBooks(scope, [targetId, ...sourceIds])
  const all = new Set([targetId, ...sourceIds])
  if ((await findShelved(scope, [...all])).length < all.size) return false
  const before = await knowBooks(scope, [targetId], { lock: false })
  const holdings = await listHoldings(scope, sourceIds)
  for (const { bookId } of holdings) await giveFiles(scope, { from: bookId, to: targetId })
  await mergeReading(scope, changeId, targetId, sourceIds)
  await hideBooks(scope, sourceIds, targetId)
  const known = await knowBooks(scope, [targetId], { lock: false })
  const kept = keptFields(before.books.get(targetId), known.books.get(targetId))
  await changeBooks(scope, known, new Map([[targetId, { before: {}, after: kept }]]))
  await refreshMissing(scope, [targetId])
  await recountBooks(scope, targetId)
  await insertChange(scope, changeId, 'merge', [
    { bookId: targetId, before: {}, after: { sources: sourceIds, kept } },
    ...holdings.map(({ bookId, files, contents }) => ({ bookId, before: { files, contents }, after: { into: targetId } })),
  ])
  return true
}

/** Makes a file, and others of the same content, a book of its own. */
export async function splitBook(
  scope: Scope,
  changeId: string,
  bookId: string,
  fileId: string,
): Promise<{ bookId: string } | 'no-file' | 'only-file'> {
  if (!(await hasFile(scope, bookId, fileId))) return 'no-file'
  await lockBooks(scope, [bookId])
  const [files, { precedence }] = await Promise.all([findRelatedFiles(scope, [], new Map(), [bookId]), findLibrarySettings(scope)])
  const own = [...files.values()].filter((file) => file.bookId === bookId && file.role === 'book')
  const chosen = own.find(({ id }) => id === fileId)
  if (!chosen) return 'no-file'
  const parted = own.filter((file) => file === chosen || (chosen.sha256 !== null && file.sha256 === chosen.sha256))
  if (!chosen.metadata || own.every((file) => parted.includes(file) || !file.metadata)) return 'only-file'
  const made = newId()
  for (const file of parted) file.bookId = made
  const how = { precedence, names: rememberNames(), lost: true }
  await describeBooks(scope, new Set([made]), files, { ...how, newBooks: new Set([made]) })
  await giveFiles(scope, { from: bookId, to: made, only: { files: parted.map(({ id }) => id), contents: [] } })
  await describeBooks(scope, new Set([bookId]), files, { ...how, newBooks: new Set() })
  await refreshMissing(scope, [bookId, made])
  await recountBooks(scope, bookId)
  await insertChange(scope, changeId, 'split', [
    { bookId, before: {}, after: { made } },
    { bookId: made, before: {}, after: { from: bookId } },
  ])
  return { bookId: made }
}

/** Opens what was locked only so that the book stayed as it was, where nobody wrote anything else since. */
async function forgetKept(scope: Scope, bookId: string, kept: BookEdits): Promise<void> {
  const own = (await findEdits(scope, [bookId])).get(bookId) ?? {}
  const left = Object.entries(own).filter(([field, value]) => canonical(value) !== canonical((kept as Record<string, unknown>)[field]))
  if (left.length < Object.keys(own).length) await writeEdits(scope, new Map([[bookId, Object.fromEntries(left) as BookEdits]]))
}

type Holding = { files: string[]; contents: string[] }

/** Undoes a merge or a split. False, with nothing done, when books of it have become something else since. */
export async function partBooks(scope: Scope, changeId: string, rows: readonly ChangeRow[]): Promise<boolean> {
  const target = rows.find(({ after }) => 'sources' in after || 'made' in after)
  const others = rows.filter((row) => row !== target)
  if (!target || others.length === 0) return false
  const ids = others.map(({ bookId }) => bookId)
  await lockBooks(scope, [target.bookId, ...ids])
  const merged = await findMerged(scope, [target.bookId, ...ids])
  if (merged.get(target.bookId) !== null) return false
  if (target.kind === 'split') {
    if (ids.some((id) => merged.get(id) !== null)) return false
    for (const id of ids) await giveFiles(scope, { from: id, to: target.bookId })
    await mergeReading(scope, null, target.bookId, ids)
    await hideBooks(scope, ids, target.bookId)
    await describe(scope, [target.bookId])
  } else {
    if (ids.some((id) => merged.get(id) !== target.bookId)) return false
    const holdings = others.map(({ before }) => before as Holding)
    const nowIn = await findBooksOfFiles(scope, holdings.flatMap(({ files }) => files)) // prettier-ignore
    // Split off since: it would come back without a file.
    const leftWith = holdings.map(({ files }) => files.flatMap((id) => nowIn.get(id) ?? []))
    if (leftWith.some((books) => books.length > 0 && !books.includes(target.bookId))) return false
    await showBooks(scope, ids)
    for (const { bookId, before } of others) await giveFiles(scope, { from: target.bookId, to: bookId, only: before as Holding })
    await partReading(scope, changeId, target.bookId)
    await forgetKept(scope, target.bookId, (target.after as { kept: BookEdits }).kept)
    await describe(scope, [target.bookId, ...ids])
  }
  await recountBooks(scope, target.bookId)
  await markUndone(scope, changeId, rows.map(({ bookId }) => bookId)) // prettier-ignore
  return true
}
