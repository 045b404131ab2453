import { createHash } from 'node:crypto'
import { and, eq, inArray, isNotNull, sql, type SQL } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { library, libraryFile } from '@carrel/db/schema'
import type { BookMetadata, Problem, ReadResult } from '@carrel/formats'
import { asJob, type JobScope } from '../scope.ts'
import type { Transact } from '@carrel/db'
import { bookColumns, decimalPosition, nameRow, personRow, type NameRow } from './book-rows.ts'

/** What the database knows of a file from an earlier scan. */
export type KnownFile = { id: string; bookId: string | null; size: number | null; modifiedMs: number | null; problem: string | null }

/** A file that was read in this scan, or a thing that could not be. */
export type Outcome = {
  folderId: string
  path: string
  known: KnownFile | undefined
  result: ReadResult | { ok: false; size: null; modifiedAt: null; sha256: null; problem: Omit<Problem, 'code'> & { code: string } }
}

export const pathHash = (path: string): Buffer => createHash('sha256').update(path).digest()

const json = (rows: unknown): SQL => sql`${JSON.stringify(rows)}::text::json`
const nameTables = { person: sql`person`, series: sql`series`, publisher: sql`publisher`, tag: sql`tag` }
type NameTable = keyof typeof nameTables
const rememberedNames = 20_000

/** Known files among these paths of a folder, by path. */
export async function findKnownFiles(scope: JobScope, folderId: string, paths: readonly string[]): Promise<Map<string, KnownFile>> {
  const rows = await scope.db
    .select({
      id: libraryFile.id,
      bookId: libraryFile.bookId,
      path: libraryFile.path,
      size: libraryFile.size,
      modifiedMs: libraryFile.modifiedMs,
      problem: libraryFile.problem,
    })
    .from(libraryFile)
    .where(
      and(
        eq(libraryFile.organizationId, scope.organizationId),
        eq(libraryFile.folderId, folderId),
        inArray(libraryFile.pathHash, paths.map(pathHash)),
      ),
    )
  return new Map(rows.map((row) => [row.path, row]))
}

/** Writes what was read into the library, a batch a transaction. Ids of names are remembered between batches. */
export class ScanWriter {
  readonly #transact: Transact
  readonly #libraryId: string
  readonly #names: Record<NameTable, Map<string, string>> = { person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() }

  constructor(transact: Transact, libraryId: string) {
    this.#transact = transact
    this.#libraryId = libraryId
  }

