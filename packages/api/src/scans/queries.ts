import { and, asc, count, desc, eq, gt, isNotNull, sql } from 'drizzle-orm'
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

/** The newest run over a library. */
export async function findLatestScan(scope: OrganizationScope | JobScope, libraryId: string): Promise<Scan | undefined> {
  const [row] = await scope.db
    .select()
    .from(scan)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.libraryId, libraryId)))
    .orderBy(desc(scan.createdAt), desc(scan.id))
    .limit(1)
  return row && toScan(scope, row)
}

export async function insertScan(scope: OrganizationScope | JobScope, libraryId: string): Promise<string> {
  const id = newId()
  await scope.db.insert(scan).values({ organizationId: scope.organizationId, id, libraryId })
  return id
}

export async function updateScan(
  scope: JobScope,
  scanId: string,
  values: Partial<Omit<typeof scan.$inferInsert, 'organizationId' | 'id' | 'libraryId'>>,
): Promise<void> {
  await scope.db
    .update(scan)
    .set(values)
    .where(and(eq(scan.organizationId, scope.organizationId), eq(scan.id, scanId)))
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
