import { and, asc, count, eq, inArray, isNotNull, isNull, or, sql, type SQL } from 'drizzle-orm'
import { Later } from '@carrel/auth'
import { newId } from '@carrel/db'
import { library, libraryFile, libraryFolder, scan } from '@carrel/db/schema'
import { isLockTimeout, notFound, violates } from '../errors.ts'
import type { JobScope, LibraryScope, OrganizationScope } from '../scope.ts'
import { libraryPrefix } from '../uploads/keys.ts'
import type { Library, SourceKind, Visibility } from './schema.ts'

const running = sql<boolean>`exists (
  select from ${scan} where ${scan.organizationId} = ${library.organizationId} and ${scan.libraryId} = ${library.id}
    and ${inArray(scan.status, ['queued', 'listing', 'covering'])})`

/** By a role or by a grant. */
const scans = sql<boolean>`app.library_may(${library.organizationId}, ${library.id}, 'library:scan')`

const columns = {
  id: library.id,
  name: library.name,
  kind: library.kind,
  visibility: library.visibility,
  bookCount: library.bookCount,
  problemCount: library.problemCount,
  missingCount: library.missingCount,
  scanning: running,
  lastScannedAt: library.lastScannedAt,
  scans,
}
type LibraryRow = Omit<Library, 'lastScannedAt'> & { lastScannedAt: Date | null; scans: boolean }

/** Files that need a look are for those who may scan. */
const toLibrary = ({ scans: mayScan, ...row }: LibraryRow): Library => ({
  ...row,
  problemCount: mayScan ? row.problemCount : 0,
  missingCount: mayScan ? row.missingCount : 0,
  lastScannedAt: row.lastScannedAt?.toISOString() ?? null,
})

/** Libraries that the actor sees, by name. */
export async function listLibraries(scope: OrganizationScope): Promise<Library[]> {
  const rows = await scope.db
    .select(columns)
    .from(library)
    .where(eq(library.organizationId, scope.organizationId))
    .orderBy(asc(sql`lower(${library.name})`), asc(library.id))
  return rows.map(toLibrary)
}

export async function findLibrary(scope: OrganizationScope, libraryId: string): Promise<Library | undefined> {
  const [row] = await scope.db
    .select(columns)
    .from(library)
    .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
  return row && toLibrary(row)
}

/** @throws {ORPCError} NOT_FOUND for one that the actor does not see. */
export async function getLibrary(scope: OrganizationScope, libraryId: string): Promise<Library> {
  const library = await findLibrary(scope, libraryId)
  if (!library) throw notFound('library')
  return library
}

/** What a library's own page tells beyond its card. */
export async function findLibraryCare(scope: OrganizationScope, libraryId: string) {
  const [row] = await scope.db
    .select({ scans, keepMissingNights: library.keepMissingNights, held: library.heldCount })
    .from(library)
    .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
  if (!row) return undefined
  const held = row.scans && row.held > 0 ? { files: row.held, of: Math.max(row.held, await countFiles(scope, libraryId)) } : null
  return { scans: row.scans, keepMissingNights: row.keepMissingNights, held }
}

/** Files of books that count as there. */
async function countFiles(scope: OrganizationScope, libraryId: string): Promise<number> {
  const [row] = await scope.db
    .select({ count: count() })
    .from(libraryFile)
    .where(
      and(
        eq(libraryFile.organizationId, scope.organizationId),
        eq(libraryFile.libraryId, libraryId),
        isNotNull(libraryFile.bookId),
        or(isNull(libraryFile.missingAt), libraryFile.held),
      ),
    )
  return row?.count ?? 0
}

export async function listLibraryFolders(scope: OrganizationScope | JobScope, libraryId: string) {
  return scope.db
    .select({ id: libraryFolder.id, path: libraryFolder.path, trouble: libraryFolder.trouble, troubleSince: libraryFolder.troubleSince })
    .from(libraryFolder)
    .where(and(eq(libraryFolder.organizationId, scope.organizationId), eq(libraryFolder.libraryId, libraryId)))
    .orderBy(asc(libraryFolder.path))
}

/** How a library's scan goes about its work. */
export async function findLibrarySettings(scope: LibraryScope): Promise<{ precedence: SourceKind[]; kind: 'folders' | 'managed' }> {
  const [row] = await scope.db
    .select({ precedence: library.precedence, kind: library.kind })
    .from(library)
    .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, scope.libraryId)))
  return row ?? { precedence: ['sidecar', 'file'], kind: 'folders' }
}

/** Notes what is wrong with a folder, or that nothing is. */
export async function updateFolder(
  scope: JobScope,
  folderId: string,
  trouble: 'missing' | 'closed' | 'unreadable' | 'empty' | null,
): Promise<void> {
  await scope.db
    .update(libraryFolder)
    .set({
      trouble,
      troubleSince:
        trouble === null ? null : sql`case when ${libraryFolder.trouble} = ${trouble} then ${libraryFolder.troubleSince} else now() end`,
    })
    .where(and(eq(libraryFolder.organizationId, scope.organizationId), eq(libraryFolder.id, folderId)))
}

