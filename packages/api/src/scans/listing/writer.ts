import { newId } from '@carrel/db'
import type { BookMetadata, ReadResult } from '@carrel/formats'
import type { JobScope } from '../../scope.ts'
import type { InJob } from '../in-job.ts'
import { bookColumns, decimalPosition, nameRow, personRow, type NameRow } from './book-rows.ts'
import {
  addToCounts,
  deleteBookParts,
  findBooksByContent,
  findSharedBooks,
  insertBookParts,
  upsertBooks,
  upsertFiles,
  upsertNames,
  type KnownFile,
  type NameTable,
} from './queries.ts'

/** A file that was read in this scan, or a thing that could not be. */
export type Outcome = {
  folderId: string
  path: string
  known: KnownFile | undefined
  result: ReadResult | { ok: false; size: null; modifiedAt: null; sha256: null; problem: { code: string; detail: string } }
}

type Listed = { bookId: string; write: 'insert' | 'update'; path: string; metadata: BookMetadata; format: string; hasCover: boolean }

const rememberedNames = 20_000
const nameTables = ['person', 'series', 'publisher', 'tag'] as const

/**
 * Writes what was read into the library, a batch a transaction. Ids of names are remembered between
 * batches; after a failed batch the writer must not be used again, since some of them may not exist.
 */
export class ScanWriter {
  readonly #inJob: InJob
  readonly #names: Record<NameTable, Map<string, string>> = { person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() }

  constructor(inJob: InJob) {
    this.#inJob = inJob
  }

  /** Resolves when the batch is committed. */
  async write(outcomes: readonly Outcome[]): Promise<void> {
    // Names that are not UTF-8 can read alike: the last of one path counts.
    const byPath = new Map(outcomes.map((outcome) => [`${outcome.folderId}/${outcome.path}`, outcome]))
    if (byPath.size > 0) await this.#inJob((scope) => this.#write(scope, [...byPath.values()]))
  }

  async #write(scope: JobScope, outcomes: readonly Outcome[]): Promise<void> {
    const { listed, bookOf } = await assignBooks(scope, outcomes)
    await this.#learnNames(scope, listed)
    const now = new Date().toISOString()
    const changed = listed.filter((entry) => entry.write === 'update').map((entry) => entry.bookId)
    const problems = outcomes.reduce((sum, { known, result }) => sum + (result.ok ? 0 : 1) - (known?.problem ? 1 : 0), 0)
    const files = outcomes.map((outcome) => fileRow(outcome, bookOf.get(outcome) ?? outcome.known?.bookId ?? null))
    // Sent in this order without waiting between: the answers come back together.
    await Promise.all([
      ...(changed.length > 0 ? [deleteBookParts(scope, changed)] : []),
      ...(listed.length > 0
        ? [
            upsertBooks(
              scope,
              listed.map((entry) => this.#bookRow(entry)),
              now,
            ),
            insertBookParts(scope, this.#parts(listed)),
          ]
        : []),
      upsertFiles(scope, files, now),
      addToCounts(scope, listed.length - changed.length, problems),
    ])
  }

  #bookRow(entry: Listed) {
    const { publisher } = entry.metadata
    return {
      id: entry.bookId,
      ...bookColumns(entry.metadata, entry.path),
      publisherId: publisher ? this.#id('publisher', nameRow(publisher)) : null,
      formats: [entry.format],
      coverState: entry.hasCover ? ('pending' as const) : ('none' as const),
    }
  }

  #parts(listed: readonly Listed[]) {
    const each = <T>(make: (entry: Listed) => T[]) => listed.flatMap(make)
    return {
      contributors: each(({ bookId, metadata }) =>
        metadata.contributors.map((contributor, position) => ({
          book: bookId,
          position,
          person: this.#id('person', personRow(contributor)),
          role: contributor.role,
        })),
      ),
      series: each(({ bookId, metadata }) =>
        metadata.series.map((series) => ({
          book: bookId,
          series: this.#id('series', nameRow(series.name)),
          position: decimalPosition(series.position),
        })),
      ),
      tags: each(({ bookId, metadata }) => metadata.tags.map((tag) => ({ book: bookId, tag: this.#id('tag', nameRow(tag)) }))),
      identifiers: each(({ bookId, metadata }) =>
        metadata.identifiers.map((identifier, position) => ({ book: bookId, position, ...identifier })),
      ),
    }
  }

  #id(table: NameTable, row: NameRow): string {
    const id = this.#names[table].get(row.nameKey)
    if (!id) throw new Error(`A ${table} was written and not found again.`)
    return id
  }

  async #learnNames(scope: JobScope, listed: readonly Listed[]): Promise<void> {
    const wanted: Record<NameTable, Map<string, NameRow>> = { person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() }
    const want = (table: NameTable, row: NameRow) => wanted[table].set(row.nameKey, row)
    for (const { metadata } of listed) {
      for (const contributor of metadata.contributors) want('person', personRow(contributor))
      for (const series of metadata.series) want('series', nameRow(series.name))
      for (const tag of metadata.tags) want('tag', nameRow(tag))
      if (metadata.publisher) want('publisher', nameRow(metadata.publisher))
    }
    for (const table of nameTables) {
      const known = this.#names[table]
      if (known.size > rememberedNames) known.clear()
      const missing = [...wanted[table].values()].filter((row) => !known.has(row.nameKey))
      if (missing.length === 0) continue
      for (const [key, id] of await upsertNames(scope, table, missing)) known.set(key, id)
    }
  }
}

/** Which book each readable file belongs to: its own, one of the same content in this library, or a new one. Only what is new or changed is listed. */
async function assignBooks(scope: JobScope, outcomes: readonly Outcome[]) {
  const hashes = outcomes.flatMap(({ result }) => (result.ok ? [result.sha256] : []))
  const known = outcomes.flatMap((outcome) => outcome.known?.bookId ?? [])
  const [byContent, shared] = await Promise.all([findBooksByContent(scope, hashes), findSharedBooks(scope, known)])
  const bookOf = new Map<Outcome, string>()
  const listed = new Map<string, Listed>()
  for (const outcome of outcomes) {
    const { result, known, path } = outcome
    if (!result.ok) continue
    const twin = byContent.get(result.sha256)
    // A file whose content changed leaves a book that other files still make up.
    const own = known?.bookId && (known.bookId === twin || !shared.has(known.bookId)) ? known.bookId : undefined
    const bookId = own ?? twin ?? newId()
    byContent.set(result.sha256, bookId)
    bookOf.set(outcome, bookId)
    if (listed.has(bookId) || bookId === twin) continue
    const write = own ? 'update' : 'insert'
    listed.set(bookId, { bookId, write, path, metadata: result.metadata, format: result.format, hasCover: result.hasCover })
  }
  return { listed: [...listed.values()], bookOf }
}

function fileRow({ folderId, path, known, result }: Outcome, book: string | null) {
  return {
    id: known?.id ?? newId(),
    folder: folderId,
    book,
    path,
    size: result.size,
    modified: result.modifiedAt,
    sha256: result.sha256,
    format: result.ok ? result.format : null,
    problem: result.ok ? null : result.problem.code,
    detail: result.ok ? null : result.problem.detail,
  }
}
