import { and, eq, gt, ne, sql } from 'drizzle-orm'
import type { Pools } from '@carrel/db'
import { account, emailToken, session, user, verification } from '@carrel/db/schema'
import { verifyPassword } from './passwords.ts'

type Db = Pools['authDb']
/** A connection or a transaction of Better Auth's login. */
export type AuthTx = Pick<Db, 'select' | 'insert' | 'update' | 'delete'>

/** Hours for which the link of a confirmation works. */
export const emailTokenHours = 24

/** True when an account has the address, which is in folded form. */
export async function isAddressTaken(db: Db, email: string): Promise<boolean> {
  const rows = await db.select({ id: user.id }).from(user).where(eq(user.email, email)).limit(1)
  return rows.length > 0
}

/** Whether this is the person's password; `none` for who signs in without one. */
export async function checkPassword(db: Db, userId: string, password: string): Promise<boolean | 'none'> {
  const [row] = await db
    .select({ hash: account.password })
    .from(account)
    .where(and(eq(account.userId, userId), eq(account.providerId, 'credential')))
  return row?.hash ? verifyPassword(db, { hash: row.hash, password }) : 'none'
}

/** Ends what was mailed before and could still change the account: links for a new password and for another address. */
export async function dropMailedLinks(db: AuthTx, userId: string): Promise<void> {
  await db.delete(emailToken).where(eq(emailToken.userId, userId))
  await db.delete(verification).where(eq(verification.value, userId))
}

/** Forgets another address that was to be confirmed. */
export async function dropPendingChange(db: AuthTx, userId: string): Promise<void> {
  await db.delete(emailToken).where(and(eq(emailToken.userId, userId), ne(emailToken.email, emailToken.current)))
}

/** `current` is the account's address now, `email` the one that the link is mailed to. */
export async function insertEmailToken(db: AuthTx, token: { hash: Buffer; userId: string; email: string; current: string }): Promise<void> {
  await db.insert(emailToken).values({ ...token, expiresAt: sql`now() + make_interval(hours => ${emailTokenHours})` })
}

export type ConfirmedEmail = {
  userId: string
  name: string
  email: string
  /** The address before; null when it stays. */ before: string | null
}

/** A live session, and whose it is. */
export type LiveSession = { userId: string; token: string }

/**
 * Uses a link up. The address is confirmed, or becomes the account's in place of the old one: then every session ends but
 * `live`, and `onChange` runs in the same transaction. Null for a link that is unknown, used or expired; `taken`, and nothing
 * changed, when another account has the address by now; `not-signed-in`, and nothing used up, for a change that somebody asks
 * for without a session of the account: a mistyped address must not hand it over.
 */
export async function confirmEmail(
  db: Db,
  hash: Buffer,
  live: LiveSession | null,
  onChange: (tx: AuthTx, changed: ConfirmedEmail & { before: string }) => Promise<void>,
): Promise<ConfirmedEmail | 'taken' | 'not-signed-in' | null> {
  try {
    return await db.transaction(async (tx) => {
      const wanted = and(eq(emailToken.hash, hash), gt(emailToken.expiresAt, sql`now()`))
      const [token] = await tx.select().from(emailToken).where(wanted).for('update')
      if (!token) return null
      if (token.email !== token.current && live?.userId !== token.userId) return 'not-signed-in'
      await tx.delete(emailToken).where(wanted)
      const [person] = await tx.select().from(user).where(eq(user.id, token.userId)).for('update')
      if (person?.email !== token.current) return null
      const before = token.email === person.email ? null : person.email
      await tx
        .update(user)
        .set({ email: token.email, emailVerified: true, updatedAt: sql`now()` })
        .where(eq(user.id, person.id))
      const confirmed = { userId: person.id, name: person.name, email: token.email }
      if (before === null) return { ...confirmed, before }
      await dropMailedLinks(tx, person.id)
      await tx.delete(session).where(and(eq(session.userId, person.id), live === null ? undefined : ne(session.token, live.token)))
      await onChange(tx, { ...confirmed, before })
      return { ...confirmed, before }
    })
  } catch (error) {
    if (isTaken(error)) return 'taken'
    throw error
  }
}

/** True when the address of another account decided against the write. */
function isTaken(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if ('constraint_name' in cause && cause.constraint_name === 'user_email_key') return true
  return false
}
