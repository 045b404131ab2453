import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { newId } from '@carrel/db'
import { libraryGrant, team, teamMember } from '@carrel/db/schema'
import { nameKey } from '../books/sort-key.ts'
import { violates } from '../errors.ts'
import type { OrganizationScope } from '../scope.ts'
import type { Team } from './schema.ts'

const columns = {
  id: team.id,
  name: team.name,
  memberCount: sql<number>`(select count(*)::int from ${teamMember}
    where ${teamMember.organizationId} = ${team.organizationId} and ${teamMember.teamId} = ${team.id})`,
  libraryCount: sql<number>`(select count(*)::int from ${libraryGrant}
    where ${libraryGrant.organizationId} = ${team.organizationId} and ${libraryGrant.teamId} = ${team.id})`,
}
const theTeam = (scope: OrganizationScope, teamId: string) => and(eq(team.organizationId, scope.organizationId), eq(team.id, teamId))

/** Teams by name; of their libraries those count whose grants the actor may see. */
export const listTeams = (scope: OrganizationScope): Promise<Team[]> =>
  scope.db.select(columns).from(team).where(eq(team.organizationId, scope.organizationId)).orderBy(asc(team.nameKey))

export async function findTeam(scope: OrganizationScope, teamId: string): Promise<Team | undefined> {
  const [row] = await scope.db.select(columns).from(team).where(theTeam(scope, teamId))
  return row
}

/** The id of a new team; null when the name is taken. */
export async function insertTeam(scope: OrganizationScope, name: string): Promise<string | null> {
  const id = newId()
  try {
    await scope.db.insert(team).values({ organizationId: scope.organizationId, id, name, nameKey: nameKey(name) })
    return id
  } catch (error) {
    if (violates(error, 'team_name')) return null
    throw error
  }
}

/** False when the name is taken. */
export async function renameTeam(scope: OrganizationScope, teamId: string, name: string): Promise<boolean> {
  try {
    await scope.db
      .update(team)
      .set({ name, nameKey: nameKey(name) })
      .where(theTeam(scope, teamId))
    return true
  } catch (error) {
    if (violates(error, 'team_name')) return false
    throw error
  }
}

/** True when the actor could give every library that this team has. */
export async function sharesLikeTeam(scope: OrganizationScope, teamId: string): Promise<boolean> {
  const [row] = await scope.db.execute<{ may: boolean }>(
    sql`select app.shares_like_team(${scope.organizationId}::uuid, ${teamId}::uuid) as may`,
  )
  return row?.may ?? false
}

export async function deleteTeam(scope: OrganizationScope, teamId: string): Promise<void> {
  await scope.db.delete(team).where(theTeam(scope, teamId))
}

/** Who was not in it before. */
export async function addTeamMembers(scope: OrganizationScope, teamId: string, userIds: readonly string[]): Promise<string[]> {
  const rows = await scope.db
    .insert(teamMember)
    .values(userIds.map((userId) => ({ organizationId: scope.organizationId, teamId, userId })))
    .onConflictDoNothing()
    .returning({ userId: teamMember.userId })
  return rows.map((row) => row.userId)
}

/** Who was in it before. */
export async function removeTeamMembers(scope: OrganizationScope, teamId: string, userIds: readonly string[]): Promise<string[]> {
  const rows = await scope.db
    .delete(teamMember)
    .where(
      and(eq(teamMember.organizationId, scope.organizationId), eq(teamMember.teamId, teamId), inArray(teamMember.userId, [...userIds])),
    )
    .returning({ userId: teamMember.userId })
  return rows.map((row) => row.userId)
}
