import { ORPCError } from '@orpc/server'
import { foldAddress, hashPassword, sessionCookieHeader } from '@carrel/auth'
import type { Deps } from '../../deps.ts'
import { badCursor, notFound } from '../../errors.ts'
import { announce } from '../../events/queries.ts'
import { newToken } from '../../invitations/token.ts'
import { queueMail } from '../../mail/queries.ts'
import { operator, operatorOutside } from '../../procedures.ts'
import type { InstanceScope } from '../../scope.ts'
import { recordInstance } from '../audit/queries.ts'
import {
  banUser,
  deleteUser,
  endSessionsOfUser,
  findUser,
  insertImpersonation,
  insertPasswordToken,
  insertUser,
  listUsers,
  listWorkspacesOfUser,
  setOperator,
  summarizeSessions,
  unbanUser,
} from './queries.ts'
import {
  BanUser,
  CreatedUser,
  CreateUser,
  EndedSessions,
  Impersonate,
  Impersonation,
  type InstanceUser,
  ListUsers,
  OwnedAlone,
  PasswordLink,
  UserDetail,
  UserId,
  UserPage,
} from './schema.ts'

/** For which a link works that sets a password. */
const linkHours = { mailed: 1, handedOver: 24, newAccount: 7 * 24 }

const yourself = { YOURSELF: { status: 409 } } as const
const lastOperator = { LAST_OPERATOR: { status: 409 } } as const
const needsOperator = 'This server needs an operator. Make somebody else one first.'

async function getUser(scope: InstanceScope, userId: string): Promise<InstanceUser> {
  const found = await findUser(scope, userId)
  if (!found) throw notFound('user')
  return found
}

const named = ({ id, name }: InstanceUser) => ({ id, name })

/** Sends a link by which somebody sets a password, or gives it out to be handed over where no mail is sent. */
async function linkForPassword(
  scope: InstanceScope,
  { jobs, settings: { mailLinks, secret } }: Deps,
  user: { id: string; name: string; email: string },
  isNew: boolean,
): Promise<PasswordLink> {
  const token = newToken()
  const path = `/reset-password?token=${token}`
  const mailed = mailLinks !== null
  const hours = isNew ? linkHours.newAccount : mailed ? linkHours.mailed : linkHours.handedOver
  const expiresAt = new Date(Date.now() + hours * 3_600_000)
  await insertPasswordToken(scope, user.id, { token, expiresAt })
  if (mailed) {
    const template = {
      kind: isNew ? ('account-made' as const) : ('password-reset' as const),
      userName: user.name,
      link: mailLinks + path,
      expiresInMinutes: hours * 60,
    }
    await queueMail(scope, { jobs, secret }, { template, recipient: user.email, language: 'en' })
  }
  return { mailed, path: mailed ? null : path, expiresAt: expiresAt.toISOString() }
}

/** Streams of theirs look at once whether their session lives. */
const tellSessions = (scope: InstanceScope, userId: string): Promise<void> => announce(scope, { type: 'sessions', userId })

