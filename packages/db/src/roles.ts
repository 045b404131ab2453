import { createHash, createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { DatabaseRefusal } from './refusal.ts'

/** Logins of the running server. None owns anything; none passes policies by. */
export const logins = ['carrel_app', 'carrel_auth', 'carrel_jobs'] as const
export type Login = (typeof logins)[number]

/** Password of a login, derived from the secret so that replicas agree without telling each other. */
export function loginPassword(secret: string, login: Login): string {
  return createHmac('sha256', secret).update(`postgres:${login}`).digest('base64url')
}

/** What the database keeps of the secret, to know a server that has another one. */
export function secretFingerprint(secret: string): string {
  return createHash('sha256').update(`carrel-fingerprint:${secret}`).digest('hex')
}

/**
 * Creates the logins and the owner of the definer functions where they are missing and sets the
 * passwords. Needs CREATEROLE unless all exist; on a managed server without it, an administrator makes
 * the four roles and the logins are given by URL.
 */
export async function ensureRoles(owner: Sql, secret: string, managePasswords: boolean): Promise<void> {
  const existing = new Set(
    (await owner<{ rolname: string }[]>`select rolname from pg_roles where rolname like 'carrel\\_%'`).map((r) => r.rolname),
  )
  if (!existing.has('carrel_gate')) await createRole(owner, 'create role carrel_gate nologin')
  for (const login of logins) {
    if (!existing.has(login)) await createRole(owner, `create role ${login} login noinherit`)
    if (managePasswords) await setPassword(owner, login, loginPassword(secret, login))
  }
  // Handing the definer functions over needs SET on the role; a creator has only ADMIN (Postgres 16).
  await owner.unsafe(`do $$ begin
    if not pg_has_role(current_user, 'carrel_gate', 'SET') then execute format('grant carrel_gate to %I with inherit false, set true', current_user); end if;
  end $$`)
}

/** For `app.refresh_statistics`. At each start, since a database may have come from a PostgreSQL before 17, where only owners may. */
export async function letGateMaintain(owner: Sql): Promise<void> {
  await owner.unsafe(`do $$ begin
    if current_setting('server_version_num')::integer >= 170000 then
      execute 'grant maintain on book, library_file, cover_task, book_contributor, book_series, book_tag, book_identifier,
        person, series, publisher, tag, former_content to carrel_gate';
    end if;
  end $$`)
}

/** Roles belong to the whole Postgres, so a server that starts on another of its databases may write the same row. */
async function setPassword(owner: Sql, login: Login, password: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await owner.unsafe(`alter role ${login} password '${password}'`)
      return
    } catch (error) {
      if (tries === 20 || !(error instanceof Error) || !error.message.includes('tuple concurrently updated')) throw error
      await wait(10 * tries)
    }
  }
}

async function createRole(owner: Sql, statement: string): Promise<void> {
  await owner.unsafe(`do $$ begin ${statement}; exception when duplicate_object or unique_violation then null; end $$`)
}

/** @throws DatabaseRefusal when this connection's login could pass policies by: owner, superuser, BYPASSRLS, or a member of such. */
export async function refusePrivileged(connection: Sql): Promise<void> {
  const [found] = await connection<{ login: string; reason: string | null }[]>`
    select current_user as login, case
      when r.rolsuper then 'is a superuser'
      when r.rolbypassrls then 'may bypass row policies'
      when r.rolcreaterole then 'may create roles'
      when exists (
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'app', 'pgboss') and pg_has_role(current_user, c.relowner, 'MEMBER')
      ) then 'owns tables'
      when exists (select from pg_roles s where (s.rolsuper or s.rolbypassrls) and pg_has_role(current_user, s.oid, 'MEMBER')) then 'is a member of a privileged role'
      when pg_has_role(current_user, 'carrel_gate', 'MEMBER') then 'is a member of carrel_gate'
    end as reason
    from pg_roles r where r.rolname = current_user`
  if (found?.reason)
    throw new DatabaseRefusal(
      `The database login ${found.login} ${found.reason}; Carrel only runs on logins that cannot pass its row policies.`,
    )
}
