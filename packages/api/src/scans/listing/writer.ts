import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { describeBooks, rememberNames } from '../../books/description/describe.ts'
import type { SourceKind } from '../../libraries/schema.ts'
import type { JobScope } from '../../scope.ts'
import type { InRun } from '../in-job.ts'
import { assignBooks, type FileState, type Outcome } from './assign.ts'
import {
  addToCounts,
  copiesLookedAt,
  deleteFiles,
  findRelatedFiles,
  insertFormerContents,
  loseHeldFiles,
  refreshMissing,
  refreshStatistics,
  writeFiles,
} from './queries.ts'

export type Written = { moved: number }

/** New files after which the planner is told of them, and how many times as many it takes until it is told again. */
const toldAfter = 200
const toldAgainAfterTimes = 4

/**
 * Writes what was read into the library, a batch a transaction. Ids of names are remembered between
 * batches; after a failed batch the writer must not be used again, since some of them may not exist.
 */
export class ScanWriter {
  readonly #inRun: InRun
  readonly #run: { scanId: string; precedence: readonly SourceKind[]; roots: ReadonlyMap<string, string> }
  readonly #names = rememberNames()
  #inserted = 0
  #tellAfter = toldAfter

  /** `roots`: real paths of the folders that can be read now, by id. */
  constructor(inRun: InRun, run: { scanId: string; precedence: readonly SourceKind[]; roots: ReadonlyMap<string, string> }) {
    this.#inRun = inRun
    this.#run = run
  }

  /** Resolves when the batch is committed, and with it what `also` writes after it; the books that it answers are described anew. */
  async write(outcomes: readonly Outcome[], also?: (scope: JobScope) => Promise<readonly string[]>): Promise<Written> {
    // Names that are not UTF-8 can read alike: the last of one path counts.
    const byPath = new Map(outcomes.map((outcome) => [`${outcome.folderId}/${outcome.path}`, outcome]))
    if (byPath.size === 0) return { moved: 0 }
    const written = await this.#inRun(async (scope) => {
      const batch = await this.#write(scope, [...byPath.values()])
      const more = (await also?.(scope)) ?? []
      if (more.length > 0) await this.#describeAnew(scope, more)
      return batch
    })
    if (this.#inserted >= this.#tellAfter) {
      this.#tellAfter = this.#inserted * toldAgainAfterTimes
      // As read-only, so that it holds neither the library nor the run. What it does not get to, the database finds out by itself.
      await this.#inRun(refreshStatistics, { readOnly: true }).catch(() => {})
    }
    return written
  }

  /** Describes these books anew from the files that they have. */
  async describe(bookIds: readonly string[]): Promise<void> {
    await this.#inRun((scope) => this.#describeAnew(scope, bookIds))
  }

  /** Changes files, and describes the books that are answered anew, in one transaction. */
  async change(files: (scope: JobScope) => Promise<readonly string[]>): Promise<void> {
    await this.#inRun(async (scope) => {
      const books = await files(scope)
      if (books.length > 0) await this.#describeAnew(scope, books)
    })
  }

  /** What is held of a folder is missing from now on, and its books are described without it. Answers how many went missing. */
  async lose(folderId: string): Promise<number> {
    let missing = 0
    for (;;) {
      const lost = await this.#inRun(async (scope) => {
        const some = await loseHeldFiles(scope, folderId)
        if (some) await this.#describeAnew(scope, some.books)
        return some
      })
      if (!lost) return missing
      missing += lost.missing
    }
  }

  async #describeAnew(scope: JobScope, bookIds: readonly string[]): Promise<void> {
    const files = await findRelatedFiles(scope, [], new Map(), bookIds, { copies: copiesLookedAt })
    await this.#describe(scope, new Set(bookIds), files)
  }

  async #write(scope: JobScope, outcomes: readonly Outcome[]): Promise<Written> {
    const done = await assignBooks(scope, outcomes, { scanId: this.#run.scanId, isGone: this.#lookOnce() })
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
    this.#inserted += inserted.size
    return { moved: done.moved }
  }

  #describe(scope: JobScope, books: ReadonlySet<string>, files: ReadonlyMap<string, FileState>, newBooks: ReadonlySet<string> = new Set()) {
    return describeBooks(scope, books, files, { precedence: this.#run.precedence, names: this.#names, newBooks })
  }

  /** Of many files of one content, each copy in a batch asks for all others. */
  #lookOnce() {
    const looked = new Map<string, Promise<boolean>>()
    return (file: { folderId: string; path: string }): Promise<boolean> => {
      const at = `${file.folderId}/${file.path}`
      const known = looked.get(at) ?? this.#isGone(file)
      looked.set(at, known)
      return known
    }
  }

  /** Only what certainly is no more: nothing is known of a folder that cannot be read. */
  async #isGone(file: { folderId: string; path: string }): Promise<boolean> {
    const root = this.#run.roots.get(file.folderId)
    if (root === undefined) return false
    return lstat(path.join(root, file.path)).then(
      () => false,
      ({ code }: NodeJS.ErrnoException) => code === 'ENOENT' || code === 'ENOTDIR',
    )
  }
}
