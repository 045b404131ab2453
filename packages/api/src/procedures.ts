import { ORPCError, os } from '@orpc/server'
import { hasPermission, type Permission } from '@carrel/auth'
import type { Deps } from './deps.ts'
import { asMember, asOperator, asUser, type InstanceScope, type OrganizationScope, type UserScope } from './scope.ts'

/** What a transport hands to a procedure. */
export type RequestContext = {
  deps: Deps
  /** The session's token, its signature checked; whether the session lives is the database's to say. */
  token: string | null
  /** Id or slug of the workspace; null when the request names none. */
  organization: string | null
  headers: Headers
  /** Headers that the answer will carry. */
  resHeaders?: Headers
}

const base = os.$context<RequestContext>()

const isRead = (procedure: { '~orpc': { route: { method?: string | undefined } } }) => procedure['~orpc'].route.method === 'GET'
const unauthorized = () => new ORPCError('UNAUTHORIZED', { message: 'Sign in to go on.' })
const notFound = () => new ORPCError('NOT_FOUND', { message: 'There is no such thing, or it is not open to you.' })

function requirePermission(scope: OrganizationScope, permission: Permission): void {
  if (hasPermission(scope.permissions, permission)) return
  throw new ORPCError('FORBIDDEN', { message: 'You may not do this in this workspace.', data: { permission } })
}

function requireOperator(scope: InstanceScope | UserScope | null): InstanceScope {
  if (!scope) throw unauthorized()
  if (scope.kind !== 'instance') throw new ORPCError('FORBIDDEN', { message: 'Only the operator of this server may do this.' })
  return scope
}

/** Anyone, signed in or not. */
export const open = base

/** A signed-in person; one transaction in their user scope, committed before the answer. */
export const signedIn = base.use(({ context, next, procedure }) => {
  if (!context.token) throw unauthorized()
  return asUser(
    context.deps.transact,
    context.token,
    async (scope) => {
      if (!scope) throw unauthorized()
      return next({ context: { scope } })
    },
    { readOnly: isRead(procedure) },
  )
})

/** A member of the workspace that the request names. A foreign workspace is not found. */
export const member = base.use(({ context, next, procedure }) => {
  if (!context.token) throw unauthorized()
  return asMember(
    context.deps.transact,
    context.token,
    context.organization,
    async (scope) => {
      if (scope === 'unauthenticated') throw unauthorized()
      if (scope === 'not-a-member') throw notFound()
      return next({ context: { scope } })
    },
    { readOnly: isRead(procedure) },
  )
})

/** A member who holds the permission. */
export const allowed = (permission: Permission) =>
  member.use(({ context, next }) => {
    requirePermission(context.scope, permission)
    return next()
  })

/**
 * As `allowed`, for a procedure that asks the disk or otherwise waits: it holds no transaction. `transaction` opens
 * one, with session, membership and permission checked again.
 */
export const allowedOutside = (permission: Permission) =>
  base.use(async ({ context, next, procedure }) => {
    const { deps, token, organization } = context
    if (!token) throw unauthorized()
    const transaction = <T>(fn: (scope: OrganizationScope) => Promise<T>): Promise<T> =>
      asMember(
        deps.transact,
        token,
        organization,
        async (scope) => {
          if (scope === 'unauthenticated') throw unauthorized()
          if (scope === 'not-a-member') throw notFound()
          requirePermission(scope, permission)
          return fn(scope)
        },
        { readOnly: isRead(procedure) },
      )
    await transaction(async () => {})
    return next({ context: { transaction } })
  })

/** As `operator`, holding no transaction; `transaction` opens one, with everything checked again. */
export const operatorOutside = base.use(async ({ context, next, procedure }) => {
  const { deps, token } = context
  if (!token) throw unauthorized()
  const transaction = <T>(fn: (scope: InstanceScope) => Promise<T>): Promise<T> =>
    asOperator(deps.transact, token, async (scope) => fn(requireOperator(scope)), { readOnly: isRead(procedure) })
  await transaction(async () => {})
  return next({ context: { transaction } })
})

/** A signed-in person whose procedure goes on for long: it opens its own transactions and holds none. */
export const signedInStream = base.use(async ({ context, next }) => {
  const { token } = context
  if (!token) throw unauthorized()
  await asUser(
    context.deps.transact,
    token,
    async (scope) => {
      if (!scope) throw unauthorized()
    },
    { readOnly: true },
  )
  return next({ context: { token } })
})
