import { and, asc, count, desc, eq, inArray, ne, sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { book, library, libraryFile, organizationQuota, scan, upload } from '@carrel/db/schema'
import { violates } from '../errors.ts'
import type { JobScope, OrganizationScope, VisitorScope } from '../scope.ts'
import type { Upload } from './schema.ts'

const columns = {
  id: upload.id,
  name: upload.name,
  size: upload.size,
  received: upload.received,
  state: upload.state,
  problem: upload.problem,
  problemDetail: upload.problemDetail,
  bookId: upload.bookId,
  createdAt: upload.createdAt,
}
const toUpload = ({ problem, problemDetail, createdAt, ...row }: Pick<typeof upload.$inferSelect, keyof typeof columns>): Upload => ({
  ...row,
  problem: problem === null ? null : { code: problem, detail: problemDetail ?? '' },
  createdAt: createdAt.toISOString(),
})

const own = (scope: OrganizationScope) => and(eq(upload.organizationId, scope.organizationId), eq(upload.userId, scope.user.id))
const listed = 500

export async function listUploads(scope: OrganizationScope, libraryId: string, ids?: readonly string[]): Promise<Upload[]> {
  const rows = await scope.db
    .select(columns)
    .from(upload)
    .where(and(own(scope), eq(upload.libraryId, libraryId), ids && inArray(upload.id, [...ids])))
    .orderBy(desc(upload.updatedAt), desc(upload.id))
    .limit(listed)
  return rows.map(toUpload)
}

/** How many of one's own uploads are whole and not read yet. */
export async function countWaitingUploads(scope: OrganizationScope, libraryId: string): Promise<number> {
  const [row] = await scope.db
    .select({ count: count() })
    .from(upload)
    .where(and(own(scope), eq(upload.libraryId, libraryId), eq(upload.state, 'received')))
  return row?.count ?? 0
}

/** Bytes that the workspace has in the store, and may have at most. */
export async function findStore({ db }: OrganizationScope): Promise<{ held: number; most: number | null }> {
  const [row] = await db.execute<{ held: string; most: string | null }>(sql`select held, most from app.own_store()`)
  return { held: Number(row?.held ?? 0), most: row?.most == null ? null : Number(row.most) }
}

/** Bytes that the workspace may have in the store at most; null: without limit. */
export async function findQuota(scope: OrganizationScope): Promise<number | null> {
  const [row] = await scope.db
    .select({ most: organizationQuota.maxBytes })
    .from(organizationQuota)
    .where(eq(organizationQuota.organizationId, scope.organizationId))
  return row?.most ?? null
}

/** What kind of library this is; undefined for one that the actor does not see. */
export async function findLibraryKind(scope: OrganizationScope, libraryId: string): Promise<'folders' | 'managed' | undefined> {
  const [row] = await scope.db
    .select({ kind: library.kind })
    .from(library)
    .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
  return row?.kind
}

export type NewUpload = { libraryId: string; folder: string; name: string; size: number; unit: string | null }

/** One's own upload of the same file of the same unit, but `except`, unless it was refused. */
export async function findSameUpload(
  scope: OrganizationScope,
  { libraryId, folder, name, size, unit }: NewUpload & { unit: string },
  except?: string,
): Promise<{ id: string; received: number; begunAt: Date } | undefined> {
  const [row] = await scope.db
    .select({ id: upload.id, received: upload.received, begunAt: upload.createdAt })
    .from(upload)
    .where(
      and(
        own(scope),
        eq(upload.libraryId, libraryId),
        eq(upload.unitHash, Buffer.from(unit, 'hex')),
        eq(upload.folder, folder),
        eq(upload.name, name),
        eq(upload.size, size),
        ne(upload.state, 'refused'),
        except === undefined ? undefined : ne(upload.id, except),
      ),
    )
    .limit(1)
  return row
}

/** A new upload, whose size counts from now on; null when the workspace has no room for it. */
export async function insertUpload(scope: OrganizationScope, { unit, ...input }: NewUpload): Promise<string | null> {
  const id = newId()
  const unitHash = unit === null ? null : Buffer.from(unit, 'hex')
  try {
    await scope.db.insert(upload).values({ organizationId: scope.organizationId, id, userId: scope.user.id, unitHash, ...input })
    return id
  } catch (error) {
    if (violates(error, 'upload_quota')) return null
    throw error
  }
}

export async function countOpenUploads(scope: OrganizationScope): Promise<number> {
  const [row] = await scope.db
    .select({ count: count() })
    .from(upload)
    .where(and(own(scope), eq(upload.state, 'open')))
  return row?.count ?? 0
}

/** One's own upload, with the library it goes to. */
export async function findUpload(scope: OrganizationScope, uploadId: string) {
  const [row] = await scope.db
    .select({
      id: upload.id,
      libraryId: upload.libraryId,
      size: upload.size,
      received: upload.received,
      state: upload.state,
      parts: upload.parts,
    })
    .from(upload)
    .where(and(own(scope), eq(upload.id, uploadId)))
  return row
}

/** Notes that a part lies in the store. Undefined when the upload went on, or ended, without it. */
export async function addPart(
  scope: OrganizationScope,
  uploadId: string,
  part: { start: number; end: number },
): Promise<{ received: number; whole: boolean } | undefined> {
  const [row] = await scope.db
    .update(upload)
    .set({
      received: part.end,
      parts: sql`${upload.parts} || ${part.end}::bigint`,
      state: sql`case when ${upload.size} = ${part.end} then 'received' else 'open' end`,
      updatedAt: sql`now()`,
    })
    .where(and(own(scope), eq(upload.id, uploadId), eq(upload.state, 'open'), eq(upload.received, part.start)))
    .returning({ received: upload.received, state: upload.state })
  return row && { received: row.received, whole: row.state === 'received' }
}

/** Gives an upload up; answers its parts. Undefined when it is none, or is being read. */
export async function deleteUpload(scope: OrganizationScope, uploadId: string): Promise<{ parts: number[] } | undefined> {
  const [row] = await scope.db
    .delete(upload)
    .where(and(own(scope), eq(upload.id, uploadId), ne(upload.state, 'received')))
    .returning({ parts: upload.parts })
  return row
}

/** Runs for uploads that another run has taken already are nothing to tell of. */
export async function forgetIdleRuns(scope: JobScope): Promise<void> {
  await scope.db.delete(scan).where(
    and(
      eq(scan.organizationId, scope.organizationId),
      eq(scan.libraryId, scope.libraryId),
      eq(scan.reason, 'upload'),
      eq(scan.status, 'queued'),
      sql`not exists (select from ${upload} where ${upload.organizationId} = ${scan.organizationId} and ${upload.libraryId} = ${scan.libraryId}
        and ${upload.state} = 'received')`,
    ),
  )
}

/** Files that lie beside the book of a unit. */
export async function countBeside(scope: JobScope, unit: string): Promise<number> {
  const [row] = await scope.db
    .select({ count: count() })
    .from(libraryFile)
    .where(
      and(
        eq(libraryFile.organizationId, scope.organizationId),
        eq(libraryFile.libraryId, scope.libraryId),
        eq(libraryFile.unitHash, Buffer.from(unit, 'hex')),
        eq(libraryFile.role, 'sidecar'),
      ),
    )
  return row?.count ?? 0
}

export type ReceivedUpload = { id: string; folder: string; name: string; size: number; parts: number[]; unit: string | null }

/** Uploads of the library that are whole, oldest first. */
export async function listReceivedUploads(scope: JobScope, limit: number): Promise<ReceivedUpload[]> {
  return scope.db
    .select({
      id: upload.id,
      folder: upload.folder,
      name: upload.name,
      size: upload.size,
      parts: upload.parts,
      unit: sql<string | null>`encode(${upload.unitHash}, 'hex')`,
    })
    .from(upload)
    .where(and(eq(upload.organizationId, scope.organizationId), eq(upload.libraryId, scope.libraryId), eq(upload.state, 'received')))
    .orderBy(asc(upload.updatedAt), asc(upload.id))
    .limit(limit)
}

type Taken = { id: string; path: string }

/** The rows `f` of the files that these uploads, `r`, became. */
const filesOf = (
  scope: JobScope,
  taken: readonly Taken[],
) => sql`json_to_recordset(${JSON.stringify(taken)}::text::json) as r(id uuid, path text)
  join library_file f on f.organization_id = ${scope.organizationId} and f.library_id = ${scope.libraryId} and f.path = r.path
    and f.folder_id in (select id from library_folder where organization_id = ${scope.organizationId} and library_id = ${scope.libraryId})
    and f.path_hash = sha256(convert_to(r.path, 'UTF8'))`

/**
 * What was uploaded again under the same name is one file and not two: the later goes, and what lay with the earlier belongs with
 * what the later came with. Answers their books.
 */
export async function foldTwins(scope: JobScope, taken: readonly Taken[]): Promise<string[]> {
  const rows = await scope.db.execute<{ bookId: string }>(sql`
    with twin as materialized (
      select distinct on (f.id) f.id, o.id as earlier, f.unit_hash as unit, o.unit_hash as earlier_unit
      from ${filesOf(scope, taken)}
      join library_file o on o.organization_id = f.organization_id and o.library_id = f.library_id and o.book_id = f.book_id and o.sha256 = f.sha256
        and o.role = 'book' and substr(o.path, 38) = substr(f.path, 38)
        and (o.path < f.path or not o.path = any (array(select json_array_elements_text(${JSON.stringify(taken.map(({ path }) => path))}::text::json))))
        and o.id <> f.id
      where f.role = 'book' order by f.id, o.path
    ), joined as (
      update library_file f set unit_hash = t.unit from twin t
      where f.organization_id = ${scope.organizationId} and f.library_id = ${scope.libraryId} and f.unit_hash = t.earlier_unit
        and f.id not in (select id from twin)
    )
    delete from library_file f using twin t where f.organization_id = ${scope.organizationId} and f.id = t.id returning f.book_id as "bookId"`)
  return [...new Set([...rows].map(({ bookId }) => bookId))]
}

/** These uploads are files of books now, or beside one, by path. Books that were in the trash are back. */
export async function finishUploads(scope: JobScope, done: readonly Taken[]): Promise<void> {
  const ids = `{${done.map(({ id }) => id).join(',')}}`
  const files = filesOf(scope, done)
  await scope.db.execute(sql`update upload u set state = 'done', book_id = f.book_id, updated_at = now() from ${files}
    where u.organization_id = ${scope.organizationId} and u.library_id = ${scope.libraryId} and u.id = r.id`)
  // What lies beside a book tells of it whichever of them came first.
  await scope.db.execute(sql`update upload u set book_id = f.book_id, updated_at = now() from library_file f
    where u.organization_id = ${scope.organizationId} and u.library_id = ${scope.libraryId} and u.state = 'done' and u.book_id is null
      and u.unit_hash in (select unit_hash from upload where organization_id = ${scope.organizationId} and id = any (${ids}::uuid[]))
      and f.organization_id = u.organization_id and f.library_id = u.library_id and f.unit_hash = u.unit_hash and f.book_id is not null`)
  await scope.db
    .update(book)
    .set({ deletedAt: null })
    .where(
      and(
        eq(book.organizationId, scope.organizationId),
        eq(book.libraryId, scope.libraryId),
        sql`${book.deletedAt} is not null and ${book.mergedInto} is null`,
        // What lies beside a book brings none back.
        sql`${book.id} in (select f.book_id from ${files} where f.role = 'book')`,
      ),
    )
}

/** Says of an upload why it became no book. */
export async function refuseUpload(scope: JobScope, uploadId: string, problem: { code: string; detail: string }): Promise<void> {
  await scope.db
    .update(upload)
    .set({ state: 'refused', problem: problem.code, problemDetail: problem.detail, updatedAt: sql`now()` })
    .where(and(eq(upload.organizationId, scope.organizationId), eq(upload.libraryId, scope.libraryId), inArray(upload.id, [uploadId])))
}

/** Removes at most so many uploads of which nothing came for a day. How many went. */
export async function expireUploads({ db }: VisitorScope, most: number): Promise<number> {
  const [row] = await db.execute<{ gone: number }>(sql`select app.expire_uploads(${most}::int) as gone`)
  return row?.gone ?? 0
}

/** Removes at most so many files beside books that came a day ago, and whose book did not, or is gone. How many went. */
export async function expireSidecars({ db }: VisitorScope, most: number): Promise<number> {
  const [row] = await db.execute<{ gone: number }>(sql`select app.expire_sidecars(${most}::int) as gone`)
  return row?.gone ?? 0
}

/** Of these uploads of a workspace, those whose parts nobody needs any more. */
export async function listEndedUploads({ db }: VisitorScope, organizationId: string, ids: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(
    sql`select id from app.ended_uploads(${organizationId}::uuid, ${`{${ids.join(',')}}`}::uuid[]) as id`,
  )
  return [...rows].map((row) => row.id)
}

/** Of these files of a workspace, each the id of its library, `/` and its path, those that no book has. */
export async function listUnusedFiles({ db }: VisitorScope, organizationId: string, files: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ file: string }>(
    sql`select file from app.unused_files(${organizationId}::uuid, array(select json_array_elements_text(${JSON.stringify(files)}::text::json))) as file`,
  )
  return [...rows].map((row) => row.file)
}
