import { inArray, lt, sql } from 'drizzle-orm'
import type { Pools } from '@carrel/db'
import { emailToken, rateLimit, session, verification } from '@carrel/db/schema'
import type { VisitorScope } from '../scope.ts'

/** Workspaces whose seven days to be had back are over. */
export async function listEndedOrganizations({ db }: VisitorScope): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`select id from app.ended_organizations() as id`)
  return [...rows].map((row) => row.id)
}

/** Removes at most so many rows of such a workspace, children first. How many went; 0 when only its last row is left. */
export async function purgeRows({ db }: VisitorScope, organizationId: string, most: number): Promise<number> {
  const [row] = await db.execute<{ gone: number }>(sql`select app.purge_organization(${organizationId}::uuid, ${most}::int) as gone`)
  return row?.gone ?? 0
}

/** Removes its last row, with the members, roles and invitations that hang on it. */
export async function forgetOrganization({ db }: VisitorScope, organizationId: string): Promise<void> {
  await db.execute(sql`select app.forget_organization(${organizationId}::uuid)`)
}

/** Those of these digests that name no cover of the workspace's books, and not its logo. */
export async function listUnusedPictures({ db }: VisitorScope, organizationId: string, digests: readonly string[]): Promise<string[]> {
  const rows = await db.execute<{ digest: string }>(
    sql`select digest from app.unused_pictures(${organizationId}::uuid, ${`{${digests.join(',')}}`}::text[]) as digest`,
  )
  return [...rows].map((row) => row.digest)
}

/** Counts a night for every missing book, unless one was counted less than 20 hours ago; then null. */
export async function countNight({ db }: VisitorScope): Promise<number | null> {
  const [row] = await db.execute<{ counted: number | null }>(sql`select app.count_night() as counted`)
  return row?.counted ?? null
}

/** Removes at most so many books that were missing for as many nights as their library keeps them. How many went. */
export async function expireMissing({ db }: VisitorScope, most: number): Promise<number> {
  const [row] = await db.execute<{ gone: number }>(sql`select app.expire_missing(${most}::int) as gone`)
  return row?.gone ?? 0
}

/** `scans`: beyond the last 50 of a library, those over a part of it apart. `mails`: ended 30 days ago. `tokens`: of invitations that ended 90 days ago. */
export const agedKinds = ['scans', 'mails', 'tokens'] as const

export async function removeAged({ db }: VisitorScope, kind: (typeof agedKinds)[number], most: number): Promise<number> {
  const [row] = await db.execute<{ gone: number }>(sql`select app.tidy(${kind}, ${most}::int) as gone`)
  return row?.gone ?? 0
}

const dayMs = 86_400_000

/** What Better Auth leaves behind, on its own login: expired sessions, verifications and links to addresses, counts of requests of other days. */
export const authLeftovers = {
  sessions: async (db: Pools['authDb'], most: number): Promise<number> => {
    const old = db
      .select({ id: session.id })
      .from(session)
      .where(lt(session.expiresAt, sql`now()`))
      .limit(most)
    return (await db.delete(session).where(inArray(session.id, old)).returning({ id: session.id })).length
  },
  verifications: async (db: Pools['authDb'], most: number): Promise<number> => {
    const old = db
      .select({ id: verification.id })
      .from(verification)
      .where(lt(verification.expiresAt, sql`now()`))
      .limit(most)
    return (await db.delete(verification).where(inArray(verification.id, old)).returning({ id: verification.id })).length
  },
  emailTokens: async (db: Pools['authDb'], most: number): Promise<number> => {
    const old = db
      .select({ hash: emailToken.hash })
      .from(emailToken)
      .where(lt(emailToken.expiresAt, sql`now()`))
      .limit(most)
    return (await db.delete(emailToken).where(inArray(emailToken.hash, old)).returning({ userId: emailToken.userId })).length
  },
  rateLimits: async (db: Pools['authDb'], most: number): Promise<number> => {
    const old = db
      .select({ id: rateLimit.id })
      .from(rateLimit)
      .where(lt(rateLimit.lastRequest, Date.now() - dayMs))
      .limit(most)
    return (await db.delete(rateLimit).where(inArray(rateLimit.id, old)).returning({ id: rateLimit.id })).length
  },
}
