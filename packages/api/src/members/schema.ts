import * as z from 'zod'
import { limits } from '../limits.ts'
import { RoleRef } from '../roles/schema.ts'
import { Cursor, Id, PageSize, Timestamp } from '../shapes.ts'

export const Member = z.object({
  userId: Id,
  name: z.string(),
  /** Null for readers who neither remove members nor give roles. */
  email: z.string().nullable(),
  roles: z.array(RoleRef),
  teams: z.array(z.object({ id: Id, name: z.string() })),
  joinedAt: Timestamp,
  /** To five minutes; null for somebody who was never there. Absent for readers who do not see addresses. */
  lastSeenAt: Timestamp.nullable().optional(),
  /** False for somebody whose rights go beyond the reader's: they may not change or remove them. */
  withinMine: z.boolean(),
})
export type Member = z.infer<typeof Member>

export const ListMembers = z.object({
  /** Part of a name, or of an address for those who see addresses. */
  query: z.string().max(limits.queryLength).optional(),
  role: RoleRef.optional(),
  teamId: Id.optional(),
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListMembers = z.infer<typeof ListMembers>

export const MemberPage = z.object({ items: z.array(Member), total: z.number().int(), nextCursor: Cursor.nullable() })
export type MemberPage = z.infer<typeof MemberPage>

export const SetRoles = z.object({ userId: Id, roles: z.array(RoleRef).min(1).max(20) })
