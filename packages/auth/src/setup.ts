import { createHmac, timingSafeEqual } from 'node:crypto'
import { eq, isNull, sql } from 'drizzle-orm'
import { newId, type Pools } from '@carrel/db'
import { account, instance, user } from '@carrel/db/schema'
import { hashPassword } from './passwords.ts'

export type SignUpPolicy = 'open' | 'invite' | 'closed'

/**
 * The one-time code of the first start. It follows from the secret, so that replicas and restarts agree,
 * and is worth nothing once the first account exists. Ten letters and digits: 50 bits, and guesses are limited.
 */
export function setupCode(secret: string): string {
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
  const digest = createHmac('sha256', secret).update('setup').digest()
  const code = Array.from(digest.subarray(0, 10), (byte) => alphabet[byte % 32]).join('')
  return `${code.slice(0, 5)}-${code.slice(5)}`
}

export function isSetupCode(given: string, secret: string): boolean {
  const normal = (code: string) => createHmac('sha256', secret).update(code.replaceAll(/[\s-]/g, '').toUpperCase()).digest()
  return timingSafeEqual(normal(given), normal(setupCode(secret)))
}

/** True until the first account, the operator's, was made. */
export async function needsSetup(db: Pools['authDb']): Promise<boolean> {
  const [row] = await db.select({ setupAt: instance.setupAt }).from(instance)
  return row?.setupAt == null
}

/** Who may make an account, as an operator chose; `SIGN_UP` in the environment wins over it. */
export async function findSignUpPolicy(db: Pools['authDb']): Promise<SignUpPolicy> {
  const [row] = await db.select({ signUp: instance.signUp }).from(instance)
  return row?.signUp ?? 'closed'
}

/**
 * Makes the operator's account, once and for all. Returns null when it exists already: of two visitors
 * at the same moment, the row lock lets one through.
 */
export async function createOperator(
  db: Pools['authDb'],
  input: { name: string; email: string; password: string },
): Promise<string | null> {
  const password = await hashPassword(input.password)
  return db.transaction(async (tx) => {
    const claimed = await tx
      .update(instance)
      .set({ setupAt: sql`now()` })
      .where(isNull(instance.setupAt))
      .returning()
    if (claimed.length === 0) return null
    const id = newId()
    await tx.insert(user).values({ id, name: input.name, email: input.email.toLowerCase(), role: 'admin' })
    await tx.insert(account).values({ id: newId(), accountId: id, providerId: 'credential', userId: id, password })
    await tx.update(instance).set({ operatorId: id }).where(eq(instance.singleton, true))
    return id
  })
}
