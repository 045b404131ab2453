import { ORPCError } from '@orpc/server'
import { hashPassword, inPasswordTurn, isAddressTaken, levelPermissions, type Permission } from '@carrel/auth'
import type { MailTemplate } from '@carrel/mail'
import * as z from 'zod'
import { isEmailVerified } from '../account/queries.ts'
import { record } from '../audit/queries.ts'
import type { Deps } from '../deps.ts'
import { badCursor, notFound } from '../errors.ts'
import { announce, announceChanged } from '../events/queries.ts'
import { findRightsInLibrary } from '../grants/queries.ts'
import { queueMail } from '../mail/queries.ts'
import { allowed, allowedInPerson, open, ownAccount, requireWithin, signedIn } from '../procedures.ts'
import { permissionsOfRoles, roleNames } from '../roles/queries.ts'
import { logoKey } from '../organizations/logo.ts'
import { findLogoOfToken, getOrganization, rememberOrganization } from '../organizations/queries.ts'
import { asUser, asVisitor, type OrganizationScope } from '../scope.ts'
import { findTeam, sharesLikeTeam } from '../teams/queries.ts'
import {
  acceptOwn,
  declineByToken,
  declineOwn,
  findArrival,
  findMailLanguage,
  findMemberAddresses,
  findOpening,
  findPendingInvitation,
  insertInvitation,
  insertJoinLink,
  insertToken,
  joinByToken,
  listInvitations,
  listJoinLinks,
  listOwnInvitations,
  prolongInvitation,
  revokeInvitation,
  revokeJoinLink,
  signUpByToken,
  type PendingInvitation,
} from './queries.ts'
import {
  CreatedInvitations,
  CreateInvitations,
  CreateJoinLink,
  InvitationId,
  InvitationPage,
  Joined,
  JoinLink,
  JoinLinkId,
  LinkPath,
  ListInvitations,
  Opening,
  OwnInvitations,
  SignUpByToken,
  WithToken,
  type Gifts,
} from './schema.ts'
import { signInAddress } from './address.ts'
import { joinPath, newToken, tokenHash } from './token.ts'

const resentDays = 7

/** Nobody invites to more than they could give themselves. */
async function requireGifts(scope: OrganizationScope, { roles, teamIds, libraries }: Gifts): Promise<void> {
  const given = await permissionsOfRoles(scope, roles)
  if (!given) throw notFound('role')
  requireWithin(scope.permissions, given)
  for (const teamId of teamIds) {
    if (!(await findTeam(scope, teamId))) throw notFound('team')
    if (!(await sharesLikeTeam(scope, teamId)))
      throw new ORPCError('FORBIDDEN', { message: 'This team has libraries that you may not share.' })
  }
  for (const { libraryId, level } of libraries) {
    const rights = await findRightsInLibrary(scope, libraryId)
    if (!rights) throw notFound('library')
    requireWithin(rights.held, ['library:share', ...levelPermissions[level]] satisfies Permission[])
  }
}

/** Writes a fresh link into a mail; the old ones work as well until the invitation ends. */
async function mailInvitation(
  scope: OrganizationScope,
  deps: Deps,
  to: { id: string; email: string; gifts: Gifts; expiresAt: Date; language: 'en' | 'ja' },
): Promise<void> {
  const { mailLinks, secret } = deps.settings
  if (mailLinks === null) return
  const token = newToken()
  await insertToken(scope, to.id, tokenHash(token), 'mail')
  const template: MailTemplate = {
    kind: 'invitation',
    organizationName: (await getOrganization(scope)).name,
    inviterName: scope.user.name,
    roles: await roleNames(scope, to.gifts.roles),
    link: mailLinks + joinPath(token),
    expiresAt: to.expiresAt,
  }
  await queueMail(scope, { jobs: deps.jobs, secret }, { template, recipient: to.email, language: to.language, invitationId: to.id })
}

async function getPending(scope: OrganizationScope, invitationId: string): Promise<PendingInvitation> {
  const found = await findPendingInvitation(scope, invitationId)
  if (!found) throw notFound('invitation')
  return found
}