  /** Resolves when the batch is committed; throws LibraryGone when the library was deleted. */
  async write(outcomes: readonly Outcome[]): Promise<void> {
    if (outcomes.length === 0) return
    await asJob(this.#transact, this.#libraryId, async (scope) => {
      if (!scope) throw new LibraryGone()
      await this.#writeIn(scope, outcomes)
    })
  }

  async #writeIn(scope: JobScope, outcomes: readonly Outcome[]): Promise<void> {
    const books = await this.#assignBooks(scope, outcomes)
    const fresh = books.filter((entry) => entry.write !== 'none')
    const ids = await this.#nameIds(
      scope,
      fresh.map((entry) => entry.metadata),
    )
    const org = scope.organizationId
    const now = new Date().toISOString()

    const changed = fresh.filter((entry) => entry.write === 'update').map((entry) => entry.bookId)
    const statements: Promise<unknown>[] = []
    const run = (statement: SQL) => statements.push(scope.db.execute(statement))
    if (changed.length > 0) {
      for (const table of ['book_contributor', 'book_series', 'book_tag', 'book_identifier']) {
        run(
          sql`delete from ${sql.identifier(table)} where organization_id = ${org} and book_id in (select value::uuid from json_array_elements_text(${json(changed)}))`,
        )
      }
    }
    if (fresh.length > 0) {
      run(
        insertBooks(
          org,
          this.#libraryId,
          now,
          fresh.map((entry) => ({
            id: entry.bookId,
            ...bookColumns(entry.metadata, entry.path),
            publisherId: entry.metadata.publisher ? ids.publisher.get(nameRow(entry.metadata.publisher).nameKey) : null,
            formats: [entry.format],
            coverState: entry.cover ? 'pending' : 'none',
          })),
        ),
      )
      const contributors = fresh.flatMap((entry) =>
        entry.metadata.contributors.map((contributor, position) => ({
          book: entry.bookId,
          position,
          person: ids.person.get(personRow(contributor).nameKey),
          role: contributor.role,
        })),
      )
      if (contributors.length > 0)
        run(
          sql`insert into book_contributor (organization_id, book_id, position, person_id, role) select ${org}, book, position, person, role from json_to_recordset(${json(contributors)}) as r(book uuid, position int, person uuid, role text)`,
        )
      const inSeries = fresh.flatMap((entry) =>
        entry.metadata.series.map((series) => ({
          book: entry.bookId,
          series: ids.series.get(nameRow(series.name).nameKey),
          position: decimalPosition(series.position),
        })),
      )
      if (inSeries.length > 0)
        run(
          sql`insert into book_series (organization_id, book_id, series_id, position) select ${org}, book, series, position from json_to_recordset(${json(inSeries)}) as r(book uuid, series uuid, position numeric) on conflict do nothing`,
        )
      const tagged = fresh.flatMap((entry) =>
        entry.metadata.tags.map((tag) => ({ book: entry.bookId, tag: ids.tag.get(nameRow(tag).nameKey) })),
      )
      if (tagged.length > 0)
        run(
          sql`insert into book_tag (organization_id, book_id, tag_id) select ${org}, book, tag from json_to_recordset(${json(tagged)}) as r(book uuid, tag uuid) on conflict do nothing`,
        )
      const identifiers = fresh.flatMap((entry) =>
        entry.metadata.identifiers.map((identifier, position) => ({ book: entry.bookId, position, ...identifier })),
      )
      if (identifiers.length > 0)
        run(
          sql`insert into book_identifier (organization_id, book_id, position, scheme, value) select ${org}, book, position, scheme, value from json_to_recordset(${json(identifiers)}) as r(book uuid, position int, scheme text, value text)`,
        )
      const covers = fresh.filter((entry) => entry.cover).map((entry) => entry.bookId)
      if (covers.length > 0)
        run(
          sql`insert into cover_task (organization_id, book_id, library_id) select ${org}, value::uuid, ${this.#libraryId} from json_array_elements_text(${json(covers)}) on conflict do nothing`,
        )
    }
    run(upsertFiles(org, this.#libraryId, now, outcomes, new Map(books.map((entry) => [`${entry.folderId}/${entry.path}`, entry.bookId]))))
    const added = fresh.filter((entry) => entry.write === 'insert').length
    const problems = outcomes.reduce((sum, { known, result }) => sum + (result.ok ? 0 : 1) - (known?.problem ? 1 : 0), 0)
    if (added !== 0 || problems !== 0) {
      statements.push(
        scope.db
          .update(library)
          .set({ bookCount: sql`${library.bookCount} + ${added}`, problemCount: sql`greatest(0, ${library.problemCount} + ${problems})` })
          .where(and(eq(library.organizationId, org), eq(library.id, this.#libraryId))),
      )
    }
    await Promise.all(statements)
  }

  /** Which book each readable file belongs to: its own, one of the same content, or a new one. */
  async #assignBooks(scope: JobScope, outcomes: readonly Outcome[]) {
    const readable = outcomes.flatMap(({ result, ...outcome }) => (result.ok ? [{ ...outcome, result }] : []))
    const hashes = readable.map((outcome) => outcome.result.sha256)
    const same =
      hashes.length === 0
        ? []
        : await scope.db
            .select({ sha256: libraryFile.sha256, bookId: libraryFile.bookId })
            .from(libraryFile)
            .where(
              and(
                eq(libraryFile.organizationId, scope.organizationId),
                eq(libraryFile.libraryId, this.#libraryId),
                inArray(libraryFile.sha256, hashes),
                isNotNull(libraryFile.bookId),
              ),
            )
    const bookOf = new Map(same.map((row) => [row.sha256, row.bookId]))
    return readable.map(({ folderId, path, known, result }) => {
      const twin = bookOf.get(result.sha256)
      const bookId = known?.bookId ?? twin ?? newId()
      bookOf.set(result.sha256, bookId)
      const write = known?.bookId ? ('update' as const) : twin ? ('none' as const) : ('insert' as const)
      return { folderId, path, bookId, write, metadata: result.metadata, format: result.format, cover: result.cover }
    })
  }

  async #nameIds(scope: JobScope, all: readonly BookMetadata[]): Promise<Record<NameTable, Map<string, string>>> {
    const wanted: Record<NameTable, Map<string, NameRow>> = { person: new Map(), series: new Map(), publisher: new Map(), tag: new Map() }
    const want = (table: NameTable, row: NameRow) => wanted[table].set(row.nameKey, row)
    for (const metadata of all) {
      for (const contributor of metadata.contributors) want('person', personRow(contributor))
      for (const series of metadata.series) want('series', nameRow(series.name))
      for (const tag of metadata.tags) want('tag', nameRow(tag))
      if (metadata.publisher) want('publisher', nameRow(metadata.publisher))
    }
    for (const table of Object.keys(nameTables) as NameTable[]) {
      const known = this.#names[table]
      if (known.size > rememberedNames) known.clear()
      const missing = [...wanted[table].values()].filter((row) => !known.has(row.nameKey)).map((row) => ({ id: newId(), ...row }))
      if (missing.length === 0) continue
      // In the order of the key, so that two scans of one organization cannot lock each other out.
      missing.sort((a, b) => (a.nameKey < b.nameKey ? -1 : 1))
      await scope.db.execute(sql`insert into ${nameTables[table]} (organization_id, id, name, sort_name, name_key)
        select ${scope.organizationId}, id, name, "sortName", "nameKey" from json_to_recordset(${json(missing)}) as r(id uuid, name text, "sortName" text, "nameKey" text)
        on conflict do nothing`)
      const found = await scope.db.execute<{ id: string; key: string }>(sql`select id, name_key as key from ${nameTables[table]}
        where organization_id = ${scope.organizationId} and name_key in (select value from json_array_elements_text(${json(missing.map((row) => row.nameKey))}))`)
      for (const row of found) known.set(row.key, row.id)
    }
    return this.#names
  }
}

export class LibraryGone extends Error {}

function insertBooks(org: string, libraryId: string, now: string, rows: readonly object[]): SQL {
  const columns = sql.raw(
    'title, sort_title, subtitle, published, description, languages, layout, direction, vertical, drm, authors, author_sort, series_name, series_position, search_text, publisher_id, formats, cover_state',
  )
  return sql`insert into book (organization_id, library_id, added_at, updated_at, id, ${columns})
    select ${org}, ${libraryId}, ${now}::timestamptz, ${now}::timestamptz, id, title, "sortTitle", subtitle, published, description, languages, layout, direction, vertical, drm,
      authors, "authorSort", "seriesName", "seriesPosition", "searchText", "publisherId", formats, "coverState"
    from json_to_recordset(${json(rows)}) as r(id uuid, title text, "sortTitle" text, subtitle text, published text, description text, languages text[], layout text, direction text,
      vertical boolean, drm text, authors text[], "authorSort" text, "seriesName" text, "seriesPosition" text, "searchText" text, "publisherId" uuid, formats text[], "coverState" text)
    on conflict (organization_id, id) do update set updated_at = excluded.updated_at, (${columns}) = (
      select ${sql.raw('excluded.title, excluded.sort_title, excluded.subtitle, excluded.published, excluded.description, excluded.languages, excluded.layout, excluded.direction, excluded.vertical, excluded.drm, excluded.authors, excluded.author_sort, excluded.series_name, excluded.series_position, excluded.search_text, excluded.publisher_id, excluded.formats, excluded.cover_state')})`
}

function upsertFiles(org: string, libraryId: string, now: string, outcomes: readonly Outcome[], books: ReadonlyMap<string, string>): SQL {
  const rows = outcomes.map(({ folderId, path, known, result }) => ({
    id: known?.id ?? newId(),
    folder: folderId,
    book: books.get(`${folderId}/${path}`) ?? known?.bookId ?? null,
    path,
    hash: pathHash(path).toString('hex'),
    size: result.size,
    modified: result.modifiedAt,
    sha256: result.sha256,
    format: result.ok ? result.format : null,
    problem: result.ok ? null : result.problem.code,
    detail: result.ok ? null : result.problem.detail,
  }))
  return sql`insert into library_file (organization_id, id, library_id, folder_id, book_id, path, path_hash, size, modified_ms, sha256, format, problem, problem_detail, seen_at)
    select ${org}, id, ${libraryId}, folder, book, path, decode(hash, 'hex'), size, modified, sha256, format, problem, detail, ${now}::timestamptz
    from json_to_recordset(${json(rows)}) as r(id uuid, folder uuid, book uuid, path text, hash text, size bigint, modified bigint, sha256 text, format text, problem text, detail text)
    on conflict (organization_id, folder_id, path_hash) do update set book_id = excluded.book_id, size = excluded.size, modified_ms = excluded.modified_ms,
      sha256 = excluded.sha256, format = excluded.format, problem = excluded.problem, problem_detail = excluded.problem_detail, seen_at = excluded.seen_at`
}
