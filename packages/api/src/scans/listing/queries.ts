import { createHash } from 'node:crypto'
import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, sql, type SQL } from 'drizzle-orm'
import { json, list } from '@carrel/db'
import { book, formerContent, library, libraryFile } from '@carrel/db/schema'
import { lockBooks } from '../../books/description/queries.ts'
import type { JobScope, LibraryScope } from '../../scope.ts'
import type { FileState, FormerContent, Outcome } from './assign.ts'
import { pathKey } from './path-key.ts'
import type { FileRole } from './units.ts'
import { parting } from './walk-protocol.ts'

/** What a walk compares: a file of an earlier scan. */
export type KnownFile = {
  id: string
  path: string
  bookId: string | null
  role: FileRole
  unit: string | null
  size: number | null
  modifiedMs: number | null
  problem: string | null
  missing: boolean
  /** Read by this version of the reader, so that it need not be read again. */
  complete: boolean
}

/** Problems of the moment: such a file is tried again though it looks unchanged. */
export const passingProblems: ReadonlySet<string> = new Set(['vanished', 'unreadable', 'timeout', 'memory', 'crashed'])

const pathHash = (path: string): Buffer => createHash('sha256').update(path).digest()

const ofLibrary = (scope: JobScope) => and(eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.libraryId, scope.libraryId))

const knownPage = 4000
const isComplete = sql`(koreader_md5 is not null or problem is not null)`
const passing = sql.raw(`'{${[...passingProblems].join(',')}}'`)
const valueOf = (value: SQL) => sql`coalesce(${value}::text, '') || ${sql.raw(`'${parting}'`)}`
/** As `fileRecord`; what is to be looked at whatever the walk meets has another role. */
const record = sql.join(
  [
    sql`path`,
    sql`size`,
    sql`modified_ms`,
    sql`encode(unit_hash, 'hex')`,
    sql`case when missing_at is null and ${isComplete} and (problem is null or problem <> all (${passing})) then role else 'look' end`,
  ].map(valueOf),
  sql` || `,
)
/** Books that lose files in one transaction. */
const lostAtOnce = 250

/** Where a file stands in the order of a walk. */
export type FilePlace = { key: string; id: string }

/** Known files of a folder, in order. */
export type KnownPage = {
  length: number
  /** A record for each, see `fileRecord`. */
  records: string
  /** Behind which file it begins; null for the first page. */
  after: FilePlace | null
  /** Its last file; null when it has none. */
  last: FilePlace | null
  /** Whether there may be more behind it. */
  more: boolean
}

/** The files of a folder, or below one of its folders, behind `after`. */
const filesOf = (scope: JobScope, folderId: string, below: string, after: FilePlace | null): SQL => {
  const start = pathKey(below)
  const part = below === '' ? sql`true` : sql`(path_key = ${start} or (path_key > ${`${start}\u0001`} and path_key < ${`${start}\u0002`}))`
  return sql`library_file where organization_id = ${scope.organizationId} and folder_id = ${folderId} and ${part}
    and ${after ? sql`(path_key, id) > (${after.key}, ${after.id}::uuid)` : sql`true`}`
}

/** A page of what a walk is compared with. */
export async function readKnownPage(scope: JobScope, folderId: string, below: string, after: FilePlace | null): Promise<KnownPage> {
  // As one value, and not as rows or JSON: reading thousands of rows, or writing them as JSON, costs more than finding them.
  const [row] = await scope.db.execute<{ files: number; records: string | null } & FilePlace>(sql`
    select count(*)::int as files, (array_agg(path_key))[count(*)] as key, (array_agg(id))[count(*)] as id, string_agg(${record}, '') as records
    from (select * from ${filesOf(scope, folderId, below, after)} order by path_key, id limit ${sql.raw(String(knownPage))}) as f`)
  const { files = 0, records } = row ?? {}
  const last = row && files > 0 ? { key: row.key, id: row.id } : null
  return { length: files, records: records ?? '', after, last, more: files === knownPage }
}

/** The files of such a page as they are now, by path: for what differs from what the walk met. */
export async function readKnownFiles(
  scope: JobScope,
  folderId: string,
  below: string,
  { after, last }: KnownPage,
): Promise<Map<string, KnownFile>> {
  const rows = await scope.db.execute<KnownFile>(sql`
    select id, path, book_id as "bookId", role, encode(unit_hash, 'hex') as unit, size::float8 as size, modified_ms::float8 as "modifiedMs", problem,
      missing_at is not null as missing, ${isComplete} as complete
    from ${filesOf(scope, folderId, below, after)} and ${last ? sql`(path_key, id) <= (${last.key}, ${last.id}::uuid)` : sql`false`}`)
  return new Map([...rows].map((file) => [file.path, file]))
}

