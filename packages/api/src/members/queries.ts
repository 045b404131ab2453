import { and, asc, eq, ilike, inArray, or, sql } from 'drizzle-orm'
import { guards, hasAnyPermission, hasPermission, Role } from '@carrel/auth'
import { member, memberRole, team, teamMember, user } from '@carrel/db/schema'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { violates } from '../errors.ts'
import type { RoleRef } from '../roles/schema.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import type { ListMembers, Member, MemberPage } from './schema.ts'

const mine = (scope: OrganizationScope) => eq(member.organizationId, scope.organizationId)
const sortName = sql<string>`lower(${user.name}) collate "C"`
const outranked = sql<boolean>`app.outranks(${member.organizationId}, ${member.userId})`
const seesAddresses = (scope: OrganizationScope) => hasAnyPermission(scope.permissions, ['member:remove', guards['assignments.manage']])

/** A page of members by name; null for a cursor that is none of ours. */
export async function listMembers(scope: OrganizationScope, input: ListMembers): Promise<MemberPage | null> {
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null || (place && !Id.safeParse(place[1]).success)) return null
  const like =
    input.query?.trim() &&
    `%${input.query
      .trim()
      .replaceAll('\0', '')
      .replaceAll(/[\\%_]/g, '\\$&')}%`
  const wanted = and(
    mine(scope),
    like ? or(ilike(user.name, like), seesAddresses(scope) ? ilike(user.email, like) : undefined) : undefined,
    input.role
      ? sql`exists (select from ${memberRole} where ${memberRole.organizationId} = ${member.organizationId}
          and ${memberRole.userId} = ${member.userId} and ${memberRole.key} = ${input.role})`
      : undefined,
    input.teamId
      ? sql`exists (select from ${teamMember} where ${teamMember.organizationId} = ${member.organizationId}
          and ${teamMember.userId} = ${member.userId} and ${teamMember.teamId} = ${input.teamId}::uuid)`
      : undefined,
  )
  const people = scope.db
    .select({
      userId: member.userId,
      name: user.name,
      email: user.email,
      joinedAt: member.createdAt,
      lastSeenAt: member.lastSeenAt,
      key: sortName,
      withinMine: outranked,
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
  const [rows, [all]] = await Promise.all([
    people
      .where(and(wanted, place ? sql`(${sortName}, ${member.userId}) > (${place[0]}, ${place[1]}::uuid)` : undefined))
      .orderBy(asc(sortName), asc(member.userId))
      .limit(input.limit + 1),
    scope.db
      .select({ total: sql<number>`count(*)::int` })
      .from(member)
      .innerJoin(user, eq(user.id, member.userId))
      .where(wanted),
  ])
  const page = rows.slice(0, input.limit)
  const last = page.at(-1)
  return {
    items: await withRolesAndTeams(scope, page),
    total: all?.total ?? 0,
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.key, last.userId]) : null,
  }
}

type Row = { userId: string; name: string; email: string; joinedAt: Date; lastSeenAt: Date | null; withinMine: boolean }

async function withRolesAndTeams(scope: OrganizationScope, rows: readonly Row[]): Promise<Member[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.userId)
  const [roles, teams] = await Promise.all([
    hasPermission(scope.permissions, guards['assignments.view']) ? rolesOf(scope, ids) : new Map<string, never[]>(),
    scope.db
      .select({ userId: teamMember.userId, id: team.id, name: team.name })
      .from(teamMember)
      .innerJoin(team, and(eq(team.organizationId, teamMember.organizationId), eq(team.id, teamMember.teamId)))
      .where(and(eq(teamMember.organizationId, scope.organizationId), inArray(teamMember.userId, ids)))
      .orderBy(asc(team.nameKey)),
  ])
  const addresses = seesAddresses(scope)
  const sees = (userId: string) => addresses || userId === scope.user.id
  return rows.map(({ userId, name, email, joinedAt, lastSeenAt, withinMine }) => ({
    userId,
    name,
    email: sees(userId) ? email : null,
    roles: roles.get(userId) ?? [],
    teams: teams.filter((row) => row.userId === userId).map((row) => ({ id: row.id, name: row.name })),
    joinedAt: joinedAt.toISOString(),
    ...(sees(userId) && { lastSeenAt: lastSeenAt?.toISOString() ?? null }),
    withinMine,
  }))
}

const order: readonly string[] = Role.options
const rank = (ref: RoleRef) => (order.includes(ref) ? order.indexOf(ref) : order.length)

/** The roles of these members, built-in ones first. */
async function rolesOf(scope: OrganizationScope, userIds: readonly string[]): Promise<Map<string, RoleRef[]>> {
  const rows = await scope.db
    .select({ userId: memberRole.userId, builtin: memberRole.builtin, roleId: memberRole.roleId })
    .from(memberRole)
    .where(and(eq(memberRole.organizationId, scope.organizationId), inArray(memberRole.userId, [...userIds])))
  const roles = Map.groupBy(rows, (row) => row.userId)
  return new Map(
    [...roles].map(([userId, held]) => [
      userId,
      held
        .flatMap(({ builtin, roleId }): RoleRef[] => (builtin ? [builtin] : roleId ? [roleId] : []))
        .toSorted((a, b) => rank(a) - rank(b)),
    ]),
  )
}

export type FoundMember = { userId: string; name: string; roles: RoleRef[]; withinMine: boolean }

export async function findMember(scope: OrganizationScope, userId: string): Promise<FoundMember | undefined> {
  const [row] = await scope.db
    .select({ userId: member.userId, name: user.name, withinMine: outranked })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(mine(scope), eq(member.userId, userId)))
  return row && { ...row, roles: (await rolesOf(scope, [userId])).get(userId) ?? [] }
}

/** Names of those among these people who are members. */
export async function namesOfMembers(scope: OrganizationScope, userIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await scope.db
    .select({ userId: member.userId, name: user.name })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(mine(scope), inArray(member.userId, [...userIds])))
  return new Map(rows.map((row) => [row.userId, row.name]))
}

const isBuiltin = (ref: RoleRef) => Role.safeParse(ref).success

/** Gives and takes roles. False when no owner would be left. */
export async function changeRoles(
  scope: OrganizationScope,
  userId: string,
  { given, taken }: { given: readonly RoleRef[]; taken: readonly RoleRef[] },
): Promise<boolean> {
  const { organizationId } = scope
  try {
    if (given.length > 0) {
      await scope.db
        .insert(memberRole)
        .values(
          given.map((ref) => ({
            organizationId,
            userId,
            builtin: isBuiltin(ref) ? Role.parse(ref) : null,
            roleId: isBuiltin(ref) ? null : ref,
          })),
        )
        .onConflictDoNothing()
    }
    if (taken.length > 0) {
      await scope.db
        .delete(memberRole)
        .where(and(eq(memberRole.organizationId, organizationId), eq(memberRole.userId, userId), inArray(memberRole.key, [...taken])))
    }
    return true
  } catch (error) {
    if (violates(error, 'last_owner')) return false
    throw error
  }
}

/** Notes that the person of this session is there now. */
export async function noteSeen(scope: OrganizationScope, token: string): Promise<void> {
  await scope.db.execute(sql`select app.note_seen(${token})`)
}

/** Ends a membership with its roles, teams and grants; what the person read stays theirs. False when no owner would be left. */
export async function deleteMember(scope: OrganizationScope, userId: string): Promise<boolean> {
  try {
    await scope.db.delete(member).where(and(mine(scope), eq(member.userId, userId)))
    return true
  } catch (error) {
    if (violates(error, 'last_owner')) return false
    throw error
  }
}
