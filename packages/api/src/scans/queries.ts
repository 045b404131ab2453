import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import { hasPermission } from '@carrel/auth'
import { newId } from '@carrel/db'
import { library, libraryFile, scan } from '@carrel/db/schema'
import { decodeCursor, encodeCursor, isMoment } from '../cursor.ts'
import { libraryLock } from '../libraries/queries.ts'
import type { JobScope, OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import { shownPath } from '../uploads/keys.ts'
import type { ListProblems, ListScans, ProblemPage, Scan } from './schema.ts'

type ScanRow = typeof scan.$inferSelect

/** Paths on the server, and files that need a look, are for those who may scan. */
const keepsAll = (scope: OrganizationScope | JobScope) => scope.kind === 'job' || hasPermission(scope.permissions, 'library:scan')

const toScan = (row: ScanRow, showPaths: boolean): Scan => {
  return {
    id: row.id,
    libraryId: row.libraryId,
    status: row.status,
    reason: row.reason,
    askedBy: showPaths ? row.askedBy : null,
    createdAt: row.createdAt.toISOString(),
    part:
      row.folderId === null && row.bookId === null
        ? null
        : { folderId: row.folderId, path: showPaths ? row.path : null, bookId: row.bookId },
    moved: row.moved,
    missing: row.missing,
    restored: row.restored,
    held: showPaths ? row.held : 0,
    found: row.found,
    walked: row.walked,
    processed: row.listed + row.unchanged + row.problems,
    listed: row.listed,
    unchanged: Math.max(0, row.unchanged - row.restored),
    problems: showPaths ? row.problems : 0,
    covered: row.covered,
    coversTotal: row.coversTotal,
    rate: row.milliRate / 1000,
    currentFolder: showPaths ? row.currentFolder : null,
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    error: row.error === null || showPaths ? row.error : 'Some of this library could not be read. Its keepers see why.',
  }
}

export async function findScan(scope: OrganizationScope, scanId: string, all = keepsAll(scope)): Promise<Scan | undefined> {
  const [row] = await scope.db
    .select()
    .from(scan)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.id, scanId)))
  return row && toScan(row, all)
}

/** The run over a library that is under way, or else the newest. */
export async function findLatestScan(
  scope: OrganizationScope | JobScope,
  libraryId: string,
  all = keepsAll(scope),
): Promise<Scan | undefined> {
  const [row] = await scope.db
    .select()
    .from(scan)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.libraryId, libraryId)))
    .orderBy(desc(sql`${scan.finishedAt} is null and ${scan.runner} is not null`), desc(scan.createdAt), desc(scan.id))
    .limit(1)
  return row && toScan(row, all)
}

/** Runs of a library, newest first, with all that those who may scan are told; null for a cursor that is none of ours. */
export async function listScans(scope: OrganizationScope, { libraryId, cursor, limit }: ListScans) {
  const place = cursor === undefined ? undefined : decodeCursor(cursor, 2)
  const [at, id] = place ?? []
  if (place === null || (place && (!isMoment(at) || !Id.safeParse(id).success))) return null
  const rows = await scope.db
    .select()
    .from(scan)
    .where(
      and(
        eq(scan.organizationId, scope.organizationId),
        eq(scan.libraryId, libraryId),
        place ? sql`(${scan.createdAt}, ${scan.id}) < (${at}::timestamptz, ${id}::uuid)` : undefined,
      ),
    )
    .orderBy(desc(scan.createdAt), desc(scan.id))
    .limit(limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map((row) => toScan(row, true)),
    nextCursor: rows.length > limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
  }
}

export type ScanRequest = {
  reason?: Scan['reason']
  folderId?: string | undefined
  path?: string | undefined
  bookId?: string | undefined
  confirm?: boolean
  /** Describe the books anew, without looking for files. */
  describe?: boolean
  /** Not one that runs already, which may have passed by. */
  anew?: boolean
}

