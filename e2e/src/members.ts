import { randomUUID } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import postgres, { type Sql } from 'postgres'
import { openApi, type Api } from './people.ts'
import type { CarrelServer } from './server.ts'

type Role = 'owner' | 'admin' | 'librarian' | 'member' | 'guest'
export type Person = { id: string; name: string; email: string; password: string; api: Api }

/** Runs SQL on the server's own database, as nobody but a test may. */
async function withDatabase<T>(server: CarrelServer, run: (sql: Sql) => Promise<T>): Promise<T> {
  const home = path.join(server.dataDir, 'postgres')
  const { superuserPassword } = JSON.parse(readFileSync(path.join(home, 'credentials.json'), 'utf8')) as { superuserPassword: string }
  const sql = postgres({
    host: realpathSync(path.join(home, 'socket')),
    port: 5432,
    user: 'carrel_super',
    password: superuserPassword,
    database: 'carrel',
    max: 1,
    onnotice: () => undefined,
  })
  try {
    return await run(sql)
  } finally {
    await sql.end()
  }
}

async function join(sql: Sql, organizationId: string, userId: string, role: Role): Promise<void> {
  await sql`insert into member (id, organization_id, user_id, role) values (${randomUUID()}, ${organizationId}, ${userId}, ${role})`
  await sql`insert into member_role (organization_id, user_id, builtin) values (${organizationId}, ${userId}, ${role})`
}

/** Somebody who signs up by themselves and is let into the workspace in place of an invitation. Needs SIGN_UP=open. */
export async function admit(server: CarrelServer, organizationId: string, name: string, role: Role): Promise<Person> {
  const email = `${name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '.')}@example.org`
  const person = { name, email, password: 'a lamp in the window' }
  const api = await openApi(server)
  await api.signUp(person)
  const { user } = (await api.get('/account')) as { user: { id: string } }
  await withDatabase(server, (sql) => join(sql, organizationId, user.id, role))
  return { ...person, id: user.id, api }
}

/** Somebody with an account and no workspace. Needs SIGN_UP=open. */
export async function newcomer(server: CarrelServer, name: string, email: string): Promise<Person> {
  const person = { name, email, password: 'a lamp in the window' }
  const api = await openApi(server)
  await api.signUp(person)
  const { user } = (await api.get('/account')) as { user: { id: string } }
  return { ...person, id: user.id, api }
}

/** As if they had pressed the link of a mail to it. */
export const confirmAddress = (server: CarrelServer, { id }: Pick<Person, 'id'>): Promise<unknown> =>
  withDatabase(server, (sql) => sql`update "user" set email_verified = true where id = ${id}`)

/** The last time somebody was there, so many days ago. */
export const lastSeen = (server: CarrelServer, { id }: Pick<Person, 'id'>, daysAgo: number): Promise<unknown> =>
  withDatabase(server, (sql) => sql`update member set last_seen_at = now() - ${daysAgo} * interval '1 day' where user_id = ${id}`)

/** Members whom nobody signs in as: their names fill a list. Returns their ids. */
export async function fill(server: CarrelServer, organizationId: string, names: readonly string[]): Promise<string[]> {
  return withDatabase(server, async (sql) => {
    const ids: string[] = []
    for (const [index, name] of names.entries()) {
      const id = randomUUID()
      await sql`insert into "user" (id, name, email) values (${id}, ${name}, ${`reader.${index}@example.org`})`
      await join(sql, organizationId, id, index % 9 === 0 ? 'librarian' : index % 4 === 0 ? 'guest' : 'member')
      ids.push(id)
    }
    return ids
  })
}
