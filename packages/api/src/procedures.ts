import { ORPCError, os } from '@orpc/server'
import { beyond, hasPermission, Later, notInTheirPlace, type AnyPermission, type Permission } from '@carrel/auth'
import * as z from 'zod'
import type { Deps } from './deps.ts'
import { notFound } from './errors.ts'
import { findRightsInLibrary } from './grants/queries.ts'
import { holdLibrary } from './libraries/queries.ts'
import { findLibraryOfBook } from './metadata/queries.ts'
import { findSuspension } from './organizations/queries.ts'
import { asMember, asOperator, asUser, type InstanceScope, type OrganizationScope, type UserScope } from './scope.ts'
import { Id } from './shapes.ts'

/** What a transport hands to a procedure. */
export type RequestContext = {
  deps: Deps
  /** The session's token, its signature checked; whether the session lives is the database's to say. */
  token: string | null
  /** Id or slug of the workspace; null when the request names none. */
  organization: string | null
  headers: Headers
  /** Address of the client, for the audit log. */
  address: string | null
  /** Headers that the answer will carry. */
  resHeaders?: Headers
}

/** What has to wait says for how long. */
const base = os.$context<RequestContext>().use(async ({ context, next }) => {
  try {
    return await next()
  } catch (error) {
    if (!(error instanceof Later)) throw error
    context.resHeaders?.set('retry-after', String(error.seconds))
    throw new ORPCError(error.code, { message: error.message, data: { seconds: error.seconds } })
  }
})

const isRead = (procedure: { '~orpc': { route: { method?: string | undefined } } }) => procedure['~orpc'].route.method === 'GET'
const unauthorized = () => new ORPCError('UNAUTHORIZED', { message: 'Sign in to go on.' })

/** Nobody gives, takes or changes rights beyond their own. */
export function requireWithin(held: ReadonlySet<string>, permissions: Iterable<AnyPermission>): void {
  const missing = beyond(held, permissions)
  if (missing.length === 0) return
  throw new ORPCError('FORBIDDEN', { message: 'This goes beyond your own rights.', data: { permissions: [...new Set(missing)] } })
}

export function requirePermission(held: ReadonlySet<string>, permission: Permission): void {
  if (hasPermission(held, permission)) return
  throw new ORPCError('FORBIDDEN', { message: 'You may not do this in this workspace.', data: { permission } })
}

function requireOperator(scope: InstanceScope | UserScope | null): InstanceScope {
  if (!scope) throw unauthorized()
  if (scope.kind !== 'instance') throw new ORPCError('FORBIDDEN', { message: 'Only the operator of this server may do this.' })
  return scope
}

/** What is said of a workspace that one cannot enter: its members are told that the operator closed it, others nothing. */
async function outside(person: UserScope | null, organization: string | null) {
  const suspension = person && (await findSuspension(person, organization))
  if (!suspension) return notFound('thing')
  const { reason } = suspension
  return new ORPCError('SUSPENDED', { status: 403, message: 'The operator of this server closed this workspace.', data: { reason } })
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
    { readOnly: isRead(procedure), address: context.address },
  )
})

/** Nobody changes an account in its owner's place. */
export function requireOwnSession({ impersonatorId }: UserScope): void {
  if (impersonatorId !== null) throw new ORPCError('IMPERSONATED', { status: 403, message: notInTheirPlace })
}

/** As `signedIn`, for what changes the account itself: nobody may in its owner's place. */
export const ownAccount = signedIn.use(({ context, next }) => {
  requireOwnSession(context.scope)
  return next()
})

/** As `ownAccount`, holding no transaction: for what hashes passwords. */
export const ownAccountOutside = base.use(async ({ context, next }) => {
  const { deps, token } = context
  if (!token) throw unauthorized()
  const { user } = await asUser(
    deps.transact,
    token,
    async (scope) => {
      if (!scope) throw unauthorized()
      requireOwnSession(scope)
      return scope
    },
    { readOnly: true },
  )
  return next({ context: { token, user } })
})

/** The operator; one transaction in the instance's scope, committed before the answer. */
export const operator = base.use(({ context, next, procedure }) => {
  if (!context.token) throw unauthorized()
  return asOperator(context.deps.transact, context.token, async (scope) => next({ context: { scope: requireOperator(scope) } }), {
    readOnly: isRead(procedure),
    address: context.address,
  })
})

/** A member of the workspace that the request names. A foreign workspace is not found. */
export const member = base.use(async ({ context, next, procedure }) => {
  const { deps, token, organization, address } = context
  if (!token) throw unauthorized()
  let entered: OrganizationScope | undefined
  const result = await asMember(
    deps.transact,
    token,
    organization,
    async (scope, person) => {
      if (scope === 'unauthenticated') throw unauthorized()
      if (scope === 'not-a-member') throw await outside(person, organization)
      entered = scope
      return next({ context: { scope } })
    },
    { readOnly: isRead(procedure), address },
  )
  if (entered) deps.presence.note(entered, token)
  return result
})

/** A member who holds the permission. */
export const allowed = (permission: Permission) =>
  member.use(({ context, next }) => {
    requirePermission(context.scope.permissions, permission)
    return next()
  })

/** What lasts beyond support is given by people themselves: nobody raises anybody, or hands anything over, in another's place. */
export const allowedInPerson = (permission: Permission) =>
  allowed(permission).use(({ context, next }) => {
    if (context.scope.impersonatorId !== null) throw new ORPCError('IMPERSONATED', { status: 403, message: notInTheirPlace })
    return next()
  })

