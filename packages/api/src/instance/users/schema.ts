import * as z from 'zod'
import { limits } from '../../limits.ts'
import { Email, Password } from '../../setup/schema.ts'
import { Cursor, Id, Name, PageSize, Reason, Timestamp } from '../../shapes.ts'

export const InstanceUser = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  createdAt: Timestamp,
  operator: z.boolean(),
  /** Null for who may sign in; a ban that ended by itself is none. */
  ban: z.object({ reason: z.string().nullable(), until: Timestamp.nullable() }).nullable(),
  /** How many workspaces they belong to. */
  workspaces: z.number().int(),
  /** When one of their live sessions was used last, to a day. */
  lastSeenAt: Timestamp.nullable(),
})
export type InstanceUser = z.infer<typeof InstanceUser>

export const ListUsers = z.object({
  /** Part of a name or an address. */
  query: z.string().max(limits.queryLength).optional(),
  only: z.enum(['banned', 'operators']).optional(),
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListUsers = z.infer<typeof ListUsers>

/** By name. */
export const UserPage = z.object({ items: z.array(InstanceUser), nextCursor: Cursor.nullable() })
export type UserPage = z.infer<typeof UserPage>

export const UserId = z.object({ userId: Id })

export const UserWorkspace = z.object({
  organizationId: Id,
  name: z.string(),
  slug: z.string(),
  /** The highest built-in role they hold there. */
  role: z.string(),
  /** True where nobody else is owner: their account cannot be deleted. */
  onlyOwner: z.boolean(),
  state: z.enum(['open', 'suspended', 'deleted']),
})
export type UserWorkspace = z.infer<typeof UserWorkspace>

export const UserDetail = InstanceUser.omit({ workspaces: true }).extend({
  /** By name. */
  workspaces: z.array(UserWorkspace),
  /** Live ones. */
  sessions: z.number().int(),
  lastSession: z
    .object({ startedAt: Timestamp, usedAt: Timestamp, address: z.string().nullable(), userAgent: z.string().nullable() })
    .nullable(),
  /** False for who has not set a password yet. */
  hasPassword: z.boolean(),
  /** True for the reader. */
  self: z.boolean(),
})
export type UserDetail = z.infer<typeof UserDetail>

export const CreateUser = z.object({
  name: Name,
  email: Email,
  /** Absent: they set one themselves, by a mail or, where the server sends none, by a link to hand over. */
  password: Password.optional(),
})
export type CreateUser = z.infer<typeof CreateUser>

/** How somebody sets a password themselves. */
export const PasswordLink = z.object({
  /** True: it goes out by mail. False: `path` is to be handed over. */
  mailed: z.boolean(),
  /** Below the server's address; told this once. Null when it was mailed. */
  path: z.string().nullable(),
  expiresAt: Timestamp,
})
export type PasswordLink = z.infer<typeof PasswordLink>

/** `link` is null when a password was given. */
export const CreatedUser = z.object({ userId: Id, link: PasswordLink.nullable() })

export const BanUser = UserId.extend({
  reason: Reason,
  /** In the future; absent or null: until somebody ends the ban. */
  until: Timestamp.nullable().optional(),
})
export type BanUser = z.infer<typeof BanUser>

export const Impersonate = UserId.extend({ reason: Reason, minutes: z.number().int().min(1).max(limits.supportMinutes).default(30) })
export type Impersonate = z.infer<typeof Impersonate>
export const Impersonation = z.object({ until: Timestamp })

/** Told with LAST_OWNER. */
export const OwnedAlone = z.object({ organizations: z.array(z.object({ organizationId: Id, name: z.string() })) })

export const EndedSessions = z.object({ ended: z.number().int() })

/** False: one's own session has ended meanwhile, and one signs in again. */
export const StoppedImpersonating = z.object({ restored: z.boolean() })
