import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { foldAddress } from '@carrel/auth'
import { newId } from '@carrel/db'
import { decodeCursor, encodeCursor } from '../../cursor.ts'
import type { InstanceScope, UserScope } from '../../scope.ts'
import { Id } from '../../shapes.ts'
import type { InstanceUser, ListUsers, UserPage, UserWorkspace } from './schema.ts'

type UserRow = {
  id: string
  name: string
  email: string
  email_verified: boolean
  created_at: string
  operator: boolean
  banned: boolean
  ban_reason: string | null
  ban_until: string | null
  workspaces: number
  last_seen_at: string | null
  key: string
}

const iso = (moment: string): string => new Date(moment).toISOString()

const userOf = (row: UserRow): InstanceUser => ({
  id: row.id,
  name: row.name,
  email: row.email,
  emailVerified: row.email_verified,
  createdAt: iso(row.created_at),
  operator: row.operator,
  ban: row.banned ? { reason: row.ban_reason, until: row.ban_until && iso(row.ban_until) } : null,
  workspaces: row.workspaces,
  lastSeenAt: row.last_seen_at && iso(row.last_seen_at),
})

/** What a search looks for, as a pattern of LIKE; null for none. */
export const patternOf = (query: string | undefined): string | null => {
  const text = query?.replaceAll('\0', '').trim().toLowerCase()
  return text ? `%${text.replaceAll(/[\\%_]/g, '\\$&')}%` : null
}

/** A page of users by name; null for a cursor that is none of ours. */
export async function listUsers(scope: InstanceScope, input: ListUsers): Promise<UserPage | null> {
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null || (place && !Id.safeParse(place[1]).success)) return null
  const [key, id] = place ?? []
  const rows = [
    ...(await scope.db.execute<UserRow>(
      sql`select * from app.instance_users(${patternOf(input.query)}, ${input.only ?? null}, ${key ?? null}, ${id ?? null}::uuid, ${input.limit + 1}, null, null)`,
    )),
  ]
  const items = rows.slice(0, input.limit)
  const last = items.at(-1)
  return { items: items.map(userOf), nextCursor: rows.length > input.limit && last ? encodeCursor([last.key, last.id]) : null }
}

export async function findUser(scope: InstanceScope, userId: string): Promise<InstanceUser | undefined> {
  const [row] = await scope.db.execute<UserRow>(sql`select * from app.instance_users(null, null, null, null, 1, ${userId}::uuid, null)`)
  return row && userOf(row)
}

export async function findUserByEmail(scope: InstanceScope, email: string): Promise<InstanceUser | undefined> {
  const [row] = await scope.db.execute<UserRow>(
    sql`select * from app.instance_users(null, null, null, null, 1, null, ${foldAddress(email)})`,
  )
  return row && userOf(row)
}

export async function listWorkspacesOfUser(scope: InstanceScope, userId: string): Promise<UserWorkspace[]> {
  const rows = await scope.db.execute<{
    organization_id: string
    name: string
    slug: string
    role: string
    only_owner: boolean
    state: UserWorkspace['state']
  }>(sql`select * from app.instance_workspaces(${userId}::uuid)`)
  return [...rows].map(({ organization_id, only_owner, ...row }) => ({ organizationId: organization_id, onlyOwner: only_owner, ...row }))
}

export async function summarizeSessions(scope: InstanceScope, userId: string) {
  const [row] = await scope.db.execute<{
    live: number
    started_at: string | null
    used_at: string | null
    address: string | null
    user_agent: string | null
    has_password: boolean
  }>(sql`select * from app.instance_sessions(${userId}::uuid)`)
  return {
    sessions: row?.live ?? 0,
    hasPassword: row?.has_password ?? false,
    lastSession:
      row?.started_at && row.used_at
        ? { startedAt: iso(row.started_at), usedAt: iso(row.used_at), address: row.address, userAgent: row.user_agent }
        : null,
  }
}