const fileColumns =
  sql.raw(`id, folder_id as "folderId", path, encode(unit_hash, 'hex') as unit, role, book_id as "bookId", size::float8 as size,
  modified_ms::float8 as "modifiedMs", sha256, koreader_md5 as "koreaderMd5", format, metadata, has_cover as "hasCover", problem, problem_detail as detail,
  (missing_at is not null and not held) as missing`)

/** Of one content in one book, as many as a scan looks at: thousands tell no more of it. */
export const copiesLookedAt = 20

/** So often what was found leads to further books: content, its book, that book's unit, what lies beside. */
const relatedRounds = 4

/**
 * Files of this library that have to do with these: of the same path, content or unit, and all files of the books that those
 * belong to. `into` is filled and answered; `books` are looked for as well. `copies`: of one content in one book so many, those that
 * are there first.
 */
export async function findRelatedFiles(
  scope: LibraryScope,
  outcomes: readonly Outcome[],
  into: Map<string, FileState> = new Map(),
  books: readonly string[] = [],
  { copies }: { copies?: number } = {},
): Promise<Map<string, FileState>> {
  let wanted = {
    paths: outcomes.map(({ folderId, path }) => ({ folder: folderId, hash: pathHash(path).toString('hex') })),
    hashes: [...new Set(outcomes.flatMap(({ result, role }) => (result.ok && role === 'book' ? [result.sha256] : [])))],
    units: [...new Set(outcomes.flatMap(({ unit }) => unit ?? []))],
    books: [...books],
  }
  const seen = { units: new Set(wanted.units), books: new Set(wanted.books) }
  const mine = sql`organization_id = ${scope.organizationId} and library_id = ${scope.libraryId}`
  const some = (which: SQL) =>
    copies === undefined
      ? which
      : sql`organization_id = ${scope.organizationId} and id in (select id from (
          select id, row_number() over (partition by book_id, sha256 order by missing_at is not null and not held, id) as copy
          from library_file where ${which}) as each where copy <= ${copies})`
  for (let round = 0; round < relatedRounds; round += 1) {
    const { paths, hashes, units, books: ids } = wanted
    const parts = [
      ...(paths.length > 0
        ? [
            sql`select ${fileColumns} from library_file where organization_id = ${scope.organizationId} and (folder_id, path_hash) in
              (select folder, decode(hash, 'hex') from json_to_recordset(${json(paths)}) as r(folder uuid, hash text))`,
          ]
        : []),
      ...(hashes.length > 0
        ? [
            sql`select ${fileColumns} from library_file where ${some(sql`${mine} and book_id is not null and sha256 = any (${list(hashes)}::text[])`)}`,
          ]
        : []),
      ...(units.length > 0
        ? [
            sql`select ${fileColumns} from library_file where ${mine} and unit_hash in (select decode(h, 'hex') from unnest(${list(units)}::text[]) as h)`,
          ]
        : []),
      ...(ids.length > 0
        ? [
            sql`select ${fileColumns} from library_file where ${some(sql`organization_id = ${scope.organizationId} and book_id = any (${list(ids)}::uuid[])`)}`,
          ]
        : []),
    ]
    if (parts.length === 0) break
    const found = await Promise.all(parts.map((part) => scope.db.execute<FileState>(part)))
    const fresh = found.flatMap((rows) => [...rows]).filter(({ id }) => !into.has(id))
    for (const file of fresh) into.set(file.id, file)
    const next = <T extends string>(values: readonly (T | null)[], known: Set<string>) =>
      [...new Set(values.filter((value) => value !== null))].filter((value) => !known.has(value) && known.add(value))
    wanted = {
      paths: [],
      hashes: [],
      units: next(
        fresh.map(({ unit, bookId }) => (bookId ? unit : null)),
        seen.units,
      ),
      books: next(
        fresh.map(({ bookId }) => bookId),
        seen.books,
      ),
    }
  }
  return into
}

/** Lets the planner know what a scan has written so far. Until then it takes a full library for an empty one, and reads all of it to find a few. */
export async function refreshStatistics(scope: JobScope): Promise<void> {
  await scope.db.execute(sql`select app.refresh_statistics()`)
}

