import { and, asc, count, desc, eq, gt, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import { hasPermission } from '@carrel/auth'
import { newId } from '@carrel/db'
import { libraryFile, scan } from '@carrel/db/schema'
import type { JobScope, OrganizationScope } from '../scope.ts'
import type { Scan } from './schema.ts'

type ScanRow = typeof scan.$inferSelect

/** Paths on the server, and files that need a look, are for those who may scan. */
const toScan = (scope: OrganizationScope | JobScope, row: ScanRow): Scan => {
  const showPaths = scope.kind === 'job' || hasPermission(scope.permissions, 'library:scan')
  return {
    id: row.id,
    libraryId: row.libraryId,
    status: row.status,
    reason: row.reason,
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
    unchanged: row.unchanged,
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

export async function findScan(scope: OrganizationScope, scanId: string): Promise<Scan | undefined> {
  const [row] = await scope.db
    .select()
    .from(scan)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.id, scanId)))
  return row && toScan(scope, row)
}

/** The run over a library that is under way, or else the newest. */
export async function findLatestScan(scope: OrganizationScope | JobScope, libraryId: string): Promise<Scan | undefined> {
  const [row] = await scope.db
    .select()
    .from(scan)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.libraryId, libraryId)))
    .orderBy(desc(sql`${scan.finishedAt} is null and ${scan.runner} is not null`), desc(scan.createdAt), desc(scan.id))
    .limit(1)
  return row && toScan(scope, row)
}

export type ScanRequest = {
  reason?: Scan['reason']
  folderId?: string | undefined
  path?: string | undefined
  bookId?: string | undefined
  confirm?: boolean
  /** Describe the books anew, without looking for files. */
  describe?: boolean
}

/** A run that waits. */
export async function insertScan(scope: OrganizationScope | JobScope, libraryId: string, request: ScanRequest = {}): Promise<string> {
  const id = newId()
  const { reason = 'asked', folderId = null, path = null, bookId = null, confirm = false, describe = false } = request
  await scope.db
    .insert(scan)
    .values({ organizationId: scope.organizationId, id, libraryId, reason, folderId, path, bookId, confirmed: confirm, describe })
  return id
}

/** A run that will do what is asked: one that waits for its turn, or one of the whole library that runs. */
export async function findScanToJoin(
  scope: OrganizationScope | JobScope,
  libraryId: string,
  request: ScanRequest,
): Promise<string | undefined> {
  const { folderId = null, path = null, bookId = null, confirm = false, describe = false } = request
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
        whole && !describe ? undefined : isNull(scan.runner),
        sql`(${scan.folderId}, ${scan.path}, ${scan.bookId}) is not distinct from (${folderId}::uuid, ${path}::text, ${bookId}::uuid)`,
      ),
    )
    .orderBy(desc(scan.createdAt))
    .limit(1)
  return row?.id
}

/** Asks a run to end; one that has not begun ends at once. False when it has ended already. */
export async function cancelScan(scope: OrganizationScope, scanId: string): Promise<boolean> {
  const rows = await scope.db
    .update(scan)
    .set({
      cancelRequested: true,
      status: sql`case when ${scan.runner} is null then 'cancelled' else ${scan.status} end`,
      finishedAt: sql`case when ${scan.runner} is null then now() end`,
    })
    .where(
      // Uploads are at rest already; they are read, whoever waits.
      and(eq(scan.organizationId, scope.organizationId), eq(scan.id, scanId), isNull(scan.finishedAt), ne(scan.reason, 'upload')),
    )
    .returning({ id: scan.id })
  return rows.length > 0
}

/** True while the run is this runner's; until this transaction ends nobody takes it over. */
export async function holdsScan(scope: JobScope, run: { scanId: string; runner: string }): Promise<boolean> {
  const rows = await scope.db
    .select({ id: scan.id })
    .from(scan)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.id, run.scanId), eq(scan.runner, run.runner)))
    .for('share')
  return rows.length > 0
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

type ScanValues = Partial<Omit<typeof scan.$inferInsert, 'organizationId' | 'id' | 'libraryId'>>

export async function updateScan(scope: JobScope, scanId: string, values: ScanValues): Promise<void> {
  await scope.db
    .update(scan)
    .set(values)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.id, scanId)))
}

/** Writes to a run that is still this runner's. Undefined when it is not; else whether somebody asked to end it. */
export async function updateOwnScan(
  scope: JobScope,
  run: { scanId: string; runner: string },
  values: ScanValues,
): Promise<{ cancelRequested: boolean } | undefined> {
  const [row] = await scope.db
    .update(scan)
    .set(values)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.id, run.scanId), eq(scan.runner, run.runner)))
    .returning({ cancelRequested: scan.cancelRequested })
  return row
}

/** Files of a library that could not become books, in the order they were found. */
export async function listProblems(scope: OrganizationScope, libraryId: string, afterId: string | undefined, limit: number) {
  const mine = and(
    eq(libraryFile.organizationId, scope.organizationId),
    eq(libraryFile.libraryId, libraryId),
    isNotNull(libraryFile.problem),
  )
  const [rows, [total]] = await Promise.all([
    scope.db
      .select({
        id: libraryFile.id,
        path: libraryFile.path,
        size: libraryFile.size,
        code: sql<string>`${libraryFile.problem}`,
        detail: sql<string>`coalesce(${libraryFile.problemDetail}, '')`,
        seenAt: libraryFile.seenAt,
      })
      .from(libraryFile)
      .where(and(mine, afterId ? gt(libraryFile.id, afterId) : undefined))
      .orderBy(asc(libraryFile.id))
      .limit(limit + 1),
    scope.db.select({ count: count() }).from(libraryFile).where(mine),
  ])
  const items = rows.slice(0, limit).map((row) => ({ ...row, seenAt: row.seenAt.toISOString() }))
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null, total: total?.count ?? 0 }
}
