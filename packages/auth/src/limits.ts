import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { Pools } from '@carrel/db'
import { attempt } from '@carrel/db/schema'
import { Later } from './later.ts'

/** How often something may be tried in so many minutes from the first time; see docs/adr/0004-sign-in.md. */
const budgets = {
  /** Wrong passwords for an address, from wherever, unless the browser is known. */
  'sign-in': { max: 10, minutes: 15 },
  /** Wrong passwords from one browser that has signed in with the address before. */
  'sign-in-known': { max: 10, minutes: 15 },
  /** Wrong passwords of who is signed in. */
  password: { max: 10, minutes: 15 },
  /** Mails with a link for a new password, for an address. */
  'reset-mail': { max: 5, minutes: 60 },
  /** Mails that somebody asks for to confirm their address, or a new one. */
  'account-mail': { max: 5, minutes: 60 },
  /** Lists of addresses that one person invites, of up to a hundred each. */
  invitations: { max: 60, minutes: 15 },
  /** Mails of one workspace that remind somebody of their invitation. */
  'invitation-mail': { max: 5, minutes: 60 },
  /** Accounts made by links of workspaces, from one address of a client. A class may sign up at once. */
  'join-sign-up': { max: 60, minutes: 15 },
  /** Searches of one person in catalogues outside, and covers taken from there. */
  lookup: { max: 60, minutes: 10 },
  /** Small pictures of what was found there. */
  'lookup-picture': { max: 900, minutes: 10 },
} as const
export type Budget = keyof typeof budgets

const messages = (minutes: number): Record<Budget, string> => {
  const again = `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`
  const passwords = `Too many wrong passwords. ${again}`
  return {
    'sign-in': `${passwords}, or ask for a new password.`,
    'sign-in-known': `${passwords}, or ask for a new password.`,
    password: `${passwords}.`,
    'reset-mail': `Many mails were asked for already; look for them also among spam. ${again}.`,
    'account-mail': `Many mails were asked for already; look for them also among spam. ${again}.`,
    invitations: `You invited often just now. ${again}, or invite several people at once.`,
    'invitation-mail': `This invitation was sent many times already. ${again}.`,
    lookup: `You looked up much just now. ${again}.`,
    'lookup-picture': `You looked at many pictures just now. ${again}.`,
    'join-sign-up': `Many accounts were made from here just now. ${again}.`,
  }
}

/** An address as it counts, however it is written. */
export const foldAddress = (email: string): string => email.normalize('NFC').toLowerCase()

export type Limits = {
  /** Counts a try, before it is known how it ends. Throws Later when there were too many. */
  take(budget: Budget, subject: string): Promise<void>
  /** It was no failure after all, or never came to pass. */
  giveBack(budget: Budget, subject: string): Promise<void>
  /** Counts anew from here on. */
  forget(budget: Budget, subject: string): Promise<void>
}

const ended = sql`${attempt.endsAt} <= now()`
const prunedAtOnce = 100

/** Limits that are kept in the database, so that replicas agree; without `enabled` there are none. */
export function createLimits(db: Pools['authDb'], enabled: boolean): Limits {
  if (!enabled) return { take: async () => {}, giveBack: async () => {}, forget: async () => {} }
  const keyOf = (budget: Budget, subject: string) => createHash('sha256').update(`${budget} ${subject}`).digest()
  const prune = () =>
    db.execute(sql`delete from ${attempt} where key in
      (select key from ${attempt} where ends_at <= now() limit ${prunedAtOnce} for update skip locked)`)
  return {
    async take(budget, subject) {
      const { max, minutes } = budgets[budget]
      // One statement, so that of those who try at once none is overlooked.
      const [row] = await db
        .insert(attempt)
        .values({ key: keyOf(budget, subject), count: 1, endsAt: sql`now() + make_interval(mins => ${minutes})` })
        .onConflictDoUpdate({
          target: attempt.key,
          set: {
            count: sql`case when ${ended} then 1 else least(${attempt.count}, ${max}) + 1 end`,
            endsAt: sql`case when ${ended} then excluded.ends_at else ${attempt.endsAt} end`,
          },
        })
        .returning({ count: attempt.count, seconds: sql<number>`ceil(extract(epoch from ${attempt.endsAt} - now()))::int` })
      if (!row || row.count > max) {
        const seconds = Math.max(1, row?.seconds ?? 1)
        throw new Later('TOO_MANY_REQUESTS', messages(Math.ceil(seconds / 60))[budget], seconds)
      }
      if (row.count === 1) await prune()
    },
    async giveBack(budget, subject) {
      await db
        .update(attempt)
        .set({ count: sql`greatest(${attempt.count} - 1, 0)` })
        .where(eq(attempt.key, keyOf(budget, subject)))
    },
    async forget(budget, subject) {
      await db.delete(attempt).where(eq(attempt.key, keyOf(budget, subject)))
    },
  }
}
