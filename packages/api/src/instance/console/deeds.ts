import { foldAddress, hashPassword } from '@carrel/auth'
import type { Transact } from '@carrel/db'
import { announce } from '../../events/queries.ts'
import { asConsole, type InstanceScope } from '../../scope.ts'
import { Id } from '../../shapes.ts'
import { recordInstance } from '../audit/queries.ts'
import { banUser, findUser, findUserByEmail, insertUser, listUsers, setPassword, unbanUser } from '../users/queries.ts'
import type { InstanceUser, ListUsers } from '../users/schema.ts'
import { ConsoleRefusal } from './refusal.ts'

/** Somebody named by id or address. */
async function getUser(scope: InstanceScope, named: string): Promise<InstanceUser> {
  const user = Id.safeParse(named).success ? await findUser(scope, named) : await findUserByEmail(scope, named)
  if (!user) throw new ConsoleRefusal(`There is no user ${named}.`)
  return user
}

const told = ({ id, name }: InstanceUser) => ({ id, name })

/** Makes an account that runs this server. Throws ConsoleRefusal when the address belongs to somebody. */
export async function createAdmin(transact: Transact, input: { name: string; email: string; password: string }): Promise<void> {
  const passwordHash = await hashPassword(input.password)
  await asConsole(transact, async (scope) => {
    const { name, email } = input
    const id = await insertUser(scope, { name, email, passwordHash, operator: true })
    if (!id) throw new ConsoleRefusal(`There is an account with the address ${email}. An operator can make it one of theirs in the app.`)
    await recordInstance(scope, {
      action: 'user.created',
      target: { id, name },
      after: { name, email: foldAddress(email), operator: true },
    })
  })
}

/** Writes down that the first operator was made on the command line. */
export const noteFirstOperator = (transact: Transact, { id, name, email }: { id: string; name: string; email: string }): Promise<void> =>
  asConsole(transact, (scope) =>
    recordInstance(scope, { action: 'user.created', target: { id, name }, after: { name, email: foldAddress(email), operator: true } }),
  )

/** Sets the password of somebody and signs them out everywhere. Throws ConsoleRefusal. */
export async function resetPassword(transact: Transact, named: string, password: string): Promise<InstanceUser> {
  const passwordHash = await hashPassword(password)
  return asConsole(transact, async (scope) => {
    const user = await getUser(scope, named)
    await setPassword(scope, user.id, passwordHash)
    await recordInstance(scope, { action: 'user.password-reset', target: told(user) })
    await announce(scope, { type: 'sessions', userId: user.id })
    return user
  })
}

/** All users that fit, by name. */
export function eachUser(transact: Transact, filter: Pick<ListUsers, 'query' | 'only'>, show: (user: InstanceUser) => void): Promise<void> {
  return asConsole(
    transact,
    async (scope) => {
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await listUsers(scope, { ...filter, limit: 100, ...(cursor && { cursor }) })
        if (!page) throw new Error('A cursor of this very list is one of it.')
        for (const user of page.items) show(user)
        cursor = page.nextCursor
      }
    },
    { readOnly: true },
  )
}

/** Keeps somebody out, whose sessions end at once. Throws ConsoleRefusal. */
export async function ban(transact: Transact, named: string, reason: string, until: string | null): Promise<InstanceUser> {
  return asConsole(transact, async (scope) => {
    const user = await getUser(scope, named)
    if ((await banUser(scope, user.id, reason, until)) === 'last-operator')
      throw new ConsoleRefusal('This is the last operator of this server. Make another one first: create-admin')
    await recordInstance(scope, { action: 'user.banned', target: told(user), reason, after: { until } })
    await announce(scope, { type: 'sessions', userId: user.id })
    return user
  })
}

export async function unban(transact: Transact, named: string): Promise<InstanceUser> {
  return asConsole(transact, async (scope) => {
    const user = await getUser(scope, named)
    await unbanUser(scope, user.id)
    if (user.ban) await recordInstance(scope, { action: 'user.unbanned', target: told(user), before: user.ban })
    return user
  })
}
