import type { AnyPermission } from '@carrel/auth/catalogue'
import type { Actor, Transact, Tx } from '@carrel/db'

declare const made: unique symbol
type Made = { readonly [made]: true }

export type ScopeUser = { id: string; name: string; email: string; operator: boolean }

/** A person's own data across workspaces: the switcher, the account. */
export type UserScope = Made & {
  kind: 'user'
  user: ScopeUser
  activeOrganizationId: string | null
  token: string
  sessionId: string
  /** The operator who acts in the user's place. */
  impersonatorId: string | null
  db: Tx
}
/** The operator of the instance, who is no member of tenants. */
export type InstanceScope = Made & { kind: 'instance'; user: ScopeUser; db: Tx }
/** A member in one workspace. */
export type OrganizationScope = Made & {
  kind: 'organization'
  user: ScopeUser
  organizationId: string
  role: string
  permissions: ReadonlySet<AnyPermission>
  /** The operator who acts in the member's place. */
  impersonatorId: string | null
  /** Where the request came from. */
  address: string | null
  db: Tx
}
/** A job in the one library that it works on. */
export type JobScope = Made & { kind: 'job'; organizationId: string; libraryId: string; db: Tx }

/** A job that sends the one mail. */
export type MailScope = Made & { kind: 'mail'; mailId: string; db: Tx }

/** Somebody without a session, to whom the policies show nothing. */
export type VisitorScope = Made & { kind: 'visitor'; db: Tx }

export type Scope = UserScope | InstanceScope | OrganizationScope | JobScope | MailScope | VisitorScope

type Options = { readOnly?: boolean; address?: string | null }
const make = <S extends Scope>(scope: Omit<S, typeof made>): S => scope as S

/** Runs one transaction in the user's scope; `fn` gets null when the session does not live. */
export function asUser<T>(transact: Transact, token: string, fn: (scope: UserScope | null) => Promise<T>, options?: Options): Promise<T> {
  return transact(
    { kind: 'user', token },
    (db, actor) =>
      fn(
        actor &&
          make<UserScope>({
            kind: 'user',
            user: person(actor),
            activeOrganizationId: actor.activeOrganizationId,
            token,
            sessionId: actor.sessionId,
            impersonatorId: actor.impersonatorId,
            db,
          }),
      ),
    options,
  )
}

/**
 * Runs one transaction in a workspace, named by id or slug, or by null for the session's active one.
 * `fn` gets `unauthenticated` or `not-a-member` where there is no such scope.
 */
export function asMember<T>(
  transact: Transact,
  token: string,
  organization: string | null,
  fn: (scope: OrganizationScope | 'unauthenticated' | 'not-a-member') => Promise<T>,
  options?: Options,
): Promise<T> {
  return transact(
    { kind: 'organization', token, organization },
    (db, actor) => {
      if (!actor) return fn('unauthenticated')
      if (!actor.organizationId || !actor.role) return fn('not-a-member')
      return fn(
        make<OrganizationScope>({
          kind: 'organization',
          user: person(actor),
          organizationId: actor.organizationId,
          role: actor.role,
          permissions: new Set(actor.permissions as AnyPermission[]),
          impersonatorId: actor.impersonatorId,
          address: options?.address ?? null,
          db,
        }),
      )
    },
    options,
  )
}

/** The instance scope of the same transaction, when the user is the operator. */
export function instanceScope(scope: UserScope): InstanceScope | null {
  return scope.user.operator ? make<InstanceScope>({ kind: 'instance', user: scope.user, db: scope.db }) : null
}

/** Runs one transaction as the operator; `fn` gets null when the session is none of an operator. */
export function asOperator<T>(
  transact: Transact,
  token: string,
  fn: (scope: InstanceScope | UserScope | null) => Promise<T>,
  options?: Options,
): Promise<T> {
  return asUser(transact, token, (scope) => fn(scope && (instanceScope(scope) ?? scope)), options)
}

/** Runs one transaction of the job of a library; `fn` gets null when the library is gone. */
export function asJob<T>(transact: Transact, libraryId: string, fn: (scope: JobScope | null) => Promise<T>, options?: Options): Promise<T> {
  return transact(
    { kind: 'job', libraryId },
    (db, entered) => fn(entered && make<JobScope>({ kind: 'job', organizationId: entered.organizationId, libraryId, db })),
    options,
  )
}

/** Runs one transaction of the job of a mail; `fn` gets null when the mail is gone. */
export function asMail<T>(transact: Transact, mailId: string, fn: (scope: MailScope | null) => Promise<T>, options?: Options): Promise<T> {
  return transact({ kind: 'mail', mailId }, (db, entered) => fn(entered && make<MailScope>({ kind: 'mail', mailId, db })), options)
}

/** Runs one transaction in which nobody is entered. */
export function asVisitor<T>(transact: Transact, fn: (scope: VisitorScope) => Promise<T>, options?: Options): Promise<T> {
  return transact({ kind: 'visitor' }, (db) => fn(make<VisitorScope>({ kind: 'visitor', db })), options)
}

const person = (actor: Actor): ScopeUser => ({ id: actor.userId, name: actor.userName, email: actor.userEmail, operator: actor.operator })
