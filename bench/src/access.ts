import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Sql } from 'postgres'
import { median } from './report.ts'
import { connect, superuserOf, type RunningServer, type Session } from './server.ts'

const libraries = 50
const teams = 20
const entries = 2000

/** The cookie of a session, as the server signs it. */
function cookieOf(server: RunningServer, token: string): string {
  const secret = readFileSync(path.join(server.dataDir, 'secret'), 'utf8').trim()
  return `carrel.session_token=${encodeURIComponent(`${token}.${createHmac('sha256', secret).update(token).digest('base64')}`)}`
}

/** 1,000 grants: 50 libraries, each opened to 20 teams. Answers the cookie of a guest who is in all of these, and has nothing else. */
export async function addGrants(server: RunningServer, session: Session, libraryId: string): Promise<string> {
  const sql = connect(superuserOf(server.dataDir))
  const { organizationId } = session
  const token = 'guest-of-the-benchmark-0123456789'
  try {
    await sql`insert into library (organization_id, id, name, visibility)
      select ${organizationId}, uuidv7(), 'Restricted ' || i, 'restricted' from generate_series(2, ${libraries}::int) i`
    await sql`insert into team (organization_id, id, name, name_key) select ${organizationId}, uuidv7(), 'Team ' || i, 'team ' || i
      from generate_series(1, ${teams}::int) i`
    await sql`insert into library_grant (organization_id, library_id, team_id, level)
      select ${organizationId}, l.id, t.id, 'viewer' from library l, team t
      where l.organization_id = ${organizationId} and t.organization_id = ${organizationId}`
    await sql`update library set visibility = 'restricted' where id = ${libraryId}`
    await sql`with person as (insert into "user" (id, name, email) values (uuidv7(), 'Guest', 'guest@example.org') returning id),
        made as (insert into member (id, organization_id, user_id, role) select uuidv7(), ${organizationId}, id, 'guest' from person returning user_id)
      insert into session (id, user_id, token, expires_at) select uuidv7(), user_id, ${token}, now() + interval '1 day' from made`
    await sql`insert into member_role (organization_id, user_id, builtin)
      select organization_id, user_id, 'guest' from member where organization_id = ${organizationId} and role = 'guest'`
    await sql`insert into team_member (organization_id, team_id, user_id)
      select t.organization_id, t.id, m.user_id from team t join member m on m.organization_id = t.organization_id and m.role = 'guest'
      where t.organization_id = ${organizationId}`
    await sql`analyze`
    return cookieOf(server, token)
  } finally {
    await sql.end()
  }
}

/** Median milliseconds in which a transaction is opened and session, ban, membership, permissions and libraries are known: one round trip. */
export async function timeOfEntering(server: RunningServer, session: Session): Promise<number> {
  const sql: Sql = connect(superuserOf(server.dataDir))
  const token =
    decodeURIComponent(session.headers['cookie'] ?? '')
      .split('=')[1]
      ?.split('.')[0] ?? ''
  const times: number[] = []
  try {
    const connection = await sql.reserve()
    for (let at = 0; at < entries; at += 1) {
      const begunAt = performance.now()
      const begun = connection.unsafe('begin read only').execute()
      const [[actor]] = await Promise.all([
        connection<
          { organization: string | null }[]
        >`select organization_id as organization from app.enter(${token}, 'organization', ${session.organizationId})`,
        begun,
      ])
      times.push(performance.now() - begunAt)
      if (!actor?.organization) throw new Error('The session of the benchmark enters nowhere.')
      await connection.unsafe('commit')
    }
    connection.release()
  } finally {
    await sql.end()
  }
  return median(times.slice(entries / 10))
}