export const users = {
  list: operator
    .route({ method: 'GET', path: '/instance/users', tags: ['instance'], summary: 'All users of this server by name, page by page' })
    .input(ListUsers)
    .output(UserPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listUsers(scope, input)
      if (!page) throw badCursor()
      return page
    }),

  get: operator
    .route({ method: 'GET', path: '/instance/users/{userId}', tags: ['instance'], summary: 'A user, their workspaces and sessions' })
    .input(UserId)
    .output(UserDetail)
    .handler(async ({ context: { scope }, input: { userId } }) => {
      const user = await getUser(scope, userId)
      const [workspaces, sessions] = await Promise.all([listWorkspacesOfUser(scope, userId), summarizeSessions(scope, userId)])
      return { ...user, workspaces, ...sessions, self: userId === scope.actor.id }
    }),

  create: operatorOutside
    .route({
      method: 'POST',
      path: '/instance/users',
      tags: ['instance'],
      summary: 'Make an account, with a password or with a link by which its owner sets one',
    })
    .errors({ EMAIL_TAKEN: { status: 409 } })
    .input(CreateUser)
    .output(CreatedUser)
    .handler(async ({ context: { transaction, deps }, input: { name, email, password }, errors }) => {
      const passwordHash = password === undefined ? null : await hashPassword(password)
      return transaction(async (scope) => {
        const userId = await insertUser(scope, { name, email, passwordHash })
        if (!userId) throw errors.EMAIL_TAKEN({ message: 'There is an account with this address.' })
        const user = { id: userId, name, email: foldAddress(email) }
        const link = password === undefined ? await linkForPassword(scope, deps, user, true) : null
        await recordInstance(scope, { action: 'user.created', target: user, after: { name, email: user.email } })
        return { userId, link }
      })
    }),

  ban: operator
    .route({
      method: 'POST',
      path: '/instance/users/{userId}/ban',
      tags: ['instance'],
      summary: 'Keep somebody out; their sessions end at once',
    })
    .errors({ ...yourself, ...lastOperator })
    .input(BanUser)
    .handler(async ({ context: { scope }, input: { userId, reason, until = null }, errors }) => {
      if (until !== null && Date.parse(until) <= Date.now())
        throw new ORPCError('BAD_REQUEST', { message: 'A ban ends in the future, or when somebody ends it.' })
      const user = await getUser(scope, userId)
      const outcome = await banUser(scope, userId, reason, until)
      if (outcome === 'yourself') throw errors.YOURSELF({ message: 'You cannot ban yourself.' })
      if (outcome === 'last-operator') throw errors.LAST_OPERATOR({ message: needsOperator })
      await recordInstance(scope, { action: 'user.banned', target: named(user), reason, after: { until } })
      await tellSessions(scope, userId)
      return {}
    }),

  unban: operator
    .route({ method: 'POST', path: '/instance/users/{userId}/unban', tags: ['instance'], summary: 'Let somebody in again' })
    .input(UserId)
    .handler(async ({ context: { scope }, input: { userId } }) => {
      const user = await getUser(scope, userId)
      if ((await unbanUser(scope, userId)) === 'done' && user.ban)
        await recordInstance(scope, { action: 'user.unbanned', target: named(user), before: user.ban })
      return {}
    }),

  endSessions: operator
    .route({ method: 'POST', path: '/instance/users/{userId}/end-sessions', tags: ['instance'], summary: 'Sign somebody out everywhere' })
    .input(UserId)
    .output(EndedSessions)
    .handler(async ({ context: { scope }, input: { userId } }) => {
      const user = await getUser(scope, userId)
      const ended = await endSessionsOfUser(scope, userId)
      await recordInstance(scope, { action: 'user.sessions-ended', target: named(user), before: { sessions: ended } })
      await tellSessions(scope, userId)
      return { ended }
    }),

  makeOperator: operator
    .route({
      method: 'POST',
      path: '/instance/users/{userId}/make-operator',
      tags: ['instance'],
      summary: 'Let somebody run this server too',
    })
    .errors({ BANNED: { status: 409 } })
    .input(UserId)
    .handler(async ({ context: { scope }, input: { userId }, errors }) => {
      const user = await getUser(scope, userId)
      const outcome = await setOperator(scope, userId, true)
      if (outcome === 'banned') throw errors.BANNED({ message: 'This person is banned. End the ban first.' })
      if (!user.operator) await recordInstance(scope, { action: 'user.made-operator', target: named(user) })
      await tellSessions(scope, userId)
      return {}
    }),

  unmakeOperator: operator
    .route({
      method: 'POST',
      path: '/instance/users/{userId}/unmake-operator',
      tags: ['instance'],
      summary: 'Let somebody no longer run this server',
    })
    .errors(lastOperator)
    .input(UserId)
    .handler(async ({ context: { scope }, input: { userId }, errors }) => {
      const user = await getUser(scope, userId)
      const outcome = await setOperator(scope, userId, false)
      if (outcome === 'last-operator') throw errors.LAST_OPERATOR({ message: needsOperator })
      if (user.operator) await recordInstance(scope, { action: 'user.unmade-operator', target: named(user) })
      await tellSessions(scope, userId)
      return {}
    }),

  resetPassword: operator
    .route({
      method: 'POST',
      path: '/instance/users/{userId}/reset-password',
      tags: ['instance'],
      summary: 'Send a link that sets a new password, or get one to hand over where no mail is sent',
    })
    .input(UserId)
    .output(PasswordLink)
    .handler(async ({ context: { scope, deps }, input: { userId } }) => {
      const user = await getUser(scope, userId)
      const link = await linkForPassword(scope, deps, user, false)
      await recordInstance(scope, { action: 'user.password-reset', target: named(user), after: { mailed: link.mailed } })
      return link
    }),

  delete: operator
    .route({
      method: 'DELETE',
      path: '/instance/users/{userId}',
      tags: ['instance'],
      summary: 'Delete an account with all that is personal to it; not the only owner of a workspace',
    })
    .errors({ ...yourself, ...lastOperator, LAST_OWNER: { status: 409, data: OwnedAlone } })
    .input(UserId)
    .handler(async ({ context: { scope }, input: { userId }, errors }) => {
      const user = await getUser(scope, userId)
      const workspaces = await listWorkspacesOfUser(scope, userId)
      const outcome = await deleteUser(scope, userId)
      if (outcome === 'yourself') throw errors.YOURSELF({ message: 'You cannot delete yourself.' })
      if (outcome === 'last-operator') throw errors.LAST_OPERATOR({ message: needsOperator })
      if (outcome === 'last-owner') {
        const organizations = workspaces.filter((each) => each.onlyOwner).map(({ organizationId, name }) => ({ organizationId, name }))
        const names = organizations.map(({ name }) => name).join(', ')
        throw errors.LAST_OWNER({
          message: `Nobody else owns ${names}. Its owner hands it over first, or you delete the workspace.`,
          data: { organizations },
        })
      }
      await recordInstance(scope, { action: 'user.deleted', target: named(user), before: { name: user.name, email: user.email } })
      await tellSessions(scope, userId)
      for (const { organizationId } of workspaces) await announce(scope, { type: 'changed', organizationId, what: 'members' })
      return {}
    }),

  impersonate: operator
    .route({
      method: 'POST',
      path: '/instance/users/{userId}/impersonate',
      tags: ['instance'],
      summary: 'Act in the place of somebody for up to an hour; their workspaces are told in their logs',
    })
    .errors({ ...yourself, OPERATOR: { status: 409 }, BANNED: { status: 409 } })
    .input(Impersonate)
    .output(Impersonation)
    .handler(async ({ context, input: { userId, reason, minutes }, errors }) => {
      const { scope, deps, token: ownToken } = context
      await getUser(scope, userId)
      const token = newToken()
      const until = new Date(Date.now() + minutes * 60_000)
      const userAgent = context.headers.get('user-agent')?.slice(0, 500) ?? null
      const outcome = await insertImpersonation(scope, { userId, token, reason, until, userAgent })
      if (outcome === 'yourself') throw errors.YOURSELF({ message: 'You are this person.' })
      if (outcome === 'operator') throw errors.OPERATOR({ message: 'Nobody acts in the place of an operator.' })
      if (outcome === 'banned') throw errors.BANNED({ message: 'This person is banned.' })
      if (outcome !== 'done' || !ownToken) throw notFound('user')
      const { secret, secureCookies } = deps.settings
      const seconds = minutes * 60
      context.resHeaders?.append('set-cookie', sessionCookieHeader('session', token, { secret, secure: secureCookies, seconds }))
      context.resHeaders?.append('set-cookie', sessionCookieHeader('operator', ownToken, { secret, secure: secureCookies, seconds }))
      return { until: until.toISOString() }
    }),
}