/** A run that waits. */
export async function insertScan(scope: OrganizationScope | JobScope, libraryId: string, request: ScanRequest = {}): Promise<string> {
  const id = newId()
  const { reason = 'asked', folderId = null, path = null, bookId = null, confirm = false, describe = false } = request
  const askedBy = scope.kind === 'organization' ? scope.user.name : null
  await scope.db
    .insert(scan)
    .values({ organizationId: scope.organizationId, id, libraryId, reason, askedBy, folderId, path, bookId, confirmed: confirm, describe })
  return id
}

/** A run that will do what is asked: one that waits for its turn, or one of the whole library that runs. */
export async function findScanToJoin(
  scope: OrganizationScope | JobScope,
  libraryId: string,
  request: ScanRequest,
): Promise<string | undefined> {
  const { folderId = null, path = null, bookId = null, confirm = false, describe = false, anew = false } = request
  const whole = folderId === null && bookId === null
  const [row] = await scope.db
    .select({ id: scan.id })
    .from(scan)
    .where(
      and(
        eq(scan.organizationId, scope.organizationId),
        eq(scan.libraryId, libraryId),
        isNull(scan.finishedAt),
        eq(scan.cancelRequested, false),
        eq(scan.confirmed, confirm),
        eq(scan.describe, describe),
        whole && !describe && !anew ? undefined : isNull(scan.runner),
        sql`(${scan.folderId}, ${scan.path}, ${scan.bookId}) is not distinct from (${folderId}::uuid, ${path}::text, ${bookId}::uuid)`,
      ),
    )
    .orderBy(desc(scan.createdAt))
    .limit(1)
  return row?.id
}

const cancelled = {
  cancelRequested: true,
  status: sql`case when ${scan.runner} is null then 'cancelled' else ${scan.status} end`,
  finishedAt: sql`case when ${scan.runner} is null then now() end`,
}

/** Asks a run to end; one that has not begun ends at once. False when it has ended already. */
export async function cancelScan(scope: OrganizationScope, scanId: string): Promise<boolean> {
  const rows = await scope.db
    .update(scan)
    .set(cancelled)
    .where(
      // Uploads are at rest already; they are read, whoever waits.
      and(eq(scan.organizationId, scope.organizationId), eq(scan.id, scanId), isNull(scan.finishedAt), ne(scan.reason, 'upload')),
    )
    .returning({ id: scan.id })
  return rows.length > 0
}

/** The run while it is this runner's, with its library held; until this transaction ends nobody takes it over, or asks it to end. */
export async function holdOwnScan(
  scope: JobScope,
  run: { scanId: string; runner: string },
): Promise<{ cancelRequested: boolean } | undefined> {
  // Sent together, in this order, which both keep as `execute`: the library before any row.
  const [, [row]] = await Promise.all([
    scope.db.execute(libraryLock(scope.libraryId, { alone: false, waitMs: 0 })),
    scope.db.execute<{ cancelRequested: boolean }>(sql`select cancel_requested as "cancelRequested" from scan
      where organization_id = ${scope.organizationId} and id = ${run.scanId} and runner = ${run.runner} for share`),
  ])
  return row
}

/** The oldest run that has not ended, with nobody else's hands on it until this transaction ends. */
export async function lockOpenScan(scope: JobScope) {
  const [row] = await scope.db
    .select()
    .from(scan)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.libraryId, scope.libraryId), isNull(scan.finishedAt)))
    .orderBy(asc(scan.createdAt), asc(scan.id))
    .limit(1)
    .for('update')
  return row
}

/** Asks all runs of a library to end, since what they go by has changed. */
export async function cancelScans(scope: OrganizationScope, libraryId: string): Promise<void> {
  await scope.db
    .update(scan)
    .set(cancelled)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.libraryId, libraryId), isNull(scan.finishedAt)))
}

type ScanValues = Partial<Omit<typeof scan.$inferInsert, 'organizationId' | 'id' | 'libraryId'>>

export async function updateScan(scope: JobScope, scanId: string, values: ScanValues): Promise<void> {
  await scope.db
    .update(scan)
    .set(values)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.id, scanId)))
}

