import * as z from 'zod'
import { Level, Role } from '@carrel/auth/catalogue'
import { limits } from '../limits.ts'
import { RoleRef } from '../roles/schema.ts'
import { Cursor, Id, Name, PageSize, Timestamp } from '../shapes.ts'

/** What somebody gets on joining. */
const gifts = {
  roles: z
    .array(RoleRef)
    .min(1)
    .max(20)
    .transform((roles) => [...new Set(roles)]),
  teamIds: z
    .array(Id)
    .max(20)
    .transform((teams) => [...new Set(teams)])
    .default([]),
  libraries: z
    .array(z.object({ libraryId: Id, level: Level }))
    .max(50)
    .refine((given) => new Set(given.map(({ libraryId }) => libraryId)).size === given.length, 'A library is named twice.')
    .default([]),
}
export type Gifts = { roles: RoleRef[]; teamIds: string[]; libraries: { libraryId: string; level: Level }[] }

/** The secret part of a link: 256 random bits, base64url. */
export const Token = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
export const WithToken = z.object({ token: Token })

export const CreateInvitations = z.object({
  ...gifts,
  /** As they were typed or pasted, one each. */
  emails: z.array(z.string().trim().min(1).max(254)).min(1).max(100),
  language: z.enum(['en', 'ja']).default('en'),
  /** Days until they expire. */
  days: z.number().int().min(1).max(30).default(7),
})
export type CreateInvitations = z.infer<typeof CreateInvitations>

export const InvitedAddress = z.object({
  email: z.string(),
  outcome: z.enum(['invited', 'already-invited', 'already-member', 'no-address']),
  invitationId: Id.nullable(),
})
export type InvitedAddress = z.infer<typeof InvitedAddress>
export const CreatedInvitations = z.object({
  results: z.array(InvitedAddress),
  /** False: no mail is sent, so the links are to be passed on. */
  mailed: z.boolean(),
})

/** Why the server itself ended it: the inviter left, or may no longer give what it gives. */
export const EndReason = z.enum(['inviter-left', 'rights-lost'])

export const Invitation = z.object({
  id: Id,
  email: z.string(),
  roles: z.array(RoleRef),
  teamIds: z.array(Id),
  libraries: z.array(z.object({ libraryId: Id, level: Level })),
  inviter: z.string().nullable(),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  state: z.enum(['pending', 'expired', 'accepted', 'declined', 'revoked']),
  /** When it was accepted, declined or revoked, or ran out; null while it is pending. */
  endedAt: Timestamp.nullable(),
  endReason: EndReason.nullable(),
  /** The last mail of it; null when none was to be sent. */
  mail: z
    .object({ state: z.enum(['queued', 'sent', 'failed']), attempts: z.number().int(), answer: z.string().nullable(), at: Timestamp })
    .nullable(),
})
export type Invitation = z.infer<typeof Invitation>

export const ListInvitations = z.object({
  /** Those that can still be accepted, or those that no longer can. */
  pending: z.stringbool().or(z.boolean()).default(true),
  cursor: Cursor.optional(),
  limit: PageSize.default(50),
})
export type ListInvitations = z.infer<typeof ListInvitations>
export const InvitationPage = z.object({ items: z.array(Invitation), nextCursor: Cursor.nullable() })
export type InvitationPage = z.infer<typeof InvitationPage>

export const InvitationId = z.object({ invitationId: Id })
/** Where the link leads, below the address of the server. */
export const LinkPath = z.object({ path: z.string() })

export const CreateJoinLink = z.object({
  ...gifts,
  maxUses: z.number().int().min(1).max(10_000).nullable(),
  days: z.number().int().min(1).max(365).nullable(),
})
export type CreateJoinLink = z.infer<typeof CreateJoinLink>
export const JoinLink = z.object({
  id: Id,
  roles: z.array(RoleRef),
  teamIds: z.array(Id),
  libraries: z.array(z.object({ libraryId: Id, level: Level })),
  createdAt: Timestamp,
  expiresAt: Timestamp.nullable(),
  maxUses: z.number().int().nullable(),
  uses: z.number().int(),
  open: z.boolean(),
  /** Of a link that the server ended, which is told for thirty days. */
  endReason: EndReason.nullable(),
})
export type JoinLink = z.infer<typeof JoinLink>
export const JoinLinkId = z.object({ joinLinkId: Id })

/** What the page of a link shows. */
export const Opening = z.object({
  /** `ended`: accepted, declined, revoked or used up. */
  state: z.enum(['open', 'expired', 'ended']),
  kind: z.enum(['invitation', 'join-link']),
  organizationName: z.string(),
  /** The picture itself, as a data URL: whoever holds the token is no member yet. */
  logo: z.string().nullable(),
  inviterName: z.string(),
  /** Null for a join link, which is for any address. */
  email: z.string().nullable(),
  expiresAt: Timestamp.nullable(),
  /** The workspace, for somebody who is in it and came by this link, which has ended since. */
  arrived: z.object({ slug: z.string() }).nullable(),
  /** False when no account can be made here: only people who have one can join. */
  signUp: z.boolean(),
})
export type Opening = z.infer<typeof Opening>

export const Joined = z.object({
  organizationId: Id,
  slug: z.string(),
  /** False for somebody who was a member already. */ joined: z.boolean(),
})

/** An invitation to the reader's own address. */
export const OwnInvitation = z.object({
  id: Id,
  organizationName: z.string(),
  inviterName: z.string(),
  builtinRoles: z.array(Role),
  /** Names of roles that the workspace made for itself. */
  ownRoles: z.array(z.string()),
  expiresAt: Timestamp,
})
export type OwnInvitation = z.infer<typeof OwnInvitation>
export const OwnInvitations = z.object({
  /** False: nothing is told until the address is confirmed. */
  verified: z.boolean(),
  items: z.array(OwnInvitation),
})

export const SignUpByToken = z.object({
  token: Token,
  name: Name,
  /** For a join link; an invitation has its own. */
  email: z.email().max(254).optional(),
  password: z.string().min(limits.passwordLength.min).max(limits.passwordLength.max),
})