const OfLibrary = z.object({ libraryId: Id })

/** How a procedure holds the library that it writes to, see `holdLibrary`. */
type Hold = { alone?: boolean }

async function requireInLibrary(scope: OrganizationScope, input: unknown, permission: Permission, hold: Hold | null) {
  const named = OfLibrary.safeParse(input).data
  if (!named) throw new ORPCError('BAD_REQUEST', { message: 'Input validation failed' })
  const rights = await findRightsInLibrary(scope, named.libraryId)
  if (!rights) throw notFound('library')
  requirePermission(rights.held, permission)
  if (hold && !(await holdLibrary(scope, named.libraryId, hold))) throw notFound('library')
  return rights
}

/**
 * A member who sees the library that the input names as `libraryId`, and holds the permission by a role or by a
 * grant on it. `held` is all they hold there, `level` that of the grant. A procedure that writes holds the library.
 */
export const inLibrary = (permission: Permission, hold: Hold = {}) =>
  member.use(async ({ context, next, procedure }, input: unknown) =>
    next({ context: await requireInLibrary(context.scope, input, permission, isRead(procedure) ? null : hold) }),
  )

const OfBook = z.object({ bookId: Id })

/** The library of a book that the actor sees, where they hold the permission. */
async function requireOnBook(scope: OrganizationScope, input: unknown, permission: Permission, hold: Hold | null): Promise<string> {
  const named = OfBook.safeParse(input).data
  if (!named) throw new ORPCError('BAD_REQUEST', { message: 'Input validation failed' })
  const libraryId = await findLibraryOfBook(scope, named.bookId)
  const rights = libraryId === undefined ? undefined : await findRightsInLibrary(scope, libraryId)
  if (libraryId === undefined || !rights) throw notFound('book')
  requirePermission(rights.held, permission)
  if (hold) {
    await holdLibrary(scope, libraryId, hold)
    if ((await findLibraryOfBook(scope, named.bookId)) === undefined) throw notFound('book')
  }
  return libraryId
}

/** As `inLibrary`, in the library of the book that the input names as `bookId`. */
export const onBook = (permission: Permission, hold: Hold = {}) =>
  member.use(async ({ context, next, procedure }, input: unknown) =>
    next({ context: { libraryId: await requireOnBook(context.scope, input, permission, isRead(procedure) ? null : hold) } }),
  )

/** Runs transactions in the workspace that a request names, each with session and membership checked. */
function entering({ deps, token, organization, address }: RequestContext, readOnly: boolean) {
  if (!token) throw unauthorized()
  return <T>(fn: (scope: OrganizationScope) => Promise<T>): Promise<T> =>
    asMember(
      deps.transact,
      token,
      organization,
      async (scope, person) => {
        if (scope === 'unauthenticated') throw unauthorized()
        if (scope === 'not-a-member') throw await outside(person, organization)
        return fn(scope)
      },
      { readOnly, address },
    )
}

/**
 * As `allowed`, for a procedure that asks the disk or otherwise waits: it holds no transaction. `transaction` opens
 * one, with session, membership and permission checked again.
 */
export const allowedOutside = (permission: Permission) =>
  base.use(async ({ context, next, procedure }) => {
    const enter = entering(context, isRead(procedure))
    const transaction = <T>(fn: (scope: OrganizationScope) => Promise<T>): Promise<T> =>
      enter(async (scope) => {
        requirePermission(scope.permissions, permission)
        return fn(scope)
      })
    await transaction(async () => {})
    return next({ context: { transaction } })
  })

/** As `inLibrary`, holding no transaction; `transaction` opens one, with everything checked again. */
export const inLibraryOutside = (permission: Permission) =>
  base.use(async ({ context, next, procedure }, input: unknown) => {
    const enter = entering(context, isRead(procedure))
    const transaction = <T>(fn: (scope: OrganizationScope) => Promise<T>): Promise<T> =>
      enter(async (scope) => {
        await requireInLibrary(scope, input, permission, isRead(procedure) ? null : {})
        return fn(scope)
      })
    await transaction(async () => {})
    return next({ context: { transaction } })
  })

/** As `onBook`, holding no transaction; `transaction` opens one, with everything checked again. */
export const onBookOutside = (permission: Permission) =>
  base.use(async ({ context, next, procedure }, input: unknown) => {
    const { token } = context
    if (!token) throw unauthorized()
    const enter = entering(context, isRead(procedure))
    const transaction = <T>(fn: (scope: OrganizationScope, libraryId: string) => Promise<T>): Promise<T> =>
      enter(async (scope) => fn(scope, await requireOnBook(scope, input, permission, isRead(procedure) ? null : {})))
    const who = await transaction(async ({ user, organizationId }) => ({ userId: user.id, organizationId }))
    return next({ context: { transaction, ...who, token } })
  })

/** As `operator`, holding no transaction; `transaction` opens one, with everything checked again. */
export const operatorOutside = base.use(async ({ context, next, procedure }) => {
  const { deps, token } = context
  if (!token) throw unauthorized()
  const transaction = <T>(fn: (scope: InstanceScope) => Promise<T>): Promise<T> =>
    asOperator(deps.transact, token, async (scope) => fn(requireOperator(scope)), {
      readOnly: isRead(procedure),
      address: context.address,
    })
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
