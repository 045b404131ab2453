import * as z from 'zod'
import { AnyPermission } from '@carrel/auth/catalogue'
import { limits } from '../limits.ts'
import { Id, Name, Timestamp } from '../shapes.ts'

export const Membership = z.object({
  organizationId: Id,
  name: z.string(),
  slug: z.string(),
  /** Changes with the picture; null without one. */
  logo: z.string().nullable(),
  role: z.string(),
  permissions: z.array(AnyPermission),
})
export type Membership = z.infer<typeof Membership>

/** Where somebody is signed in. */
export const Session = z.object({
  id: Id,
  current: z.boolean(),
  createdAt: Timestamp,
  /** When it was used last, to a day. */
  usedAt: Timestamp,
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** Opened by the operator in the user's place. */
  impersonated: z.boolean(),
})
export type Session = z.infer<typeof Session>

export const UpdateProfile = z.object({ name: Name })
export const ChangePassword = z.object({
  current: z.string().min(1).max(limits.passwordLength.max),
  next: z.string().min(limits.passwordLength.min).max(limits.passwordLength.max),
})
export type ChangePassword = z.infer<typeof ChangePassword>

export const ChangeEmail = z.object({
  email: z.email().max(254),
  /** The account's. */
  password: z.string().min(1).max(limits.passwordLength.max),
})
export type ChangeEmail = z.infer<typeof ChangeEmail>

/** What became of a link that was mailed to an address. */
export const ConfirmedEmail = z.object({
  email: z.string(),
  /** True when it took the place of another: then sessions elsewhere ended. */
  changed: z.boolean(),
})
export type ConfirmedEmail = z.infer<typeof ConfirmedEmail>

/** Who is signed in, and the workspaces they belong to, by name. */
export const Account = z.object({
  user: z.object({
    id: Id,
    name: z.string(),
    email: z.string(),
    /** True when a link that was mailed to the address was opened. */
    emailVerified: z.boolean(),
    /** True for the operator of the instance. */
    operator: z.boolean(),
  }),
  memberships: z.array(Membership),
  /** Workspaces of theirs that were deleted and can still be opened again. */
  deleted: z.array(z.object({ organizationId: Id, name: z.string(), deletedAt: Timestamp })),
  /** Workspaces of theirs that the operator of the server closed; nobody enters them until they are opened again. */
  suspended: z.array(
    z.object({ organizationId: Id, name: z.string(), slug: z.string(), reason: z.string().nullable(), suspendedAt: Timestamp }),
  ),
  /** Set while an operator acts in this person's place. */
  impersonation: z.object({ until: Timestamp }).nullable(),
  /** The workspace to open first: the last one used, if it is still theirs. */
  lastOrganizationId: Id.nullable(),
})
export type Account = z.infer<typeof Account>
