import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lte, ne, or, sql, type SQL } from 'drizzle-orm'
import { Role } from '@carrel/auth'
import { newId } from '@carrel/db'
import { admission, invitation, invitationToken, joinLink, mail, member, user } from '@carrel/db/schema'
import { mailLanguageOf, type MailLanguage } from '@carrel/mail'
import { decodeCursor, encodeCursor, isMoment } from '../cursor.ts'
import type { RoleRef } from '../roles/schema.ts'
import type { OrganizationScope, UserScope, VisitorScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import type { Gifts, Invitation, InvitationPage, JoinLink, ListInvitations, OwnInvitation } from './schema.ts'

const dayMs = 86_400_000

/** Those of these addresses, all in lower case, whose people are members. */
export async function findMemberAddresses(scope: OrganizationScope, emails: readonly string[]): Promise<Set<string>> {
  const rows = await scope.db
    .select({ email: user.email })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(and(eq(member.organizationId, scope.organizationId), inArray(sql`lower(${user.email})`, [...emails])))
  return new Set(rows.map((row) => row.email.toLowerCase()))
}

/** The id of a new invitation; null when one is pending for the address. */
export async function insertInvitation(
  scope: OrganizationScope,
  input: { email: string; days: number; gifts: Gifts },
): Promise<{ id: string; expiresAt: Date } | null> {
  const id = newId()
  const { organizationId } = scope
  const expiresAt = new Date(Date.now() + input.days * dayMs)
  await endExpired(scope, input.email)
  const role = input.gifts.roles.flatMap((ref) => Role.safeParse(ref).data ?? [])[0] ?? 'guest'
  const [row] = await scope.db
    .insert(invitation)
    .values({ id, organizationId, email: input.email, role, expiresAt, inviterId: scope.user.id })
    .onConflictDoNothing({ target: [invitation.organizationId, invitation.email], where: sql`status = 'pending'` })
    .returning({ id: invitation.id })
  if (!row) return null
  await insertGifts(scope, { invitationId: id, joinLinkId: null }, input.gifts)
  return { id, expiresAt }
}

/** An expired invitation no longer stands in the way of a new one. */
async function endExpired(scope: OrganizationScope, email: string): Promise<void> {
  await scope.db
    .update(invitation)
    .set({ status: 'canceled', endedAt: sql`${invitation.expiresAt}` })
    .where(
      and(
        eq(invitation.organizationId, scope.organizationId),
        eq(invitation.email, email),
        eq(invitation.status, 'pending'),
        sql`${invitation.expiresAt} <= now()`,
      ),
    )
}

async function insertGifts(
  { db, organizationId }: OrganizationScope,
  of: { invitationId: string; joinLinkId: null } | { invitationId: null; joinLinkId: string },
  { roles, teamIds, libraries }: Gifts,
): Promise<void> {
  const nothing = { builtin: null, roleId: null, teamId: null, libraryId: null, level: null }
  const row = (gift: Partial<typeof admission.$inferInsert>) => ({ ...nothing, ...gift, ...of, organizationId, id: newId() })
  await db
    .insert(admission)
    .values([
      ...roles.map((ref) => row(Role.safeParse(ref).success ? { builtin: Role.parse(ref) } : { roleId: ref })),
      ...teamIds.map((teamId) => row({ teamId })),
      ...libraries.map((library) => row(library)),
    ])
}

export async function insertToken(scope: OrganizationScope, invitationId: string, hash: Buffer, channel: 'mail' | 'link'): Promise<void> {
  await scope.db.insert(invitationToken).values({ organizationId: scope.organizationId, hash, invitationId, channel })
}

type GiftRow = {
  builtin: Role | null
  roleId: string | null
  teamId: string | null
  libraryId: string | null
  level: 'viewer' | 'contributor' | 'editor' | 'manager' | null
}
const toGifts = (rows: readonly GiftRow[]): Gifts => ({
  roles: rows.flatMap(({ builtin, roleId }): RoleRef[] => (builtin ? [builtin] : roleId ? [roleId] : [])),
  teamIds: rows.flatMap(({ teamId }) => teamId ?? []),
  libraries: rows.flatMap(({ libraryId, level }) => (libraryId && level ? [{ libraryId, level }] : [])),
})

async function giftsBy(
  scope: OrganizationScope,
  column: typeof admission.invitationId,
  ids: readonly string[],
): Promise<Map<string | null, Gifts>> {
  const rows = await scope.db
    .select({
      of: column,
      builtin: admission.builtin,
      roleId: admission.roleId,
      teamId: admission.teamId,
      libraryId: admission.libraryId,
      level: admission.level,
    })
    .from(admission)
    .where(and(eq(admission.organizationId, scope.organizationId), inArray(column, [...ids])))
    .orderBy(asc(admission.id))
  return new Map([...Map.groupBy(rows, (row) => row.of)].map(([of, own]) => [of, toGifts(own)]))
}

const none: Gifts = { roles: [], teamIds: [], libraries: [] }
const states: Record<string, Invitation['state']> = { accepted: 'accepted', rejected: 'declined', canceled: 'revoked' }

/** A page of invitations, newest first; null for a cursor that is none of ours. */
export async function listInvitations(scope: OrganizationScope, input: ListInvitations): Promise<InvitationPage | null> {
  const place = input.cursor === undefined ? undefined : decodeCursor(input.cursor, 2)
  if (place === null || (place && (!Id.safeParse(place[1]).success || !isMoment(place[0])))) return null
  const after: SQL | undefined = place && sql`(${invitation.createdAt}, ${invitation.id}) < (${place[0]}::timestamptz, ${place[1]}::uuid)`
  const rows = await scope.db
    .select({
      id: invitation.id,
      email: invitation.email,
      inviter: user.name,
      createdAt: invitation.createdAt,
      expiresAt: invitation.expiresAt,
      status: invitation.status,
      endedAt: invitation.endedAt,
      endReason: invitation.endReason,
    })
    .from(invitation)
    .leftJoin(user, eq(user.id, invitation.inviterId))
    .where(
      and(
        eq(invitation.organizationId, scope.organizationId),
        input.pending
          ? and(eq(invitation.status, 'pending'), gt(invitation.expiresAt, sql`now()`))
          : or(ne(invitation.status, 'pending'), lte(invitation.expiresAt, sql`now()`)),
        after,
      ),
    )
    .orderBy(desc(invitation.createdAt), desc(invitation.id))
    .limit(input.limit + 1)
  const page = rows.slice(0, input.limit)
  const ids = page.map((row) => row.id)
  const [gifts, mails] = ids.length > 0 ? await Promise.all([giftsBy(scope, admission.invitationId, ids), lastMails(scope, ids)]) : []
  const last = page.at(-1)
  return {
    items: page.map(({ status, createdAt, expiresAt, endedAt, ...row }) => {
      const state = states[status] ?? (expiresAt.getTime() <= Date.now() ? 'expired' : 'pending')
      return {
        ...row,
        ...(gifts?.get(row.id) ?? none),
        createdAt: createdAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
        state,
        endedAt: (state === 'expired' ? expiresAt : endedAt)?.toISOString() ?? null,
        mail: mails?.get(row.id) ?? null,
      }
    }),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
  }
}

async function lastMails(
  scope: OrganizationScope,
  invitationIds: readonly string[],
): Promise<Map<string, NonNullable<Invitation['mail']>>> {
  const rows = await scope.db
    .selectDistinctOn([mail.invitationId], {
      invitationId: mail.invitationId,
      state: mail.state,
      attempts: mail.attempts,
      answer: mail.answer,
      createdAt: mail.createdAt,
      sentAt: mail.sentAt,
    })
    .from(mail)
    .where(and(eq(mail.organizationId, scope.organizationId), inArray(mail.invitationId, [...invitationIds])))
    .orderBy(mail.invitationId, desc(mail.createdAt), desc(mail.id))
  return new Map(
    rows.map(({ invitationId, createdAt, sentAt, ...row }) => [invitationId ?? '', { ...row, at: (sentAt ?? createdAt).toISOString() }]),
  )
}

/** In which the last mail of an invitation was written. */
export async function findMailLanguage(scope: OrganizationScope, invitationId: string): Promise<MailLanguage | undefined> {
  const [row] = await scope.db
    .select({ language: mail.language })
    .from(mail)
    .where(and(eq(mail.organizationId, scope.organizationId), eq(mail.invitationId, invitationId)))
    .orderBy(desc(mail.createdAt), desc(mail.id))
    .limit(1)
  return row && mailLanguageOf(row.language)
}

export type PendingInvitation = { id: string; email: string; gifts: Gifts }

export async function findPendingInvitation(scope: OrganizationScope, invitationId: string): Promise<PendingInvitation | undefined> {
  const [row] = await scope.db
    .select({ id: invitation.id, email: invitation.email })
    .from(invitation)
    .where(and(eq(invitation.organizationId, scope.organizationId), eq(invitation.id, invitationId), eq(invitation.status, 'pending')))
  return row && { ...row, gifts: (await giftsBy(scope, admission.invitationId, [row.id])).get(row.id) ?? none }
}

/** True when it was pending until now. */
export async function revokeInvitation(scope: OrganizationScope, invitationId: string): Promise<boolean> {
  const rows = await scope.db
    .update(invitation)
    .set({ status: 'canceled', endedAt: new Date() })
    .where(and(eq(invitation.organizationId, scope.organizationId), eq(invitation.id, invitationId), eq(invitation.status, 'pending')))
    .returning({ id: invitation.id })
  return rows.length > 0
}

/** Lets a pending invitation live for so many days from now. */
export async function prolongInvitation(scope: OrganizationScope, invitationId: string, days: number): Promise<Date> {
  const expiresAt = new Date(Date.now() + days * dayMs)
  await scope.db
    .update(invitation)
    .set({ expiresAt })
    .where(and(eq(invitation.organizationId, scope.organizationId), eq(invitation.id, invitationId), eq(invitation.status, 'pending')))
  return expiresAt
}

export async function insertJoinLink(
  scope: OrganizationScope,
  input: { hash: Buffer; maxUses: number | null; days: number | null; gifts: Gifts },
): Promise<string> {
  const id = newId()
  await scope.db.insert(joinLink).values({
    organizationId: scope.organizationId,
    id,
    tokenHash: input.hash,
    createdBy: scope.user.id,
    maxUses: input.maxUses,
    expiresAt: input.days === null ? null : new Date(Date.now() + input.days * dayMs),
  })
  await insertGifts(scope, { invitationId: null, joinLinkId: id }, input.gifts)
  return id
}

/** Links that nobody revoked, newest first; of those that the server ended the ones of the last thirty days. */
export async function listJoinLinks(scope: OrganizationScope): Promise<JoinLink[]> {
  const rows = await scope.db
    .select()
    .from(joinLink)
    .where(
      and(
        eq(joinLink.organizationId, scope.organizationId),
        or(isNull(joinLink.revokedAt), and(isNotNull(joinLink.endReason), sql`${joinLink.revokedAt} > now() - interval '30 days'`)),
      ),
    )
    .orderBy(desc(joinLink.createdAt), desc(joinLink.id))
    .limit(200)
  const gifts =
    rows.length > 0
      ? await giftsBy(
          scope,
          admission.joinLinkId,
          rows.map((row) => row.id),
        )
      : undefined
  return rows.map(({ id, createdAt, expiresAt, maxUses, uses, revokedAt, endReason }) => ({
    id,
    ...(gifts?.get(id) ?? none),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    maxUses,
    uses,
    endReason,
    open: revokedAt === null && (maxUses === null || uses < maxUses) && (expiresAt === null || expiresAt.getTime() > Date.now()),
  }))
}

/** True when it could be used until now. */
export async function revokeJoinLink(scope: OrganizationScope, joinLinkId: string): Promise<boolean> {
  const rows = await scope.db
    .update(joinLink)
    .set({ revokedAt: new Date() })
    .where(and(eq(joinLink.organizationId, scope.organizationId), eq(joinLink.id, joinLinkId), isNull(joinLink.revokedAt)))
    .returning({ id: joinLink.id })
  return rows.length > 0
}

type OpeningRow = {
  organizationId: string
  organizationName: string
  slug: string
  inviterName: string
  joinLinkId: string | null
  email: string | null
  expiresAt: Date | null
  state: 'open' | 'expired' | 'ended'
}

/** What a token opens, to whomever holds it; undefined for an unknown one. Needs no scope: the token is the right. */
export async function findOpening(scope: UserScope | VisitorScope, hash: Buffer): Promise<OpeningRow | undefined> {
  const [row] = await scope.db.execute<OpeningRow>(sql`
    select organization_id as "organizationId", organization_name as "organizationName", organization_slug as slug,
      inviter_name as "inviterName", join_link_id as "joinLinkId", email, expires_at as "expiresAt", state
    from app.open_token(${hash}) where organization_id is not null`)
  return row
}

/** The workspace into which the user came by this token, which opens nothing any more. */
export async function findArrival(scope: UserScope, hash: Buffer): Promise<{ organizationId: string; slug: string } | undefined> {
  const [row] = await scope.db.execute<{ organizationId: string; slug: string }>(
    sql`select organization_id as "organizationId", slug from app.came_by(${hash})`,
  )
  return row
}

type OwnRow = Omit<OwnInvitation, 'expiresAt'> & { expiresAt: Date }

/** Invitations that wait for the user; none while their address is not confirmed. */
export async function listOwnInvitations(scope: UserScope): Promise<OwnInvitation[]> {
  const rows = await scope.db.execute<OwnRow>(sql`
    select invitation_id as id, organization_name as "organizationName", inviter_name as "inviterName",
      builtin_roles as "builtinRoles", own_roles as "ownRoles", expires_at as "expiresAt"
    from app.own_invitations()`)
  return [...rows].map((row) => ({ ...row, expiresAt: new Date(row.expiresAt).toISOString() }))
}

export async function acceptOwn(
  scope: UserScope,
  invitationId: string,
): Promise<{ outcome: JoinOutcome; organizationId: string; slug: string } | undefined> {
  const [row] = await scope.db.execute<{ outcome: JoinOutcome; organizationId: string; slug: string }>(sql`
    select outcome, organization_id as "organizationId", slug
    from app.accept_own(${invitationId}::uuid, ${newId()}::uuid, ${newId()}::uuid)`)
  return row
}

/** The organization whose invitation the user declined; null when none was pending for them. */
export async function declineOwn(scope: UserScope, invitationId: string): Promise<string | null> {
  const [row] = await scope.db.execute<{ organizationId: string | null }>(
    sql`select app.decline_own(${invitationId}::uuid) as "organizationId"`,
  )
  return row?.organizationId ?? null
}

type JoinOutcome = 'joined' | 'member' | 'other-address' | 'account-exists' | 'expired' | 'ended' | null

export async function joinByToken(scope: UserScope, hash: Buffer): Promise<JoinOutcome> {
  const [row] = await scope.db.execute<{ outcome: JoinOutcome }>(
    sql`select app.join(${hash}, ${newId()}::uuid, ${newId()}::uuid) as outcome`,
  )
  return row?.outcome ?? null
}

export async function signUpByToken(
  scope: VisitorScope,
  hash: Buffer,
  person: { name: string; email: string | null; passwordHash: string },
): Promise<JoinOutcome> {
  const [row] = await scope.db.execute<{ outcome: JoinOutcome }>(sql`
    select app.sign_up_by_token(${hash}, ${newId()}::uuid, ${newId()}::uuid, ${newId()}::uuid, ${newId()}::uuid,
      ${person.name}, ${person.email}, ${person.passwordHash}) as outcome`)
  return row?.outcome ?? null
}

export async function declineByToken(scope: VisitorScope, hash: Buffer): Promise<void> {
  await scope.db.execute(sql`select app.decline(${hash})`)
}
