import { and, asc, eq } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { library, libraryFolder, organization, rootAssignment } from '@carrel/db/schema'
import type { InstanceScope, JobScope, OrganizationScope } from '../scope.ts'

export async function listAssignedRoots(scope: OrganizationScope | JobScope) {
  return scope.db
    .select({ id: rootAssignment.id, path: rootAssignment.path })
    .from(rootAssignment)
    .where(eq(rootAssignment.organizationId, scope.organizationId))
    .orderBy(asc(rootAssignment.path))
}

/** Folders of the libraries that the actor sees. */
export async function listTakenFolders(scope: OrganizationScope) {
  return scope.db
    .select({ path: libraryFolder.path, libraryId: library.id, library: library.name })
    .from(libraryFolder)
    .innerJoin(library, and(eq(library.organizationId, libraryFolder.organizationId), eq(library.id, libraryFolder.libraryId)))
    .where(and(eq(libraryFolder.organizationId, scope.organizationId), eq(library.kind, 'folders')))
    .orderBy(asc(libraryFolder.path))
}

/** Assignments of all organizations, for the operator. */
export async function listAssignments(scope: InstanceScope) {
  return scope.db
    .select({ path: rootAssignment.path, organizationId: rootAssignment.organizationId })
    .from(rootAssignment)
    .orderBy(asc(rootAssignment.path))
}

export async function listOrganizations(scope: InstanceScope) {
  return scope.db.select({ id: organization.id, name: organization.name }).from(organization).orderBy(asc(organization.name))
}

export async function insertAssignments(scope: InstanceScope, organizationId: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  await scope.db
    .insert(rootAssignment)
    .values(paths.map((path) => ({ organizationId, id: newId(), path })))
    .onConflictDoNothing()
}

/** False when the folder was not open to the workspace. */
export async function deleteAssignment(scope: InstanceScope, organizationId: string, path: string): Promise<boolean> {
  const rows = await scope.db
    .delete(rootAssignment)
    .where(and(eq(rootAssignment.organizationId, organizationId), eq(rootAssignment.path, path)))
    .returning({ path: rootAssignment.path })
  return rows.length > 0
}
