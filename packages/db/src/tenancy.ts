import type { PgDialect } from 'drizzle-orm/pg-core'
import { drizzle, PostgresJsDatabase, PostgresJsSession } from 'drizzle-orm/postgres-js'
import type { EmptyRelations } from 'drizzle-orm'
import type { ReservedSql, Sql } from 'postgres'

/** The database handle of one transaction, in which an actor was entered. */
export type Tx = Omit<PostgresJsDatabase, 'transaction'>

/** Whom the database found behind a session token. */
export type Actor = {
  userId: string
  userName: string
  userEmail: string
  operator: boolean
  activeOrganizationId: string | null
  /** Null when the user is no member of the organization asked for, or none was asked for. */
  organizationId: string | null
  role: string | null
  permissions: string[]
  /** The operator who acts in this user's place. */
  impersonatorId: string | null
  sessionId: string
}

export type Entry =
  | { kind: 'user'; token: string }
  | { kind: 'organization'; token: string; /** Id or slug; null: the session's active one. */ organization: string | null }
  | { kind: 'job'; libraryId: string }
  | { kind: 'mail'; mailId: string }
  /** Somebody without a session. */
  | { kind: 'visitor' }
  /** A program that the operator runs on the server; in a workspace, named by id or slug. */
  | { kind: 'console'; organization: string | null }

export type EnteredJob = { organizationId: string }
export type EnteredMail = { mailId: string }
export type EnteredVisitor = { visitor: true }
export type EnteredConsole = {
  /** Null when there is none such, or none was asked for. */ organizationId: string | null
  permissions: string[]
}
type Entered<E extends Entry> = E extends { kind: 'job' }
  ? EnteredJob
  : E extends { kind: 'mail' }
    ? EnteredMail
    : E extends { kind: 'visitor' }
      ? EnteredVisitor
      : E extends { kind: 'console' }
        ? EnteredConsole
        : Actor

/**
 * Runs one transaction as the actor of `entry`. `fn` gets null instead of an actor when there is no live
 * session, or no such library or mail; the policies then give it no rows. With `readOnly` the transaction may
 * not write, and the answer does not wait for its end.
 */
export type Transact = <E extends Entry, T>(
  entry: E,
  fn: (tx: Tx, entered: Entered<E> | null) => Promise<T>,
  options?: { readOnly?: boolean },
) => Promise<T>

/** Binds the pool of the app login. Only `scope.ts` of the API and the tests of the walls call this. */
export function createTransact(pool: Sql): Transact {
  const { dialect } = drizzle({ client: pool }) as unknown as { dialect: PgDialect }
  return async (entry, fn, options = {}) => {
    const connection = await pool.reserve()
    try {
      // Sent together, in this order: opening and entering cost one round trip.
      const begun = connection.unsafe(options.readOnly ? 'begin read only' : 'begin').execute()
      const [entered] = await Promise.all([enter(connection, entry), begun])
      const session = new PreparingSession(connection, dialect, {}, {})
      const result = await fn(new PostgresJsDatabase(dialect, session, {}), entered as never)
      const committed = connection.unsafe('commit').execute()
      // What was only read does not change by the end of its transaction: neither the answer nor the next
      // transaction of this connection, which is sent behind, need wait for it.
      if (options.readOnly) committed.catch(() => {})
      else await committed
      connection.release()
      return result
    } catch (error) {
      await connection.unsafe('rollback').catch(() => {})
      connection.release()
      throw error
    }
  }
}

const preparedParameters = 24

/**
 * Drizzle leaves statements unnamed; parsing and planning them under policies costs more than running them. Long lists stay so. Of
 * statements that are sent together, without waiting between, a builder overtakes what `execute` was given before it; those of one kind
 * keep their order.
 */
class PreparingSession extends PostgresJsSession<ReservedSql, EmptyRelations> {
  override prepareQuery: PostgresJsSession<ReservedSql, EmptyRelations>['prepareQuery'] = (query, mode, name, ...rest) =>
    super.prepareQuery(query, mode, name === false && query.params.length <= preparedParameters ? 'kept' : name, ...rest)
}

async function enter(
  connection: ReservedSql,
  entry: Entry,
): Promise<Actor | EnteredJob | EnteredMail | EnteredVisitor | EnteredConsole | null> {
  if (entry.kind === 'visitor') {
    await connection`select app.leave()`
    return { visitor: true }
  }
  if (entry.kind === 'mail') {
    const [row] = await connection<{ entered: boolean }[]>`select app.enter_mail(${entry.mailId}) as entered`
    return row?.entered ? { mailId: entry.mailId } : null
  }
  if (entry.kind === 'job') {
    const [row] = await connection<{ organizationId: string | null }[]>`select app.enter_job(${entry.libraryId}) as "organizationId"`
    return row?.organizationId ? { organizationId: row.organizationId } : null
  }
  if (entry.kind === 'console') {
    const [row] = await connection<EnteredConsole[]>`
      select organization_id as "organizationId", coalesce(permissions, '{}') as permissions from app.enter_console(${entry.organization})`
    return row ?? null
  }
  const organization = entry.kind === 'organization' ? entry.organization : null
  const [row] = await connection<(Omit<Actor, 'permissions'> & { permissions: string | null })[]>`
    select user_id as "userId", user_name as "userName", user_email as "userEmail", operator,
      active_organization_id as "activeOrganizationId", organization_id as "organizationId", role,
      permissions, impersonator_id as "impersonatorId", session_id as "sessionId"
    from app.enter(${entry.token}, ${entry.kind}, ${organization})`
  return row?.userId ? { ...row, permissions: row.permissions?.split(',') ?? [] } : null
}