/** Books that had files of this content, by digest. */
export async function findFormerContents(scope: JobScope, hashes: readonly string[]): Promise<Map<string, FormerContent>> {
  if (hashes.length === 0) return new Map()
  const rows = await scope.db
    .select({ sha256: formerContent.sha256, bookId: formerContent.bookId, fileId: formerContent.fileId, scanId: formerContent.scanId })
    .from(formerContent)
    .where(
      and(
        eq(formerContent.organizationId, scope.organizationId),
        eq(formerContent.libraryId, scope.libraryId),
        sql`${formerContent.sha256} = any (${list(hashes)}::text[])`,
      ),
    )
  return new Map(rows.map((row) => [row.sha256, row]))
}

export async function insertFormerContents(scope: JobScope, rows: readonly FormerContent[]): Promise<void> {
  if (rows.length === 0) return
  const last = [...new Map(rows.map((row) => [row.sha256, row])).values()]
  await scope.db.execute(sql`insert into former_content (organization_id, library_id, sha256, book_id, file_id, scan_id)
    select ${scope.organizationId}, ${scope.libraryId}, sha256, "bookId", "fileId", "scanId"
    from json_to_recordset(${json(last)}) as r(sha256 text, "bookId" uuid, "fileId" uuid, "scanId" uuid)
    on conflict (organization_id, library_id, sha256) do update set book_id = excluded.book_id, file_id = excluded.file_id, scan_id = excluded.scan_id`)
}

const fileTypes =
  sql.raw(`id uuid, "folderId" uuid, "bookId" uuid, path text, hash text, unit text, role text, size bigint, "modifiedMs" bigint, sha256 text,
  "koreaderMd5" text, format text, metadata jsonb, "hasCover" boolean, problem text, detail text`)

/** Writes files of ids that are there, and new ones. Whatever is written was just met. */
export async function writeFiles(
  scope: JobScope,
  changed: readonly FileState[],
  inserted: readonly FileState[],
  now: string,
): Promise<void> {
  const rows = (files: readonly FileState[]) => json(files.map((file) => ({ ...file, hash: pathHash(file.path).toString('hex') })))
  const statements: SQL[] = []
  if (changed.length > 0) {
    statements.push(sql`update library_file f set folder_id = r."folderId", book_id = r."bookId", path = r.path, path_hash = decode(r.hash, 'hex'),
        unit_hash = decode(r.unit, 'hex'), role = r.role, size = r.size, modified_ms = r."modifiedMs", sha256 = r.sha256, koreader_md5 = r."koreaderMd5",
        format = r.format, metadata = r.metadata, has_cover = r."hasCover", ignored_at = case when f.problem is not distinct from r.problem then f.ignored_at end,
        problem = r.problem, problem_detail = r.detail, seen_at = ${now}::timestamptz, missing_at = null, held = false
      from json_to_recordset(${rows(changed)}) as r(${fileTypes})
      where f.organization_id = ${scope.organizationId} and f.library_id = ${scope.libraryId} and f.id = r.id`)
  }
  if (inserted.length > 0) {
    statements.push(sql`insert into library_file (organization_id, id, library_id, folder_id, book_id, path, path_hash, unit_hash, role, size, modified_ms,
        sha256, koreader_md5, format, metadata, has_cover, problem, problem_detail, seen_at)
      select ${scope.organizationId}, id, ${scope.libraryId}, "folderId", "bookId", path, decode(hash, 'hex'), decode(unit, 'hex'), role, size, "modifiedMs",
        sha256, "koreaderMd5", format, metadata, "hasCover", problem, detail, ${now}::timestamptz
      from json_to_recordset(${rows(inserted)}) as r(${fileTypes})`)
  }
  // Sent together, so that what the caller sends behind them runs behind both.
  await Promise.all(statements.map((statement) => scope.db.execute(statement)))
}

export async function deleteFiles(scope: JobScope, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return
  await scope.db.delete(libraryFile).where(and(ofLibrary(scope), inArray(libraryFile.id, [...fileIds])))
}

/** Files that a walk met again, unchanged: those that were missing are there, and units may be others. */
export async function touchFiles(scope: JobScope, files: readonly { id: string; unit: string | null; role: FileRole }[]): Promise<void> {
  await scope.db.execute(sql`update library_file f set missing_at = null, held = false, unit_hash = decode(r.unit, 'hex'), role = r.role
    from json_to_recordset(${json(files)}) as r(id uuid, unit text, role text)
    where f.organization_id = ${scope.organizationId} and f.library_id = ${scope.libraryId} and f.id = r.id`)
}

type Place = { id: string; path: string }
/** A file that has moved meanwhile is another one. */
const stillAt = (scope: JobScope, files: readonly Place[]) =>
  sql`f.organization_id = ${scope.organizationId} and f.library_id = ${scope.libraryId} and (f.id, f.path_hash) in
    (select id, decode(hash, 'hex') from json_to_recordset(${json(files.map(({ id, path }) => ({ id, hash: pathHash(path).toString('hex') })))}) as r(id uuid, hash text))`

