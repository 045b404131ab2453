import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { library, libraryFolder, scan } from '@carrel/db/schema'
import { insertScan } from '../scans/queries.ts'
import type { Scan } from '../scans/schema.ts'
import type { JobScope, OrganizationScope, VisitorScope } from '../scope.ts'
import type { Part } from './parts.ts'

export type WatchMode = 'watching' | 'polling' | 'off'
export type WatchedFolder = {
  libraryId: string
  folderId: string
  path: string
  /** Folders opened to the workspace. */
  roots: string[]
  watch: boolean
  inTrouble: boolean
  watchMode: WatchMode
  fileSystem: string | null
  checkedAt: number
}

/** How a library is kept up to date, and how changes in each of its folders are noticed. */
export async function findUpkeep(scope: OrganizationScope, libraryId: string) {
  const [[kept], folders] = await Promise.all([
    scope.db
      .select({ watch: library.watch, schedule: library.schedule })
      .from(library)
      .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId))),
    scope.db
      .select({
        id: libraryFolder.id,
        mode: libraryFolder.watchMode,
        fileSystem: libraryFolder.fileSystem,
        checkedAt: libraryFolder.checkedAt,
      })
      .from(libraryFolder)
      .where(and(eq(libraryFolder.organizationId, scope.organizationId), eq(libraryFolder.libraryId, libraryId))),
  ])
  return kept && { ...kept, folders }
}

/** A schedule counts from now on: what would have been due before is not made up for. */
export async function updateUpkeep(
  scope: OrganizationScope,
  libraryId: string,
  values: { watch?: boolean; schedule?: string | null },
): Promise<void> {
  await scope.db
    .update(library)
    .set({ ...values, ...(values.schedule !== undefined && { scheduledAt: new Date() }) })
    .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
}

/** Every folder of every workspace that is open. */
export async function listWatchedFolders({ db }: VisitorScope): Promise<WatchedFolder[]> {
  const rows = await db.execute<{
    library_id: string
    folder_id: string
    path: string
    roots: string[]
    watch: boolean
    trouble: string | null
    watch_mode: WatchMode
    file_system: string | null
    checked_ms: string | null
  }>(sql`select *, (extract(epoch from checked_at) * 1000)::bigint as checked_ms from app.watched_folders()`)
  return [...rows].map((row) => ({
    libraryId: row.library_id,
    folderId: row.folder_id,
    path: row.path,
    roots: row.roots,
    watch: row.watch,
    inTrouble: row.trouble !== null,
    watchMode: row.watch_mode,
    fileSystem: row.file_system,
    checkedAt: Number(row.checked_ms ?? 0),
  }))
}

/** Libraries that are scanned at set times, and when that was last due. */
export async function listScheduledLibraries({ db }: VisitorScope) {
  const rows = await db.execute<{ library_id: string; schedule: string; scheduled_ms: string | null }>(
    sql`select library_id, schedule, (extract(epoch from scheduled_at) * 1000)::bigint as scheduled_ms from app.scheduled_libraries()`,
  )
  return [...rows].map((row) => ({
    libraryId: row.library_id,
    schedule: row.schedule,
    scheduledAt: row.scheduled_ms === null ? null : Number(row.scheduled_ms),
  }))
}

/** False when another process did so since `before`. */
export async function noteScheduled(scope: JobScope, before: number | null): Promise<boolean> {
  const rows = await scope.db
    .update(library)
    .set({ scheduledAt: new Date() })
    .where(
      and(
        eq(library.organizationId, scope.organizationId),
        eq(library.id, scope.libraryId),
        sql`${library.scheduledAt} is not distinct from ${before === null ? null : new Date(before).toISOString()}::timestamptz`,
      ),
    )
    .returning({ id: library.id })
  return rows.length > 0
}

export async function updateWatchMode(
  scope: JobScope,
  folderId: string,
  values: { watchMode: WatchMode; fileSystem: string | null },
): Promise<void> {
  await scope.db
    .update(libraryFolder)
    .set(values)
    .where(and(eq(libraryFolder.organizationId, scope.organizationId), eq(libraryFolder.id, folderId)))
}

/**
 * A run over a part of the library, unless one that waits covers it. Not one that runs: it may have passed by already.
 * Null when there was one.
 */
export async function insertRun(scope: JobScope, reason: Scan['reason'], { folderId, path }: Part): Promise<string | null> {
  const covers = or(
    isNull(scan.folderId),
    folderId === undefined
      ? undefined
      : and(
          eq(scan.folderId, folderId),
          or(isNull(scan.path), path === undefined ? undefined : sql`starts_with(${path} || '/', ${scan.path} || '/')`),
        ),
  )
  const [waiting] = await scope.db
    .select({ id: scan.id })
    .from(scan)
    .where(and(walks(scope), isNull(scan.finishedAt), isNull(scan.runner), eq(scan.confirmed, false), covers))
    .limit(1)
  return waiting ? null : insertScan(scope, scope.libraryId, { reason, folderId, path })
}

/** Whether a run over the whole library was started within these milliseconds. */
export async function wasScannedLately(scope: JobScope, ms: number): Promise<boolean> {
  const since = sql`now() - ${`${ms} milliseconds`}::interval`
  const [row] = await scope.db
    .select({ id: scan.id })
    .from(scan)
    .where(and(walks(scope), isNull(scan.folderId), gt(scan.createdAt, since)))
    .orderBy(desc(scan.createdAt))
    .limit(1)
  return row !== undefined
}

/** Runs that look through folders. */
const walks = (scope: JobScope) =>
  and(eq(scan.organizationId, scope.organizationId), eq(scan.libraryId, scope.libraryId), isNull(scan.bookId), eq(scan.describe, false))
