import { checkPassword, dropMailedLinks, foldAddress, inPasswordTurn, isAddressTaken, type LiveSession } from '@carrel/auth'
import { ORPCError } from '@orpc/server'
import * as z from 'zod'
import type { Deps } from '../deps.ts'
import { notFound } from '../errors.ts'
import { WithToken } from '../invitations/schema.ts'
import { open, ownAccount, ownAccountOutside, requireOwnSession, signedIn } from '../procedures.ts'
import { asUser } from '../scope.ts'
import { Id } from '../shapes.ts'
import { mailEmailLink, useEmailLink } from './mails.ts'
import {
  endOtherSessions,
  endSession,
  findImpersonation,
  isEmailVerified,
  listDeleted,
  listMemberships,
  listSessions,
  listSuspended,
  renameUser,
} from './queries.ts'
import { Account, ChangeEmail, ChangePassword, ConfirmedEmail, Session, UpdateProfile } from './schema.ts'

export const account = {
  get: signedIn
    .route({ method: 'GET', path: '/account', tags: ['account'], summary: 'Who is signed in, and their workspaces' })
    .output(Account)
    .handler(async ({ context: { scope } }) => {
      const [memberships, deleted, suspended, impersonation, emailVerified] = await Promise.all([
        listMemberships(scope),
        listDeleted(scope),
        listSuspended(scope),
        findImpersonation(scope),
        isEmailVerified(scope),
      ])
      const last = memberships.find((m) => m.organizationId === scope.activeOrganizationId)
      return {
        user: { ...scope.user, emailVerified },
        memberships,
        deleted,
        suspended,
        impersonation,
        lastOrganizationId: last?.organizationId ?? null,
      }
    }),

  update: ownAccount
    .route({ method: 'PATCH', path: '/account', tags: ['account'], summary: 'Change your name' })
    .input(UpdateProfile)
    .handler(async ({ context: { scope }, input }) => {
      await renameUser(scope, input.name)
      return {}
    }),

  sessions: signedIn
    .route({ method: 'GET', path: '/account/sessions', tags: ['account'], summary: 'Where you are signed in' })
    .output(z.array(Session))
    .handler(({ context: { scope } }) => listSessions(scope)),

  endSession: ownAccount
    .route({ method: 'DELETE', path: '/account/sessions/{sessionId}', tags: ['account'], summary: 'Sign out somewhere' })
    .input(z.object({ sessionId: Id }))
    .handler(async ({ context: { scope }, input }) => {
      if (!(await endSession(scope, input.sessionId))) throw notFound('session')
      return {}
    }),

  endOtherSessions: ownAccount
    .route({ method: 'POST', path: '/account/sessions/end-others', tags: ['account'], summary: 'Sign out everywhere but here' })
    .handler(async ({ context: { scope } }) => {
      await endOtherSessions(scope)
      return {}
    }),

  changePassword: ownAccountOutside
    .route({
      method: 'POST',
      path: '/account/password',
      tags: ['account'],
      summary: 'Change your password; you are signed out everywhere else',
    })
    .errors({ WRONG_PASSWORD: { status: 403 } })
    .input(ChangePassword)
    .handler(async ({ context, input, errors }) => {
      const { deps, user } = context
      await deps.limits.take('password', user.id)
      try {
        const { headers } = await inPasswordTurn(() =>
          deps.auth.api.changePassword({
            body: { currentPassword: input.current, newPassword: input.next, revokeOtherSessions: true },
            headers: context.headers,
            returnHeaders: true,
          }),
        )
        for (const cookie of headers.getSetCookie()) context.resHeaders?.append('set-cookie', cookie)
      } catch (error) {
        const code = (error as { body?: { code?: string } }).body?.code
        if (code === 'INVALID_PASSWORD') throw errors.WRONG_PASSWORD(wrongPassword)
        await deps.limits.giveBack('password', user.id)
        if (code === 'CREDENTIAL_ACCOUNT_NOT_FOUND') throw noPassword()
        throw error
      }
      await deps.limits.forget('password', user.id)
      await dropMailedLinks(deps.authDb, user.id)
      return {}
    }),

  requestVerification: ownAccount
    .route({
      method: 'POST',
      path: '/account/email/verification',
      tags: ['account'],
      summary: 'Send a link to your address, by which you confirm that it is yours',
    })
    .errors({ NO_MAIL: { status: 409 }, ALREADY_CONFIRMED: { status: 409 } })
    .handler(async ({ context, errors }) => {
      const { deps, scope } = context
      const { mailLinks } = deps.settings
      if (mailLinks === null) throw errors.NO_MAIL(noMail)
      if (await isEmailVerified(scope)) throw errors.ALREADY_CONFIRMED({ message: 'Your address is confirmed already.' })
      await deps.limits.take('account-mail', scope.user.id)
      await mailEmailLink(context, mailLinks, scope.user, scope.user.email)
      return {}
    }),

  changeEmail: ownAccountOutside
    .route({
      method: 'POST',
      path: '/account/email',
      tags: ['account'],
      summary: 'Send a link to another address; it becomes yours when the link is opened',
    })
    .errors({ NO_MAIL: { status: 409 }, WRONG_PASSWORD: { status: 403 }, SAME_ADDRESS: { status: 409 } })
    .input(ChangeEmail)
    .handler(async ({ context, input, errors }) => {
      const { deps, user } = context
      const { mailLinks } = deps.settings
      if (mailLinks === null) throw errors.NO_MAIL(noMail)
      const email = foldAddress(input.email)
      if (email === user.email) throw errors.SAME_ADDRESS({ message: 'This is your address already.' })
      await deps.limits.take('password', user.id)
      const right = await checkPassword(deps.authDb, user.id, input.password).catch(async (error: unknown) => {
        await deps.limits.giveBack('password', user.id)
        throw error
      })
      if (right === false) throw errors.WRONG_PASSWORD(wrongPassword)
      await deps.limits.forget('password', user.id)
      if (right === 'none') throw noPassword()
      await deps.limits.take('account-mail', user.id)
      // The answer is the same, so that nobody learns who has an account.
      if (!(await isAddressTaken(deps.authDb, email))) await mailEmailLink(context, mailLinks, user, email)
      return {}
    }),

  confirmEmail: open
    .route({ method: 'POST', path: '/account/email/confirm', tags: ['account'], summary: 'Confirm an address by the link mailed to it' })
    .errors({ INVALID_TOKEN: { status: 410 }, EMAIL_TAKEN: { status: 409 }, NOT_SIGNED_IN: { status: 403 } })
    .input(WithToken)
    .output(ConfirmedEmail)
    .handler(async ({ context, input, errors }) => {
      const live = context.token === null ? null : await ownSession(context.deps, context.token)
      const confirmed = await useEmailLink(context, input.token, live)
      if (confirmed === null) throw errors.INVALID_TOKEN({ message: 'This link was used already, or is too old. Ask for a new one.' })
      if (confirmed === 'not-signed-in')
        throw errors.NOT_SIGNED_IN({ message: 'Sign in with the account whose address is to change, then open the link again.' })
      if (confirmed === 'taken') throw errors.EMAIL_TAKEN({ message: 'Another account has this address by now. Nothing was changed.' })
      return { email: confirmed.email, changed: confirmed.before !== null }
    }),
}

const wrongPassword = { message: 'This is not your password.' }
const noMail = { message: 'This server sends no mail, so an address cannot be confirmed.' }
const noPassword = () => new ORPCError('CONFLICT', { message: 'You sign in without a password.' })

/** The live session of a person who is there themself; null without one. */
const ownSession = (deps: Deps, token: string): Promise<LiveSession | null> =>
  asUser(
    deps.transact,
    token,
    async (scope) => {
      if (!scope) return null
      requireOwnSession(scope)
      return { userId: scope.user.id, token }
    },
    { readOnly: true },
  )