/** Notes files that a walk did not meet; whether they count as missing is decided when it is over. */
export async function holdFiles(scope: JobScope, files: readonly Place[]): Promise<void> {
  if (files.length === 0) return
  await scope.db.execute(
    sql`update library_file f set missing_at = now(), held = true where ${stillAt(scope, files)} and f.missing_at is null`,
  )
}

/** Forgets problems that are gone and no book hangs on. */
export async function forgetProblems(scope: JobScope, files: readonly Place[]): Promise<void> {
  if (files.length === 0) return
  await scope.db.execute(sql`delete from library_file f where ${stillAt(scope, files)} and f.book_id is null`)
}

/** Lets books be missing that have no file left which is there, and the others not. Answers how many went missing. */
export async function refreshMissing(scope: LibraryScope, bookIds: readonly string[]): Promise<number> {
  if (bookIds.length === 0) return 0
  // In one order, as everybody locks them.
  await lockBooks(scope, bookIds)
  const rows = await scope.db.execute<{ missing: boolean }>(sql`with there as (
      select id, exists (select from library_file f where f.organization_id = b.organization_id and f.book_id = b.id
        and (f.missing_at is null or f.held)) as is
      from book b where b.organization_id = ${scope.organizationId} and b.library_id = ${scope.libraryId}
        and b.id in (select value::uuid from json_array_elements_text(${json(bookIds)}))
    ) update book b set missing_at = case when t.is then null else now() end, missing_nights = 0 from there t
    where b.organization_id = ${scope.organizationId} and b.id = t.id and (b.missing_at is null) <> t.is returning not t.is as missing`)
  return [...rows].filter(({ missing }) => missing).length
}

/** The file counts as there while it is held. */
const gone = sql`missing_at is not null and not held`

/** Files of this folder that count as there, and those that the last walks did not meet and nobody decided on. */
export async function countFolder(scope: JobScope, folderId: string): Promise<{ present: number; held: number; lately: number }> {
  const [row] = await scope.db.execute<{ present: number; held: number; lately: number }>(sql`
    select count(*) filter (where not (${gone}))::int as present, count(*) filter (where held)::int as held,
      count(*) filter (where ${gone} and missing_at > now() - interval '1 hour')::int as lately
    from library_file where organization_id = ${scope.organizationId} and folder_id = ${folderId} and book_id is not null`)
  return row ?? { present: 0, held: 0, lately: 0 }
}

/** Whether there is something to decide on, which is asked often and seldom so. */
export async function hasHeldFiles(scope: JobScope, folderId: string): Promise<boolean> {
  const [row] = await scope.db.execute<{ held: boolean }>(sql`select exists (select from library_file
    where organization_id = ${scope.organizationId} and library_id = ${scope.libraryId} and folder_id = ${folderId}
      and missing_at is not null and held) as held`)
  return row?.held ?? false
}

/**
 * Held files of a folder count as missing from now on: all those of some books, or of what lies beside books when no others are left,
 * so that no book is taken for one that lost a part only. Answers books to describe anew and how many of them went missing; null when
 * nothing is held any more.
 */
export async function loseHeldFiles(scope: JobScope, folderId: string): Promise<{ books: string[]; missing: number } | null> {
  const held = sql`organization_id = ${scope.organizationId} and library_id = ${scope.libraryId} and folder_id = ${folderId} and missing_at is not null and held`
  const lost = await scope.db.execute<{ id: string }>(sql`with chosen as (
      select distinct book_id from library_file where ${held} and book_id is not null order by book_id limit ${lostAtOnce}
    ), lost as (
      update library_file set held = false, missing_at = now(), missing_nights = 0 where ${held} and book_id in (select book_id from chosen)
    ) select book_id as id from chosen`)
  if (lost.length > 0) {
    const books = [...lost].map(({ id }) => id)
    return { books, missing: await refreshMissing(scope, books) }
  }
  const beside = await scope.db.execute<{
    unit: string | null
  }>(sql`update library_file set held = false, missing_at = now(), missing_nights = 0
    where organization_id = ${scope.organizationId} and id in (select id from library_file where ${held} order by id limit ${lostAtOnce})
    returning encode(unit_hash, 'hex') as unit`)
  if (beside.length === 0) return null
  return { books: await findBooksOfUnits(scope, [...new Set([...beside].flatMap(({ unit }) => unit ?? []))]), missing: 0 }
}