export const invitations = {
  list: allowed('invitation:read')
    .route({
      method: 'GET',
      path: '/invitations',
      tags: ['invitations'],
      summary: 'Invitations, newest first, with what became of their mails',
    })
    .input(ListInvitations)
    .output(InvitationPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listInvitations(scope, input)
      if (!page) throw badCursor()
      return page
    }),

  create: allowedInPerson('invitation:create')
    .route({
      method: 'POST',
      path: '/invitations',
      tags: ['invitations'],
      summary: 'Invite people by their addresses to what you could give them yourself',
    })
    .input(CreateInvitations)
    .output(CreatedInvitations)
    .handler(async ({ context: { scope, deps }, input }) => {
      const gifts: Gifts = { roles: input.roles, teamIds: input.teamIds, libraries: input.libraries }
      await requireGifts(scope, gifts)
      await deps.limits.take('invitations', scope.user.id)
      const emails = [...new Set(input.emails.map((email) => signInAddress(email) ?? email))]
      const members = await findMemberAddresses(scope, emails)
      const results: z.input<typeof CreatedInvitations>['results'] = []
      for (const email of emails) {
        if (signInAddress(email) === null) results.push({ email, outcome: 'no-address', invitationId: null })
        else if (members.has(email)) results.push({ email, outcome: 'already-member', invitationId: null })
        else {
          const made = await insertInvitation(scope, { email, days: input.days, gifts })
          results.push({ email, outcome: made ? 'invited' : 'already-invited', invitationId: made?.id ?? null })
          if (!made) continue
          await mailInvitation(scope, deps, { ...made, email, gifts, language: input.language })
          const target = { id: made.id, name: email }
          await record(scope, { kind: 'invitation', change: 'created', target, after: { email, roles: gifts.roles } })
        }
      }
      await announceChanged(scope, 'members')
      return { results, mailed: deps.settings.mailLinks !== null }
    }),

  resend: allowedInPerson('invitation:create')
    .route({
      method: 'POST',
      path: '/invitations/{invitationId}/resend',
      tags: ['invitations'],
      summary: 'Send an invitation again, in the language it had; it lives for seven more days',
    })
    .errors({ NO_MAIL: { status: 409 } })
    .input(InvitationId)
    .handler(async ({ context: { scope, deps }, input, errors }) => {
      if (deps.settings.mailLinks === null)
        throw errors.NO_MAIL({ message: 'This server sends no mail. Copy the link of the invitation instead.' })
      const pending = await getPending(scope, input.invitationId)
      await requireGifts(scope, pending.gifts)
      await deps.limits.take('invitation-mail', `${scope.organizationId} ${pending.email}`)
      const expiresAt = await prolongInvitation(scope, pending.id, resentDays)
      const language = (await findMailLanguage(scope, pending.id)) ?? 'en'
      await mailInvitation(scope, deps, { ...pending, expiresAt, language })
      await announceChanged(scope, 'members')
      return {}
    }),

  link: allowedInPerson('invitation:create')
    .route({
      method: 'POST',
      path: '/invitations/{invitationId}/link',
      tags: ['invitations'],
      summary: 'A link to pass on; it opens the invitation and proves nothing about the address',
    })
    .input(InvitationId)
    .output(LinkPath)
    .handler(async ({ context: { scope }, input }) => {
      const pending = await getPending(scope, input.invitationId)
      await requireGifts(scope, pending.gifts)
      const token = newToken()
      await insertToken(scope, pending.id, tokenHash(token), 'link')
      return { path: joinPath(token) }
    }),

  revoke: allowed('invitation:cancel')
    .route({ method: 'DELETE', path: '/invitations/{invitationId}', tags: ['invitations'], summary: 'Revoke an invitation; its links end' })
    .input(InvitationId)
    .handler(async ({ context: { scope }, input }) => {
      const { id, email, gifts } = await getPending(scope, input.invitationId)
      if (!(await revokeInvitation(scope, id))) throw notFound('invitation')
      await record(scope, { kind: 'invitation', change: 'deleted', target: { id, name: email }, before: { email, roles: gifts.roles } })
      await announceChanged(scope, 'members')
      return {}
    }),

  preview: open
    .route({ method: 'POST', path: '/join/preview', tags: ['invitations'], summary: 'What a link opens, for whoever has it' })
    .input(WithToken)
    .output(Opening)
    .handler(async ({ context: { deps, token }, input }) => {
      const hash = tokenHash(input.token)
      const { opening, logo } = await asVisitor(
        deps.transact,
        async (scope) => ({ opening: await findOpening(scope, hash), logo: await findLogoOfToken(scope, hash) }),
        { readOnly: true },
      )
      if (!opening) throw notFound('invitation')
      const picture = logo && (await deps.blobs.get(logoKey(logo.organizationId, logo.digest)))
      const arrival =
        token !== null && opening.state !== 'open'
          ? await asUser(deps.transact, token, async (scope) => scope && findArrival(scope, hash), { readOnly: true })
          : null
      const { state, joinLinkId, organizationName, inviterName, email, expiresAt } = opening
      return {
        state,
        kind: joinLinkId ? ('join-link' as const) : ('invitation' as const),
        organizationName,
        logo: picture ? `data:image/webp;base64,${picture.toString('base64')}` : null,
        inviterName,
        email,
        expiresAt: expiresAt && new Date(expiresAt).toISOString(),
        arrived: arrival ? { slug: arrival.slug } : null,
        signUp: (await deps.signUp()) !== 'closed',
      }
    }),

  accept: ownAccount
    .route({ method: 'POST', path: '/join/accept', tags: ['invitations'], summary: 'Join with the account that is signed in' })
    .errors({ OTHER_ADDRESS: { status: 403 }, ENDED: { status: 410 } })
    .input(WithToken)
    .output(Joined)
    .handler(async ({ context: { scope }, input, errors }) => {
      const hash = tokenHash(input.token)
      const outcome = await joinByToken(scope, hash)
      if (outcome === null) throw notFound('invitation')
      if (outcome === 'other-address')
        throw errors.OTHER_ADDRESS({ message: 'This invitation is for another address than the one you are signed in with.' })
      if (outcome !== 'joined' && outcome !== 'member') {
        // A second tab asks again for what the first one did.
        const arrival = await findArrival(scope, hash)
        if (!arrival) throw errors.ENDED({ message: 'This invitation can no longer be accepted.' })
        return { ...arrival, joined: false }
      }
      const opening = await findOpening(scope, hash)
      if (!opening) throw notFound('invitation')
      await rememberOrganization(scope, opening.organizationId)
      await announce(scope, { type: 'changed', organizationId: opening.organizationId, what: 'members' })
      return { organizationId: opening.organizationId, slug: opening.slug, joined: outcome === 'joined' }
    }),

  listOwn: signedIn
    .route({
      method: 'GET',
      path: '/account/invitations',
      tags: ['account'],
      summary: 'Invitations that wait for you at your confirmed address',
    })
    .output(OwnInvitations)
    .handler(async ({ context: { scope } }) => ({ verified: await isEmailVerified(scope), items: await listOwnInvitations(scope) })),

  acceptOwn: ownAccount
    .route({
      method: 'POST',
      path: '/account/invitations/{invitationId}/accept',
      tags: ['account'],
      summary: 'Join by an invitation to your confirmed address',
    })
    .errors({ ENDED: { status: 410 } })
    .input(InvitationId)
    .output(Joined)
    .handler(async ({ context: { scope }, input, errors }) => {
      const answer = await acceptOwn(scope, input.invitationId)
      if (!answer) throw notFound('invitation')
      const { outcome, organizationId, slug } = answer
      if (outcome !== 'joined' && outcome !== 'member') throw errors.ENDED({ message: 'This invitation can no longer be accepted.' })
      await rememberOrganization(scope, organizationId)
      await announce(scope, { type: 'changed', organizationId, what: 'members' })
      return { organizationId, slug, joined: outcome === 'joined' }
    }),

  declineOwn: signedIn
    .route({
      method: 'POST',
      path: '/account/invitations/{invitationId}/decline',
      tags: ['account'],
      summary: 'Decline an invitation to your confirmed address',
    })
    .input(InvitationId)
    .handler(async ({ context: { scope }, input }) => {
      const organizationId = await declineOwn(scope, input.invitationId)
      if (!organizationId) throw notFound('invitation')
      await announce(scope, { type: 'changed', organizationId, what: 'members' })
      return {}
    }),

  signUp: open
    .route({ method: 'POST', path: '/join/sign-up', tags: ['invitations'], summary: 'Make an account and join in one go' })
    .errors({ ACCOUNT_EXISTS: { status: 409 }, ENDED: { status: 410 } })
    .input(SignUpByToken)
    .output(Joined)
    .handler(async ({ context, input, errors }) => {
      const { deps } = context
      if ((await deps.signUp()) === 'closed') throw new ORPCError('FORBIDDEN', { message: 'No accounts are made on this server.' })
      const hash = tokenHash(input.token)
      const opening = await asVisitor(deps.transact, (scope) => findOpening(scope, hash), { readOnly: true })
      if (!opening) throw notFound('invitation')
      const ended = () => errors.ENDED({ message: 'This invitation can no longer be accepted.' })
      if (opening.state !== 'open') throw ended()
      await deps.limits.take('join-sign-up', context.address ?? '')
      const email = signInAddress(opening.email ?? input.email ?? '')
      if (email === null) throw new ORPCError('BAD_REQUEST', { message: 'This is no address that one can sign in with.' })
      const exists = () => errors.ACCOUNT_EXISTS({ message: 'There is an account with this address. Sign in with it, then join.' })
      if (await isAddressTaken(deps.authDb, email)) throw exists()
      // One turn for all of it: nobody is left with an account and without an answer.
      const { headers } = await inPasswordTurn(async () => {
        const passwordHash = await hashPassword(input.password)
        const outcome = await asVisitor(deps.transact, async (scope) => {
          const joined = await signUpByToken(scope, hash, { name: input.name, email, passwordHash })
          if (joined === 'joined') await announce(scope, { type: 'changed', organizationId: opening.organizationId, what: 'members' })
          return joined
        })
        if (outcome === 'account-exists') throw exists()
        if (outcome !== 'joined') throw ended()
        // What others tried with the address before there was an account does not count.
        await deps.limits.forget('sign-in', email)
        return deps.auth.api.signInEmail({ body: { email, password: input.password }, headers: context.headers, returnHeaders: true })
      })
      for (const cookie of headers.getSetCookie()) context.resHeaders?.append('set-cookie', cookie)
      return { organizationId: opening.organizationId, slug: opening.slug, joined: true }
    }),

  decline: open
    .route({ method: 'POST', path: '/join/decline', tags: ['invitations'], summary: 'Decline an invitation' })
    .input(WithToken)
    .handler(async ({ context: { deps }, input }) => {
      await asVisitor(deps.transact, (scope) => declineByToken(scope, tokenHash(input.token)))
      return {}
    }),
}

