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
  address: string | null
  db: Tx
}
/** The operator of the instance, who is no member of tenants. */
export type InstanceScope = Made & {
  kind: 'instance'
  /** Who it is in the log; the command line has no id. */
  actor: { id: string | null; name: string; email: string | null }
  address: string | null
  db: Tx
}
/** A member in one workspace. */
export type OrganizationScope = Made & {
  kind: 'organization'
  user: ScopeUser
  /** Null for the command line. */
  actorId: string | null
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

/** A job, or a member who works on one library. */
export type LibraryScope = JobScope | (OrganizationScope & { libraryId: string })

/** A job that sends the one mail. */
export type MailScope = Made & { kind: 'mail'; mailId: string; db: Tx }

/** Somebody without a session, to whom the policies show nothing. */
export type VisitorScope = Made & { kind: 'visitor'; db: Tx }

export type Scope = UserScope | InstanceScope | OrganizationScope | JobScope | MailScope | VisitorScope

type Options = { readOnly?: boolean; address?: string | null }
/** The id of no user. */
const nobody = '00000000-0000-0000-0000-000000000000'

const make = <S extends Scope>(scope: Omit<S, typeof made>): S => scope as S

/** Runs one transaction in the user's scope; `fn` gets null when the session does not live. */
export function asUser<T>(transact: Transact, token: string, fn: (scope: UserScope | null) => Promise<T>, options?: Options): Promise<T> {
  return transact({ kind: 'user', token }, (db, actor) => fn(actor && userScope(db, actor, token, options)), options)
}

/**
 * Runs one transaction in a workspace, named by id or slug, or by null for the session's active one.
 * `fn` gets `unauthenticated` or `not-a-member` where there is no such scope; then also who it is.
 */
export function asMember<T>(
  transact: Transact,
  token: string,
  organization: string | null,
  fn: (scope: OrganizationScope | 'unauthenticated' | 'not-a-member', person: UserScope | null) => Promise<T>,
  options?: Options,
): Promise<T> {
  return transact(
    { kind: 'organization', token, organization },
    (db, actor) => {
      if (!actor) return fn('unauthenticated', null)
      if (!actor.organizationId || !actor.role) return fn('not-a-member', userScope(db, actor, token, options))
      return fn(
        make<OrganizationScope>({
          kind: 'organization',
          user: person(actor),
          actorId: actor.userId,
          organizationId: actor.organizationId,
          role: actor.role,
          permissions: new Set(actor.permissions as AnyPermission[]),
          impersonatorId: actor.impersonatorId,
          address: options?.address ?? null,
          db,
        }),
        null,
      )
    },
    options,
  )
}

/** The instance scope of the same transaction, when the user is the operator and is there themself. */
export function instanceScope({ user, impersonatorId, address, db }: UserScope): InstanceScope | null {
  if (!user.operator || impersonatorId !== null) return null
  return make<InstanceScope>({ kind: 'instance', actor: { id: user.id, name: user.name, email: user.email }, address, db })
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

/** Whoever may run programs on the server with its secret: the command line, never a request. */
const console = { id: null, name: 'The operator (command line)', email: null }

/** Runs one transaction of the command line, which may do what the operator may. */
export function asConsole<T>(transact: Transact, fn: (scope: InstanceScope) => Promise<T>, options?: Options): Promise<T> {
  return transact(
    { kind: 'console', organization: null },
    (db) => fn(make<InstanceScope>({ kind: 'instance', actor: console, address: null, db })),
    options,
  )
}

/** Runs one transaction of the command line in a workspace, as its owner could; `fn` gets null when there is none of this id or address. */
export function asConsoleIn<T>(
  transact: Transact,
  organization: string,
  fn: (scopes: { workspace: OrganizationScope; instance: InstanceScope } | null) => Promise<T>,
  options?: Options,
): Promise<T> {
  return transact(
    { kind: 'console', organization },
    (db, entered) =>
      fn(
        entered?.organizationId
          ? {
              workspace: make<OrganizationScope>({
                kind: 'organization',
                user: { id: nobody, name: console.name, email: '', operator: true },
                actorId: null,
                organizationId: entered.organizationId,
                role: 'owner',
                permissions: new Set(entered.permissions as AnyPermission[]),
                impersonatorId: null,
                address: null,
                db,
              }),
              instance: make<InstanceScope>({ kind: 'instance', actor: console, address: null, db }),
            }
          : null,
      ),
    options,
  )
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

const userScope = (db: Tx, actor: Actor, token: string, options?: Options): UserScope =>
  make<UserScope>({
    kind: 'user',
    user: person(actor),
    activeOrganizationId: actor.activeOrganizationId,
    token,
    sessionId: actor.sessionId,
    impersonatorId: actor.impersonatorId,
    address: options?.address ?? null,
    db,
  })

const person = (actor: Actor): ScopeUser => ({ id: actor.userId, name: actor.userName, email: actor.userEmail, operator: actor.operator })