/** Books beside which something lies. */
export async function findBooksOfUnits(scope: JobScope, units: readonly string[]): Promise<string[]> {
  if (units.length === 0) return []
  const rows = await scope.db.execute<{ id: string }>(sql`select distinct book_id as id from library_file
    where organization_id = ${scope.organizationId} and library_id = ${scope.libraryId} and book_id is not null
      and unit_hash in (select decode(h, 'hex') from unnest(${list(units)}::text[]) as h)`)
  return [...rows].map(({ id }) => id)
}

/** Files of a book that are there, and those beside it. */
export async function listFilesOfBook(scope: JobScope, bookId: string): Promise<(KnownFile & { folderId: string })[]> {
  const rows = await scope.db.execute<KnownFile & { folderId: string }>(sql`
    with own as (select id, unit_hash from library_file where organization_id = ${scope.organizationId} and library_id = ${scope.libraryId} and book_id = ${bookId})
    select id, folder_id as "folderId", path, book_id as "bookId", role, encode(unit_hash, 'hex') as unit, size::float8 as size,
      modified_ms::float8 as "modifiedMs", problem, missing_at is not null as missing, true as complete
    from library_file where organization_id = ${scope.organizationId} and library_id = ${scope.libraryId}
      and (id in (select id from own) or (role = 'sidecar' and unit_hash in (select unit_hash from own)))
    order by path_key`)
  return [...rows]
}

/** Lets the cover of a book be drawn anew when it is described next. */
export async function forgetCover(scope: JobScope, bookId: string): Promise<void> {
  await scope.db
    .update(book)
    .set({ coverFileSha256: '' })
    .where(and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, scope.libraryId), eq(book.id, bookId)))
}

/**
 * Forgets missing files of books that are there without them, after the nights for which the library keeps what is missing. Answers how
 * many.
 */
export async function forgetFiles(scope: JobScope): Promise<number> {
  const rows = await scope.db.execute(sql`delete from library_file f using library l, book b
    where f.organization_id = ${scope.organizationId} and f.library_id = ${scope.libraryId} and f.missing_at is not null and not f.held
      and l.organization_id = f.organization_id and l.id = f.library_id and f.missing_nights >= l.keep_missing_nights
      and b.organization_id = f.organization_id and b.id = f.book_id and b.missing_at is null
    returning f.id`)
  return rows.length
}

/** Books that were not described since, by id. */
export async function listBooksToDescribe(
  scope: JobScope,
  { since, after, limit }: { since: Date; after: string | null; limit: number },
): Promise<string[]> {
  const rows = await scope.db
    .select({ id: book.id })
    .from(book)
    .where(
      and(
        eq(book.organizationId, scope.organizationId),
        eq(book.libraryId, scope.libraryId),
        isNull(book.deletedAt),
        lt(book.updatedAt, since),
        after === null ? undefined : gt(book.id, after),
      ),
    )
    .orderBy(asc(book.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}

const thisLibrary = (scope: JobScope) => and(eq(library.organizationId, scope.organizationId), eq(library.id, scope.libraryId))

export async function addToCounts(scope: JobScope, books: number, problems: number): Promise<void> {
  if (books === 0 && problems === 0) return
  await scope.db
    .update(library)
    .set({ bookCount: sql`${library.bookCount} + ${books}`, problemCount: sql`greatest(0, ${library.problemCount} + ${problems})` })
    .where(thisLibrary(scope))
}

/** Sets the library's counts to what is there. */
export async function recount(scope: JobScope): Promise<void> {
  const books = and(eq(book.organizationId, scope.organizationId), eq(book.libraryId, scope.libraryId), isNull(book.deletedAt))
  await scope.db
    .update(library)
    .set({
      bookCount: sql`(select count(*) from ${book} where ${books})`,
      problemCount: sql`(select count(*) from ${libraryFile} where ${and(ofLibrary(scope), isNotNull(libraryFile.problem), isNull(libraryFile.ignoredAt))})`,
      fileBytes: sql`(select coalesce(sum(${libraryFile.size}), 0) from ${libraryFile} where ${and(ofLibrary(scope), isNotNull(libraryFile.bookId))})`,
      missingCount: sql`(select count(*) from ${book} where ${and(books, isNotNull(book.missingAt))})`,
      heldCount: sql`(select count(*) from ${libraryFile} where ${and(ofLibrary(scope), isNotNull(libraryFile.missingAt), libraryFile.held, isNotNull(libraryFile.bookId))})`,
    })
    .where(thisLibrary(scope))
}

export async function markScanned(scope: JobScope): Promise<void> {
  await scope.db.update(library).set({ lastScannedAt: new Date() }).where(thisLibrary(scope))
}