/** Notes that all of these folders was looked through. */
export async function markChecked(scope: JobScope, folderIds: readonly string[]): Promise<void> {
  if (folderIds.length === 0) return
  await scope.db
    .update(libraryFolder)
    .set({ checkedAt: new Date() })
    .where(and(eq(libraryFolder.organizationId, scope.organizationId), inArray(libraryFolder.id, [...folderIds])))
}

/** A new library, on folders whose real paths were checked or on the store; null when the name is taken. */
export async function insertLibrary(
  scope: OrganizationScope,
  input: { name: string; visibility: Visibility; kind: 'folders' | 'managed'; folders: readonly string[] },
): Promise<string | null> {
  const { db, organizationId } = scope
  const id = newId()
  try {
    await db.insert(library).values({ organizationId, id, name: input.name, visibility: input.visibility, kind: input.kind })
  } catch (error) {
    if (violates(error, 'library_name_unique')) return null
    throw error
  }
  const folders = input.kind === 'managed' ? [libraryPrefix(organizationId, id)] : input.folders
  await db.insert(libraryFolder).values(folders.map((path) => ({ organizationId, id: newId(), libraryId: id, path })))
  return id
}

/** False when the name is taken. */
export async function updateLibrary(
  scope: OrganizationScope,
  libraryId: string,
  values: { name?: string; visibility?: Visibility; precedence?: SourceKind[]; keepMissingNights?: number | null },
): Promise<boolean> {
  if (Object.keys(values).length === 0) return true
  try {
    await scope.db
      .update(library)
      .set(values)
      .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
    return true
  } catch (error) {
    if (violates(error, 'library_name_unique')) return false
    throw error
  }
}

/** Removes a library with its books and everyone's places in them; files on disk stay. */
export async function deleteLibrary(scope: OrganizationScope, libraryId: string): Promise<void> {
  await scope.db.delete(library).where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
}

/** Milliseconds that a person waits for a library, and seconds until it is worth another try. */
const heldMs = 5000
const retrySeconds = 5

/** The statement that waits for a library, 0 ms: as long as it takes. */
export const libraryLock = (libraryId: string, { alone, waitMs }: { alone: boolean; waitMs: number }): SQL => {
  const lock = sql.raw(alone ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared')
  return sql`select set_config('lock_timeout', ${String(waitMs)}, true), ${lock}(hashtextextended('app.library ' || ${libraryId}::uuid, 0))`
}

/**
 * Until this transaction ends nobody deletes the library, changes its folders or gives its files to other books; with `alone`,
 * nobody else writes to its books at all. Taken before any row, so that no two wait for each other. False when the library is gone.
 *
 * @throws {Later} when a person waited for some seconds: who waits keeps a connection from everybody. Jobs wait as long as it takes.
 */
export async function holdLibrary(scope: OrganizationScope | JobScope, libraryId: string, { alone = false } = {}): Promise<boolean> {
  try {
    await scope.db.execute(libraryLock(libraryId, { alone, waitMs: 'user' in scope ? heldMs : 0 }))
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    throw new Later('SERVICE_UNAVAILABLE', 'This library is being changed. Try again in a moment.', retrySeconds)
  }
  const rows = await scope.db
    .select({ id: library.id, unset: sql`set_config('lock_timeout', '0', true)` })
    .from(library)
    .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
  return rows.length > 0
}

export async function insertFolder(scope: OrganizationScope, libraryId: string, path: string): Promise<void> {
  await scope.db.insert(libraryFolder).values({ organizationId: scope.organizationId, id: newId(), libraryId, path })
}

const theFolder = (scope: OrganizationScope, folderId: string) =>
  and(eq(libraryFolder.organizationId, scope.organizationId), eq(libraryFolder.id, folderId))

/** Some files of books that were last seen in a folder, from all over it. */
export async function sampleFiles(scope: OrganizationScope, folderId: string, most: number): Promise<string[]> {
  const rows = await scope.db
    .select({ path: libraryFile.path })
    .from(libraryFile)
    .where(
      and(
        eq(libraryFile.organizationId, scope.organizationId),
        eq(libraryFile.folderId, folderId),
        eq(libraryFile.role, 'book'),
        or(isNull(libraryFile.missingAt), libraryFile.held),
      ),
    )
    .orderBy(libraryFile.pathHash)
    .limit(most)
  return rows.map(({ path }) => path)
}

/** The same files at another path; what was wrong with the old one is nothing to the new one. */
export async function moveFolder(scope: OrganizationScope, folderId: string, path: string): Promise<void> {
  await scope.db.update(libraryFolder).set({ path, trouble: null, troubleSince: null }).where(theFolder(scope, folderId))
}

/** Takes a folder from its library; what it held is remembered, and books that are nowhere else are missing. */
export async function deleteFolder(scope: OrganizationScope, folderId: string): Promise<void> {
  await scope.db.execute(sql`select app.let_go(${folderId}::uuid)`)
  await scope.db.delete(libraryFolder).where(theFolder(scope, folderId))
}
