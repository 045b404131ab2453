import type { BookMetadata } from '@carrel/formats'
import type { SourceKind } from '../../libraries/schema.ts'
import type { FileState } from '../../scans/listing/assign.ts'
import type { LibraryScope } from '../../scope.ts'
import { pathBelowUpload } from '../../uploads/keys.ts'
import { composeMetadata, coverFile, formatsOf, inOrder, type SourceFile } from './compose.ts'
import { showUploadedCovers } from '../edits/queries.ts'
import type { BookEdits, UploadedCover } from '../edits/schema.ts'
import { deleteBookParts, findEdits, insertBookParts, lockBooks, upsertBooks, upsertNames, type NameTable } from './queries.ts'
import { bookColumns, decimalPosition, keyOfName, nameRow, personRow, titleFromPath, type NameRow } from './rows.ts'

const nameTables = ['person', 'series', 'publisher', 'tag'] as const
const rememberedNames = 20_000

/** Ids of names by their keys. */
export type NameMemory = Record<NameTable, Map<string, string>>
export const rememberNames = (): NameMemory => ({ person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() })

type Described = {
  bookId: string
  metadata: BookMetadata
  title: string
  files: FileState[]
  cover: FileState | undefined
  uploaded: UploadedCover | null
}

/** Files that are there, those of a book apart from those that lie beside it. */
export type Sources<F extends SourceFile> = { files: F[]; sidecars: F[] }

/** What each of these books is described by: what is there; with `lost`, what was there where nothing is. */
export function sourcesOf<F extends FileState>(bookIds: Iterable<string>, all: Iterable<F>, lost = false): Map<string, Sources<F>> {
  const files = [...all]
  const byBook = Map.groupBy(
    files.filter(({ metadata }) => metadata),
    ({ bookId }) => bookId,
  )
  const byUnit = Map.groupBy(
    files.filter(({ role }) => role === 'sidecar'),
    ({ unit }) => unit,
  )
  return new Map(
    [...bookIds].map((bookId) => {
      const own = byBook.get(bookId) ?? []
      const present = own.filter(({ missing }) => !missing)
      const asLost = lost && present.length === 0
      const used = asLost ? own : present
      const sidecars = [...new Set(used.map(({ unit }) => unit))]
        .flatMap((unit) => (unit === null ? [] : (byUnit.get(unit) ?? [])))
        .filter(({ missing }) => asLost || !missing)
      return [bookId, { files: used, sidecars }]
    }),
  )
}

/** The picture that somebody chose while it is there, else the usual one; `null` where somebody wants none. */
function chosenCover<F extends FileState>(edits: BookEdits, { files, sidecars }: Sources<F>): F | undefined {
  const { cover } = edits
  if (cover === undefined) return coverFile(files, sidecars)
  if (cover === null || cover.kind === 'upload') return undefined
  return [...files, ...sidecars].find(({ sha256, hasCover }) => hasCover && sha256 === cover.sha256) ?? coverFile(files, sidecars)
}

/** The title of a book that none of its sources names. */
export const titleOfFiles = (files: readonly SourceFile[]): string => {
  const [first] = inOrder(files)
  return first ? titleFromPath(pathBelowUpload(first.path), first.metadata?.track !== null && files.length > 1) : ''
}

/**
 * Writes what is known of these books from their files, what lies beside them and what people wrote. Books without a file that
 * is there stay as they are, unless `lost` says that the lost ones tell of them. `names` is filled; after a failed transaction it must not be used again.
 */
