import { and, asc, eq, sql } from 'drizzle-orm'
import { levelPermissions, type Level, type AnyPermission } from '@carrel/auth'
import { library, libraryAccess, libraryGrant, team, user } from '@carrel/db/schema'
import { violates } from '../errors.ts'
import type { OrganizationScope } from '../scope.ts'
import type { Grant, Grantee } from './schema.ts'

/** What the actor holds in this library, by roles and by grants; undefined when they do not see it. */
export async function findRightsInLibrary(
  scope: OrganizationScope,
  libraryId: string,
): Promise<{ held: ReadonlySet<AnyPermission>; level: Level | null } | undefined> {
  const [row] = await scope.db
    .select({ level: libraryAccess.level })
    .from(library)
    .leftJoin(
      libraryAccess,
      and(
        eq(libraryAccess.organizationId, library.organizationId),
        eq(libraryAccess.libraryId, library.id),
        eq(libraryAccess.userId, scope.user.id),
      ),
    )
    .where(and(eq(library.organizationId, scope.organizationId), eq(library.id, libraryId)))
  if (!row) return undefined
  return { level: row.level, held: new Set<AnyPermission>([...scope.permissions, ...(row.level ? levelPermissions[row.level] : [])]) }
}

/** Grants of a library: teams first, then people, by name. */
export async function listGrants(scope: OrganizationScope, libraryId: string): Promise<Grant[]> {
  const rows = await scope.db
    .select({ userId: libraryGrant.userId, teamId: libraryGrant.teamId, level: libraryGrant.level, person: user.name, team: team.name })
    .from(libraryGrant)
    .leftJoin(user, eq(user.id, libraryGrant.userId))
    .leftJoin(team, and(eq(team.organizationId, libraryGrant.organizationId), eq(team.id, libraryGrant.teamId)))
    .where(and(eq(libraryGrant.organizationId, scope.organizationId), eq(libraryGrant.libraryId, libraryId)))
    .orderBy(asc(sql`${libraryGrant.teamId} is null`), asc(team.nameKey), asc(sql`lower(${user.name}) collate "C"`))
  return rows.map((row) => ({
    to: row.teamId ? { kind: 'team', id: row.teamId } : { kind: 'person', id: row.userId ?? '' },
    name: row.team ?? row.person,
    level: row.level,
  }))
}

const ofGrantee = (scope: OrganizationScope, libraryId: string, to: Grantee) =>
  and(eq(libraryGrant.organizationId, scope.organizationId), eq(libraryGrant.libraryId, libraryId), eq(libraryGrant.grantee, to.id))

export async function findGrant(scope: OrganizationScope, libraryId: string, to: Grantee): Promise<Level | undefined> {
  const [row] = await scope.db
    .select({ level: libraryGrant.level })
    .from(libraryGrant)
    .where(ofGrantee(scope, libraryId, to))
  return row?.level
}

/** False when there is no such member or team. */
export async function upsertGrant(scope: OrganizationScope, libraryId: string, to: Grantee, level: Level): Promise<boolean> {
  const { organizationId } = scope
  try {
    await scope.db
      .insert(libraryGrant)
      .values({ organizationId, libraryId, userId: to.kind === 'person' ? to.id : null, teamId: to.kind === 'team' ? to.id : null, level })
      .onConflictDoUpdate({ target: [libraryGrant.organizationId, libraryGrant.libraryId, libraryGrant.grantee], set: { level } })
    return true
  } catch (error) {
    if (violates(error, 'library_grant_member_fkey', 'library_grant_team_fkey')) return false
    throw error
  }
}

export async function deleteGrant(scope: OrganizationScope, libraryId: string, to: Grantee): Promise<void> {
  await scope.db.delete(libraryGrant).where(ofGrantee(scope, libraryId, to))
}
