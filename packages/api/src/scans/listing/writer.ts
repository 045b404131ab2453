import { lstat } from 'node:fs/promises'
import path from 'node:path'
import type { BookMetadata } from '@carrel/formats'
import { composeMetadata, coverFile, formatsOf, inOrder, type SourceKind } from '../../books/compose.ts'
import type { JobScope } from '../../scope.ts'
import type { InRun } from '../in-job.ts'
import { assignBooks, type FileState, type Outcome } from './assign.ts'
import { bookColumns, decimalPosition, nameRow, personRow, titleFromPath, type NameRow } from './book-rows.ts'
import {
  addToCounts,
  deleteBookParts,
  deleteFiles,
  findEdits,
  findRelatedFiles,
  insertBookParts,
  insertFormerContents,
  refreshMissing,
  upsertBooks,
  upsertNames,
  writeFiles,
  type NameTable,
} from './queries.ts'

type Described = { bookId: string; metadata: BookMetadata; title: string; files: FileState[]; cover: FileState | undefined }

export type Written = { moved: number }

const rememberedNames = 20_000
const nameTables = ['person', 'series', 'publisher', 'tag'] as const

/**
 * Writes what was read into the library, a batch a transaction. Ids of names are remembered between
 * batches; after a failed batch the writer must not be used again, since some of them may not exist.
 */
export class ScanWriter {
  readonly #inRun: InRun
  readonly #run: { scanId: string; precedence: readonly SourceKind[]; roots: ReadonlyMap<string, string> }
  readonly #names: Record<NameTable, Map<string, string>> = { person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() }

  /** `roots`: real paths of the folders that can be read now, by id. */
  constructor(inRun: InRun, run: { scanId: string; precedence: readonly SourceKind[]; roots: ReadonlyMap<string, string> }) {
    this.#inRun = inRun
    this.#run = run
  }

  /** Resolves when the batch is committed, and with it what `also` writes after it. */
  async write(outcomes: readonly Outcome[], also?: (scope: JobScope) => Promise<void>): Promise<Written> {
    // Names that are not UTF-8 can read alike: the last of one path counts.
    const byPath = new Map(outcomes.map((outcome) => [`${outcome.folderId}/${outcome.path}`, outcome]))
    if (byPath.size === 0) return { moved: 0 }
    return this.#inRun(async (scope) => {
      const written = await this.#write(scope, [...byPath.values()])
      await also?.(scope)
      return written
    })
  }

  /** Describes these books anew from the files that they have. */
  async describe(bookIds: readonly string[]): Promise<void> {
    await this.#inRun(async (scope) => {
      const files = await findRelatedFiles(scope, [], new Map(), bookIds)
      await this.#describe(scope, new Set(bookIds), files, new Set())
    })
  }

  async #write(scope: JobScope, outcomes: readonly Outcome[]): Promise<Written> {
    const done = await assignBooks(scope, outcomes, { scanId: this.#run.scanId, isGone: this.#isGone })
    const problems = outcomes.reduce((sum, { result, knownProblem }) => sum + (result.ok ? 0 : 1) - (knownProblem ? 1 : 0), 0)
    const { files, changed, inserted, deleted, formers, books, newBooks } = done
    const at = (ids: ReadonlySet<string>) => [...ids].flatMap((id) => files.get(id) ?? [])
    const now = new Date().toISOString()
    await this.#describe(scope, books, files, newBooks)
    await deleteFiles(scope, [...deleted])
    const known = [...books].filter((id) => !newBooks.has(id))
    // Sent in this order without waiting between: the answers come back together.
    await Promise.all([
      writeFiles(scope, at(changed), at(inserted), now),
      insertFormerContents(scope, formers),
      refreshMissing(scope, known),
      addToCounts(scope, newBooks.size, problems),
    ])
    return { moved: done.moved }
  }

  /** Only what certainly is no more: nothing is known of a folder that cannot be read. */
  #isGone = async (file: { folderId: string; path: string }): Promise<boolean> => {
    const root = this.#run.roots.get(file.folderId)
    if (root === undefined) return false
    return lstat(path.join(root, file.path)).then(
      () => false,
      ({ code }: NodeJS.ErrnoException) => code === 'ENOENT' || code === 'ENOTDIR',
    )
  }

  async #describe(scope: JobScope, books: ReadonlySet<string>, files: ReadonlyMap<string, FileState>, newBooks: ReadonlySet<string>) {
    const known = [...books].filter((id) => !newBooks.has(id))
    const edits = await findEdits(scope, known)
    const byBook = Map.groupBy(files.values(), ({ bookId }) => bookId)
    const sidecars = Map.groupBy(
      [...files.values()].filter(({ role, missing }) => role === 'sidecar' && !missing),
      ({ unit }) => unit,
    )
    const described: Described[] = []
    for (const bookId of books) {
      const own = (byBook.get(bookId) ?? []).filter(({ metadata, missing }) => metadata && !missing)
      const [first] = inOrder(own)
      if (!first) continue
      const beside = [...new Set(own.map(({ unit }) => unit))].flatMap((unit) => (unit === null ? [] : (sidecars.get(unit) ?? [])))
      described.push({
        bookId,
        metadata: composeMetadata({ files: own, sidecars: beside, edits: edits.get(bookId) ?? {} }, this.#run.precedence),
        title: titleFromPath(first.path, first.metadata?.track !== null && own.length > 1),
        files: own,
        cover: coverFile(own, beside),
      })
    }
    if (described.length === 0) return
    await this.#learnNames(scope, described)
    const rewritten = described.filter(({ bookId }) => !newBooks.has(bookId)).map(({ bookId }) => bookId)
    await Promise.all([
      ...(rewritten.length > 0 ? [deleteBookParts(scope, rewritten)] : []),
      upsertBooks(
        scope,
        described.map((book) => this.#bookRow(book)),
        new Date().toISOString(),
      ),
      insertBookParts(scope, this.#parts(described)),
    ])
  }

  #bookRow({ bookId, metadata, title, files, cover }: Described) {
    const { publisher } = metadata
    return {
      id: bookId,
      ...bookColumns(metadata, title),
      publisherId: publisher ? this.#id('publisher', nameRow(publisher)) : null,
      formats: formatsOf(files),
      coverState: cover ? ('pending' as const) : ('none' as const),
      coverFileId: cover?.id ?? null,
      coverFileSha256: cover?.sha256 ?? null,
    }
  }

  #parts(described: readonly Described[]) {
    const each = <T>(make: (entry: Described) => T[]) => described.flatMap(make)
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

  async #learnNames(scope: JobScope, described: readonly Described[]): Promise<void> {
    const wanted: Record<NameTable, Map<string, NameRow>> = { person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() }
    const want = (table: NameTable, row: NameRow) => wanted[table].set(row.nameKey, row)
    for (const { metadata } of described) {
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