/** The id of the new user; null when the address belongs to somebody. */
export async function insertUser(
  scope: InstanceScope,
  user: { name: string; email: string; passwordHash: string | null; operator?: boolean },
): Promise<string | null> {
  const id = newId()
  const [row] = await scope.db.execute<{ made: boolean }>(
    sql`select app.create_user(${id}::uuid, ${newId()}::uuid, ${user.name}, ${foldAddress(user.email)}, ${user.passwordHash}, ${user.operator ?? false}) as made`,
  )
  return row?.made ? id : null
}

export type UserOutcome = 'done' | 'unknown' | 'yourself' | 'last-operator' | 'last-owner' | 'operator' | 'banned'
const outcomeOf = async (scope: InstanceScope, call: ReturnType<typeof sql>): Promise<UserOutcome> => {
  const [row] = await scope.db.execute<{ outcome: UserOutcome }>(sql`select ${call} as outcome`)
  return row?.outcome ?? 'unknown'
}

/** Ends their sessions too, and those they opened in others' places. */
export const banUser = (scope: InstanceScope, userId: string, reason: string, until: string | null): Promise<UserOutcome> =>
  outcomeOf(scope, sql`app.ban_user(${userId}::uuid, ${reason}, ${until}::timestamptz)`)

export const unbanUser = (scope: InstanceScope, userId: string): Promise<UserOutcome> =>
  outcomeOf(scope, sql`app.unban_user(${userId}::uuid)`)

export const setOperator = (scope: InstanceScope, userId: string, operator: boolean): Promise<UserOutcome> =>
  outcomeOf(scope, sql`app.set_operator(${userId}::uuid, ${operator})`)

export const deleteUser = (scope: InstanceScope, userId: string): Promise<UserOutcome> =>
  outcomeOf(scope, sql`app.delete_user(${userId}::uuid)`)

/** How many there were. */
export async function endSessionsOfUser(scope: InstanceScope, userId: string): Promise<number> {
  const [row] = await scope.db.execute<{ ended: number }>(sql`select app.end_sessions(${userId}::uuid) as ended`)
  return row?.ended ?? 0
}

/** Sets a password and ends the sessions. */
export async function setPassword(scope: InstanceScope, userId: string, passwordHash: string): Promise<void> {
  await scope.db.execute(sql`select app.set_password(${userId}::uuid, ${newId()}::uuid, ${passwordHash})`)
}

/** Keeps a token by which a password is set, as Better Auth's `/reset-password` looks for it. */
export async function insertPasswordToken(
  scope: InstanceScope,
  userId: string,
  { token, expiresAt }: { token: string; expiresAt: Date },
): Promise<void> {
  const identifier = createHash('sha256').update(`reset-password:${token}`).digest('base64url')
  await scope.db.execute(
    sql`select app.password_token(${userId}::uuid, ${newId()}::uuid, ${identifier}, ${expiresAt.toISOString()}::timestamptz)`,
  )
}

/** Opens a session in the user's place, and writes that down in their workspaces and in the instance's log. */
export function insertImpersonation(
  scope: InstanceScope,
  input: { userId: string; token: string; reason: string; until: Date; userAgent: string | null },
): Promise<UserOutcome> {
  const { userId, token, reason, until, userAgent } = input
  return outcomeOf(
    scope,
    sql`app.impersonate(${userId}::uuid, ${newId()}::uuid, ${token}, ${reason}, ${until.toISOString()}::timestamptz,
      ${scope.address}, ${userAgent}, ${newId()}::uuid)`,
  )
}

/**
 * Ends the session in which an operator acts in somebody's place, and writes that down. True when `ownToken` is a live
 * session of that operator.
 */
export async function endImpersonation(scope: UserScope, ownToken: string | null): Promise<boolean> {
  const [row] = await scope.db.execute<{ restored: boolean }>(
    sql`select app.stop_impersonating(${scope.sessionId}::uuid, ${ownToken}, ${scope.address}, ${newId()}::uuid) as restored`,
  )
  return row?.restored ?? false
}
