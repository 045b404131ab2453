import { AsyncLocalStorage } from 'node:async_hooks'
import bcrypt from 'bcrypt'
import { hashPassword as scrypt, verifyPassword as verifyScrypt } from 'better-auth/crypto'
import { eq } from 'drizzle-orm'
import type { Pools } from '@carrel/db'
import { account } from '@carrel/db/schema'
import { Later } from './later.ts'

const scryptForm = /^[0-9a-f]{32}:[0-9a-f]{128}$/
/** Cost 4 to 15: the highest takes some seconds of a core, and each further one twice as many. */
const bcryptForm = /^\$2[aby]\$(?:0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/
const bcryptBytes = 72

/** True for what `verifyPassword` understands: scrypt as Better Auth writes it, or bcrypt (2a, 2b, 2y) up to cost 15. */
export const isPasswordHash = (hash: string): boolean => scryptForm.test(hash) || bcryptForm.test(hash)

/** Hashes at a time: each takes a core for a tenth of a second, and file reads wait for the same threads of the process. */
const atOnce = 2
const waiting = 60
const retrySeconds = 2

let running = 0
const line: (() => void)[] = []
const held = new AsyncLocalStorage<true>()

async function takeTurn(): Promise<void> {
  if (running < atOnce) {
    running += 1
    return
  }
  if (line.length >= waiting)
    throw new Later('SERVICE_UNAVAILABLE', 'Too many people sign in just now. Try again in a moment.', retrySeconds)
  await new Promise<void>((resolve) => line.push(resolve))
}

function giveTurn(): void {
  const next = line.shift()
  if (next) next()
  else running -= 1
}

/**
 * Runs `fn` with one turn for all hashes that it makes: for what must not stop halfway, or holds a connection meanwhile.
 * Throws Later when 60 wait already. What was sent must have arrived before: who sends slowly must not hold a turn.
 */
export async function inPasswordTurn<T>(fn: () => Promise<T>): Promise<T> {
  if (held.getStore()) return fn()
  await takeTurn()
  try {
    return await held.run(true, fn)
  } finally {
    giveTurn()
  }
}

/** The hash to keep: scrypt, in the form of Better Auth. Two are made at a time; throws Later when 60 wait. */
export const hashPassword = (password: string): Promise<string> => inPasswordTurn(() => scrypt(password))

/**
 * Whether the password is that of the hash; in the same turns. False for a hash that is none. A bcrypt hash, which
 * knows the first 72 bytes of a password alone, is replaced by a scrypt hash of the whole password as soon as one fits.
 */
export function verifyPassword(db: Pools['authDb'], { hash, password }: { hash: string; password: string }): Promise<boolean> {
  return inPasswordTurn(async () => {
    if (scryptForm.test(hash)) return verifyScrypt({ hash, password })
    if (!bcryptForm.test(hash)) {
      // As long as for any other wrong password.
      await scrypt(password)
      return false
    }
    // Of at most 72 bytes the three forms agree; the library knows one of them.
    const bytes = Buffer.from(password).subarray(0, bcryptBytes)
    if (!(await bcrypt.compare(bytes, `$2b$${hash.slice(4)}`))) return false
    const renewed = await scrypt(password)
    await db.update(account).set({ password: renewed }).where(eq(account.password, hash))
    return true
  })
}
