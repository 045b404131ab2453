import { ORPCError } from '@orpc/server'
import * as z from 'zod'
import { notFound } from '../errors.ts'
import { signedIn, signedInStream } from '../procedures.ts'
import { Id } from '../shapes.ts'
import {
  endOtherSessions,
  endSession,
  findImpersonation,
  listDeleted,
  listMemberships,
  listSessions,
  listSuspended,
  renameUser,
} from './queries.ts'
import { Account, ChangePassword, Session, UpdateProfile } from './schema.ts'

export const account = {
  get: signedIn
    .route({ method: 'GET', path: '/account', tags: ['account'], summary: 'Who is signed in, and their workspaces' })
    .output(Account)
    .handler(async ({ context: { scope } }) => {
      const [memberships, deleted, suspended, impersonation] = await Promise.all([
        listMemberships(scope),
        listDeleted(scope),
        listSuspended(scope),
        findImpersonation(scope),
      ])
      const last = memberships.find((m) => m.organizationId === scope.activeOrganizationId)
      return { user: scope.user, memberships, deleted, suspended, impersonation, lastOrganizationId: last?.organizationId ?? null }
    }),

  update: signedIn
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

  endSession: signedIn
    .route({ method: 'DELETE', path: '/account/sessions/{sessionId}', tags: ['account'], summary: 'Sign out somewhere' })
    .input(z.object({ sessionId: Id }))
    .handler(async ({ context: { scope }, input }) => {
      if (!(await endSession(scope, input.sessionId))) throw notFound('session')
      return {}
    }),

  endOtherSessions: signedIn
    .route({ method: 'POST', path: '/account/sessions/end-others', tags: ['account'], summary: 'Sign out everywhere but here' })
    .handler(async ({ context: { scope } }) => {
      await endOtherSessions(scope)
      return {}
    }),

  changePassword: signedInStream
    .route({
      method: 'POST',
      path: '/account/password',
      tags: ['account'],
      summary: 'Change your password; you are signed out everywhere else',
    })
    .errors({ WRONG_PASSWORD: { status: 403 } })
    .input(ChangePassword)
    .handler(async ({ context, input, errors }) => {
      try {
        const { headers } = await context.deps.auth.api.changePassword({
          body: { currentPassword: input.current, newPassword: input.next, revokeOtherSessions: true },
          headers: context.headers,
          returnHeaders: true,
        })
        for (const cookie of headers.getSetCookie()) context.resHeaders?.append('set-cookie', cookie)
      } catch (error) {
        const code = (error as { body?: { code?: string } }).body?.code
        if (code === 'INVALID_PASSWORD') throw errors.WRONG_PASSWORD({ message: 'This is not your password.' })
        if (code === 'CREDENTIAL_ACCOUNT_NOT_FOUND') throw new ORPCError('CONFLICT', { message: 'You sign in without a password.' })
        throw error
      }
      return {}
    }),
}