export const joinLinks = {
  list: allowed('invitation:read')
    .route({ method: 'GET', path: '/join-links', tags: ['invitations'], summary: 'Links by which several people may join' })
    .output(z.array(JoinLink))
    .handler(({ context: { scope } }) => listJoinLinks(scope)),

  create: allowedInPerson('invitation:create')
    .route({
      method: 'POST',
      path: '/join-links',
      tags: ['invitations'],
      summary: 'Make a link by which several people may join; it is told once',
    })
    .input(CreateJoinLink)
    .output(LinkPath.extend({ joinLinkId: JoinLinkId.shape.joinLinkId }))
    .handler(async ({ context: { scope }, input }) => {
      const { maxUses, days, ...gifts } = input
      await requireGifts(scope, gifts)
      const token = newToken()
      const joinLinkId = await insertJoinLink(scope, { hash: tokenHash(token), maxUses, days, gifts })
      await record(scope, {
        kind: 'join-link',
        change: 'created',
        target: { id: joinLinkId, name: '' },
        after: { roles: gifts.roles, maxUses, expiresAt: days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString() },
      })
      await announceChanged(scope, 'members')
      return { joinLinkId, path: joinPath(token) }
    }),

  revoke: allowed('invitation:cancel')
    .route({ method: 'DELETE', path: '/join-links/{joinLinkId}', tags: ['invitations'], summary: 'End a link by which people may join' })
    .input(JoinLinkId)
    .handler(async ({ context: { scope }, input }) => {
      if (!(await revokeJoinLink(scope, input.joinLinkId))) throw notFound('link')
      await record(scope, {
        kind: 'join-link',
        change: 'deleted',
        target: { id: input.joinLinkId, name: '' },
        before: { roles: [], maxUses: null, expiresAt: null },
      })
      await announceChanged(scope, 'members')
      return {}
    }),
}