export async function describeBooks(
  scope: LibraryScope,
  books: ReadonlySet<string>,
  files: ReadonlyMap<string, FileState>,
  {
    precedence,
    names,
    newBooks,
    lost = false,
  }: { precedence: readonly SourceKind[]; names: NameMemory; newBooks: ReadonlySet<string>; lost?: boolean },
): Promise<void> {
  const known = [...books].filter((id) => !newBooks.has(id))
  // The lock comes first, so that an edit is either seen here or waits, and is not written over. Sent together, a builder would overtake it.
  await lockBooks(scope, known)
  const edits = await findEdits(scope, known)
  const described: Described[] = []
  // In the order of their ids, as everybody locks them.
  for (const [bookId, sources] of sourcesOf([...books].toSorted(), files.values(), lost)) {
    if (sources.files.length === 0) continue
    const own = edits.get(bookId) ?? {}
    described.push({
      bookId,
      metadata: composeMetadata({ ...sources, edits: own }, precedence),
      title: titleOfFiles(sources.files),
      files: sources.files,
      cover: chosenCover(own, sources),
      uploaded: own.cover?.kind === 'upload' ? own.cover : null,
    })
  }
  if (described.length === 0) return
  await learnNames(scope, described, names)
  const rewritten = described.filter(({ bookId }) => !newBooks.has(bookId)).map(({ bookId }) => bookId)
  const uploaded = described.flatMap(({ bookId, uploaded }) => (uploaded ? [{ id: bookId, ...uploaded }] : []))
  // Sent in this order without waiting between: the answers come back together.
  await Promise.all([
    ...(rewritten.length > 0 ? [deleteBookParts(scope, rewritten)] : []),
    upsertBooks(
      scope,
      described.map((book) => bookRow(book, names)),
      new Date().toISOString(),
    ),
    insertBookParts(scope, partsOf(described, names)),
    ...(uploaded.length > 0 ? [showUploadedCovers(scope, uploaded)] : []),
  ])
}

function bookRow({ bookId, metadata, title, files, cover, uploaded }: Described, names: NameMemory) {
  const { publisher } = metadata
  return {
    id: bookId,
    ...bookColumns(metadata, title),
    publisherId: publisher ? idOf(names, 'publisher', publisher) : null,
    formats: formatsOf(files),
    coverState: cover ? ('pending' as const) : ('none' as const),
    coverFileId: cover?.id ?? null,
    coverFileSha256: uploaded ? `upload ${uploaded.hash}` : (cover?.sha256 ?? null),
  }
}

function partsOf(described: readonly Described[], names: NameMemory) {
  const each = <T>(make: (entry: Described) => T[]) => described.flatMap(make)
  return {
    contributors: each(({ bookId, metadata }) =>
      metadata.contributors.map((contributor, position) => ({
        book: bookId,
        position,
        person: idOf(names, 'person', contributor.name),
        role: contributor.role,
      })),
    ),
    series: each(({ bookId, metadata }) =>
      metadata.series.map((series) => ({
        book: bookId,
        series: idOf(names, 'series', series.name),
        position: decimalPosition(series.position),
      })),
    ),
    tags: each(({ bookId, metadata }) => metadata.tags.map((tag) => ({ book: bookId, tag: idOf(names, 'tag', tag) }))),
    identifiers: each(({ bookId, metadata }) =>
      metadata.identifiers.map((identifier, position) => ({ book: bookId, position, ...identifier })),
    ),
  }
}

function idOf(names: NameMemory, table: NameTable, name: string): string {
  const id = names[table].get(keyOfName(name))
  if (!id) throw new Error(`A ${table} was written and not found again.`)
  return id
}

async function learnNames(scope: LibraryScope, described: readonly Described[], names: NameMemory): Promise<void> {
  for (const table of nameTables) if (names[table].size > rememberedNames) names[table].clear()
  const missing: Record<NameTable, Map<string, NameRow>> = { person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() }
  const want = (table: NameTable, name: string, row: () => NameRow) => {
    const key = keyOfName(name)
    if (!names[table].has(key)) missing[table].set(key, row())
  }
  for (const { metadata } of described) {
    for (const contributor of metadata.contributors) want('person', contributor.name, () => personRow(contributor))
    for (const { name } of metadata.series) want('series', name, () => nameRow(name))
    for (const name of metadata.tags) want('tag', name, () => nameRow(name))
    const { publisher } = metadata
    if (publisher) want('publisher', publisher, () => nameRow(publisher))
  }
  for (const table of nameTables) {
    const rows = [...missing[table].values()]
    if (rows.length === 0) continue
    for (const [key, id] of await upsertNames(scope, table, rows)) names[table].set(key, id)
  }
}