/** Writes to a run that is still this runner's and has not ended. Undefined when it is not; else whether somebody asked to end it. */
export async function updateOwnScan(
  scope: JobScope,
  run: { scanId: string; runner: string },
  values: ScanValues,
): Promise<{ cancelRequested: boolean } | undefined> {
  const [row] = await scope.db
    .update(scan)
    .set(values)
    .where(
      and(eq(scan.organizationId, scope.organizationId), eq(scan.id, run.scanId), eq(scan.runner, run.runner), isNull(scan.finishedAt)),
    )
    .returning({ cancelRequested: scan.cancelRequested })
  return row
}

/** Files of a library that could not become books, in the order they were found; null for a cursor that is none of ours. */
export async function listProblems(scope: OrganizationScope, input: ListProblems): Promise<ProblemPage | null> {
  const place = input.cursor === undefined ? undefined : Id.safeParse(input.cursor)
  if (place && !place.success) return null
  const all = and(
    eq(libraryFile.organizationId, scope.organizationId),
    eq(libraryFile.libraryId, input.libraryId),
    isNotNull(libraryFile.problem),
  )
  const mine = and(
    all,
    input.ignored ? isNotNull(libraryFile.ignoredAt) : isNull(libraryFile.ignoredAt),
    input.codes && input.codes.length > 0 ? inArray(libraryFile.problem, input.codes) : undefined,
  )
  const [rows, counts] = await Promise.all([
    scope.db
      .select({
        id: libraryFile.id,
        path: libraryFile.path,
        kind: library.kind,
        size: libraryFile.size,
        code: sql<string>`${libraryFile.problem}`,
        detail: sql<string>`coalesce(${libraryFile.problemDetail}, '')`,
        seenAt: libraryFile.seenAt,
        ignored: sql<boolean>`${libraryFile.ignoredAt} is not null`,
      })
      .from(libraryFile)
      .innerJoin(library, and(eq(library.organizationId, libraryFile.organizationId), eq(library.id, libraryFile.libraryId)))
      .where(and(mine, place ? gt(libraryFile.id, place.data) : undefined))
      .orderBy(asc(libraryFile.id))
      .limit(input.limit + 1),
    scope.db
      .select({ code: sql<string>`${libraryFile.problem}`, ignored: sql<boolean>`${libraryFile.ignoredAt} is not null`, count: count() })
      .from(libraryFile)
      .where(all)
      .groupBy(libraryFile.problem, sql`${libraryFile.ignoredAt} is not null`),
  ])
  const items = rows
    .slice(0, input.limit)
    .map(({ kind, ...row }) => ({ ...row, path: shownPath({ kind, path: row.path }), seenAt: row.seenAt.toISOString() }))
  const shown = counts.filter(({ ignored }) => ignored === input.ignored)
  const sum = (of: readonly { count: number }[]) => of.reduce((total, each) => total + each.count, 0)
  return {
    items,
    nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null,
    total: sum(input.codes?.length ? shown.filter(({ code }) => input.codes?.includes(code)) : shown),
    ignored: sum(counts.filter(({ ignored }) => ignored)),
    reasons: shown.map(({ code, count }) => ({ code, count })).toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
  }
}

/** False when the file is no problem of this library. */
export async function ignoreProblem({ db }: OrganizationScope, libraryId: string, fileId: string, ignored: boolean): Promise<boolean> {
  const [row] = await db.execute<{ done: boolean }>(sql`select app.ignore_problem(${libraryId}::uuid, ${fileId}::uuid, ${ignored}) as done`)
  return row?.done ?? false
}

/** Lets the next run read a problem again, or all that nobody put aside. How many there are. */
export async function retryProblems({ db }: OrganizationScope, libraryId: string, fileId: string | null): Promise<number> {
  const [row] = await db.execute<{ retried: number }>(sql`select app.retry_problems(${libraryId}::uuid, ${fileId}::uuid) as retried`)
  return row?.retried ?? 0
}

export async function findFilePlace(scope: OrganizationScope, fileId: string): Promise<{ folderId: string; path: string } | undefined> {
  const [row] = await scope.db
    .select({ folderId: libraryFile.folderId, path: libraryFile.path })
    .from(libraryFile)
    .where(and(eq(libraryFile.organizationId, scope.organizationId), eq(libraryFile.id, fileId)))
  return row
}
