import type { BookMetadata } from '@carrel/formats'
import { findLibrarySettings } from '../../libraries/queries.ts'
import type { SourceKind } from '../../libraries/schema.ts'
import type { FileState } from '../../scans/listing/assign.ts'
import { findRelatedFiles } from '../../scans/listing/queries.ts'
import { findEdits, lockBooks } from '../description/queries.ts'
import type { LibraryScope } from '../../scope.ts'
import { composeMetadata } from '../description/compose.ts'
import { describeBooks, rememberNames, sourcesOf, titleOfFiles, type Sources } from '../description/describe.ts'
import { withChange, type Change } from './policy.ts'
import { writeEdits } from './queries.ts'
import type { BookEdits } from './schema.ts'

/** What is known of a book, by source. */
export type KnownBook = {
  id: string
  edits: BookEdits
  sources: Sources<FileState>
  effective: BookMetadata
  unedited: BookMetadata
}
export type KnownBooks = {
  books: Map<string, KnownBook>
  files: Map<string, FileState>
  precedence: readonly SourceKind[]
}

/** False for a book all of whose files are by now other books: it stays as it was last told until its content turns up again. */
export const isTellable = ({ sources }: KnownBook): boolean => sources.files.length > 0

/** All that is known of these books of one library, by source. `lock`: nobody else changes it until this transaction ends. */
export async function knowBooks(scope: LibraryScope, asked: readonly string[], { lock }: { lock: boolean }): Promise<KnownBooks> {
  // A book may have gone for good since it was looked up.
  const bookIds = lock ? await lockBooks(scope, asked) : asked
  const [files, edits, { precedence }] = await Promise.all([
    findRelatedFiles(scope, [], new Map(), bookIds),
    findEdits(scope, bookIds),
    findLibrarySettings(scope),
  ])
  const books = new Map<string, KnownBook>()
  for (const [id, sources] of sourcesOf(bookIds, files.values(), true)) {
    const own = edits.get(id) ?? {}
    const composed = (written: BookEdits) => {
      const metadata = composeMetadata({ ...sources, edits: written }, precedence)
      return { ...metadata, title: metadata.title ?? titleOfFiles(sources.files) }
    }
    books.set(id, { id, edits: own, sources, effective: composed(own), unedited: composed({}) })
  }
  return { books, files, precedence }
}

/** Writes what people wrote of these books, and at once what follows from it. */
export async function changeBooks(scope: LibraryScope, known: KnownBooks, changes: ReadonlyMap<string, Change>): Promise<void> {
  const edits = new Map(
    [...changes].flatMap(([id, change]) => {
      const book = known.books.get(id)
      return book ? [[id, withChange(book.edits, change)] as const] : []
    }),
  )
  await writeEdits(scope, edits)
  await describeBooks(scope, new Set(edits.keys()), known.files, {
    precedence: known.precedence,
    names: rememberNames(),
    newBooks: new Set(),
    lost: true,
  })
}
