import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { coverKey } from '@carrel/api'
import { levels, type Level, type Role } from '@carrel/auth'
import { newId } from '@carrel/db'
import { fillRows, freshPlace, insertRow, placeRows, type Place } from '@carrel/db/testing'
import { addMember, makeOrganization, makePerson, signCookie, type Person, type TestServer } from '../server.ts'

/** Somebody who asks, and what the walls should know of them. */
export type Caller = {
  name: string
  cookie: string | undefined
  /** False: the server must treat them as nobody. */
  known: boolean
  operator: boolean
  organization: 'alpha' | 'beta' | null
  role: Role | null
  /** By a grant on the restricted place. */
  level?: Level
  /** Places of their organization that they see. */
  sees: readonly Place[]
}

export type AccessWorld = {
  alpha: { id: string; slug: string }
  beta: { id: string; slug: string }
  /** Closed by the operator; none of those who ask is in it. */
  suspended: { id: string }
  places: Record<'open' | 'restricted' | 'twin' | 'foreign', Place>
  roots: { alpha: string; beta: string }
  callers: Caller[]
  people: Record<'owner' | 'member' | 'librarian' | 'outsider', Person>
}

export const marks = {
  open: 'ALPHA-OPEN-CANARY',
  restricted: 'ALPHA-RESTRICTED-CANARY',
  twin: 'BETA-TWIN-CANARY',
  foreign: 'BETA-FOREIGN-CANARY',
  alphaName: 'ALPHA-ORG-CANARY',
  betaName: 'BETA-ORG-CANARY',
  suspendedName: 'SUSPENDED-ORG-CANARY',
  alphaRoot: 'ALPHA-ROOT-CANARY',
  betaRoot: 'BETA-ROOT-CANARY',
}
export const allMarks = Object.values(marks)
/** Assigned to beta, and taken from alpha again and again. */
export const sharedPath = '/SHARED-ROOT'

/** A member of both organizations who asks for nothing; things are given to and taken from them. */
export const spareId = newId()
export const spareSessionId = newId()
/** A field of both organizations; more books of beta have a value in it. */
export const twinFieldId = newId()
export const onlyInAlpha = 'only-in-alpha@example.org'
export const onlyInBeta = 'only-in-beta@example.org'
/** Of an invitation that ran out in beta. */
export const expiredInBeta = 'expired-in-beta@example.org'

/** As at first, whatever an earlier walk left. */
export async function resetWorld({ db: { superuser } }: Pick<TestServer, 'db'>, world: AccessWorld): Promise<void> {
  const { alpha, beta, places, people } = world
  await superuser`delete from reading_state where organization_id = ${alpha.id} and user_id = ${people.librarian.id}`
  await superuser`update scan set status = 'listing' where organization_id = ${beta.id} and id = ${places.twin.scanId}`
  await superuser`update scan set status = 'done' where organization_id = ${alpha.id}`
  // What belongs to the organization as a whole bears its mark, not that of a library.
  for (const { organizationId, roleId, teamId, metadataFieldId } of Object.values(places)) {
    const mark = organizationId === alpha.id ? marks.alphaName : marks.betaName
    await superuser`update custom_role set name = ${`${mark} ${roleId}`}, description = '' where organization_id = ${organizationId} and id = ${roleId}`
    await superuser`update metadata_field set name = ${`${mark} ${metadataFieldId}`} where organization_id = ${organizationId} and id = ${metadataFieldId}`
    await superuser`update team set name = ${`${mark} ${teamId}`} where organization_id = ${organizationId} and id = ${teamId}`
  }
  for (const { id } of [alpha, beta])
    await superuser`insert into member_role (organization_id, user_id, builtin) values (${id}, ${spareId}, 'guest'), (${id}, ${spareId}, 'member') on conflict do nothing`
}

/**
 * Two organizations whose every text is marked, with real files. `twin` has all ids of `open` but the
 * organization, so that a query that forgets the organization meets two rows.
 */
export async function buildAccessWorld(server: TestServer): Promise<AccessWorld> {
  const { superuser } = server.db
  await superuser`update instance set setup_at = now()`
  const ids = { alpha: newId(), beta: newId() }
  // Every session claims alpha as its active organization: that must prove nothing.
  const person = (name: string, how = {}) => makePerson(server, name, how)
  const [owner, admin, librarian, member, guest, shared, outsider, operator, removed, banned, expired, forged] = (await Promise.all(
    ['owner', 'admin', 'librarian', 'member', 'guest', 'shared', 'outsider', 'operator', 'removed', 'banned', 'expired', 'forged'].map(
      (name) => person(name, { operator: name === 'operator', banned: name === 'banned', expired: name === 'expired' }),
    ),
  )) as [Person, Person, Person, Person, Person, Person, Person, Person, Person, Person, Person, Person]
  const alpha = await makeOrganization(
    server,
    marks.alphaName,
    { owner: [owner, banned, expired, forged], admin: [admin], librarian: [librarian], member: [member], guest: [guest, shared] },
    ids.alpha,
  )
  const beta = await makeOrganization(server, marks.betaName, { owner: [outsider] }, ids.beta)
  const suspended = await makeOrganization(server, marks.suspendedName, { owner: [await person('owner of what is suspended')] })
  await superuser`update organization set suspended_at = now(), suspension_reason = ${marks.suspendedName} where id = ${suspended.id}`
  const gone = await makeOrganization(server, 'Gone', { owner: [await person('owner of what is deleted')] })
  await superuser`update organization set deleted_at = now() where id = ${gone.id}`
  await superuser`update session set active_organization_id = ${alpha.id}`
  await insertRow(superuser, 'user', { id: spareId, name: 'spare', email: `${spareId}@example.org` })
  for (const id of [alpha.id, beta.id]) await addMember(server, id, { id: spareId }, 'guest')
  for (const [organization_id, email] of [
    [alpha.id, onlyInAlpha],
    [beta.id, onlyInBeta],
  ] as const) {
    const id = newId()
    await insertRow(superuser, 'user', { id, name: 'only here', email })
    await addMember(server, organization_id, { id }, 'guest')
  }
  const expires_at = new Date(Date.now() + 3_600_000)
  await insertRow(superuser, 'session', { id: spareSessionId, user_id: spareId, token: spareSessionId, expires_at })

  const open = { ...freshPlace(alpha.id, marks.open), metadataFieldId: twinFieldId }
  const places = {
    open,
    restricted: freshPlace(alpha.id, marks.restricted, 'restricted'),
    twin: { ...open, organizationId: beta.id, mark: marks.twin, visibility: 'restricted' as const },
    foreign: freshPlace(beta.id, marks.foreign),
  }
  const roots = { alpha: path.join(server.root, marks.alphaRoot), beta: path.join(server.root, marks.betaRoot) }
  for (const place of Object.values(places)) {
    // The librarian once read in beta, and nothing in alpha.
    const users = place.organizationId === alpha.id ? [owner.id, member.id] : [outsider.id, librarian.id]
    // Ids of invitations are unique over all, so these have no twin.
    const untwinned = place === places.twin ? (['invitation', 'admission', 'invitation_token', 'mail'] as const) : []
    await fillRows(superuser, place, users, ['root_assignment', 'library_access', 'member_role', 'team_member', ...untwinned])
    // What belongs to the organization as a whole bears its mark, not that of a library.
    const mark = place.organizationId === alpha.id ? marks.alphaName : marks.betaName
    const of = { organization_id: place.organizationId }
    await superuser`update invitation set email = ${`${mark}-${place.invitationId}@example.org`.toLowerCase()} where organization_id = ${place.organizationId} and id = ${place.invitationId}`
    await superuser`update mail set answer = ${mark} where organization_id = ${place.organizationId} and id = ${place.mailId}`
    await superuser`update audit_event set actor_name = ${mark}, target_name = ${mark} where organization_id = ${place.organizationId}`
    await insertRow(superuser, 'library_grant', { ...of, library_id: place.libraryId, user_id: spareId, level: 'viewer' })
    const folder = path.join(place.organizationId === alpha.id ? roots.alpha : roots.beta, place.mark)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, `${place.mark} file.epub`), `${place.mark} bytes`)
    await superuser`update library_folder set path = ${folder} where organization_id = ${place.organizationId} and id = ${place.folderId}`
    const hash = String(placeRows.book(place)[0]?.cover_hash)
    for (const width of [320, 640])
      await server.deps.blobs.put(coverKey(place.organizationId, hash, width), Buffer.from(`${place.mark} cover`))
  }
  const inTwin = { organization_id: beta.id, field_id: twinFieldId, kind: 'text' }
  await insertRow(superuser, 'metadata_value', { ...inTwin, book_id: open.spareBookId, text: marks.twin })
  // Of the twins of a role and a team the one in beta holds more, and more people hold it.
  const inBeta = { organization_id: beta.id }
  await insertRow(superuser, 'custom_role_permission', { ...inBeta, role_id: open.roleId, permission: 'library:delete' })
  await insertRow(superuser, 'member_role', { organization_id: alpha.id, user_id: librarian.id, role_id: open.roleId })
  await insertRow(superuser, 'member_role', { ...inBeta, user_id: spareId, role_id: open.roleId })
  await insertRow(superuser, 'member_role', { ...inBeta, user_id: spareId, builtin: 'librarian' })
  await insertRow(superuser, 'team_member', { ...inBeta, team_id: open.teamId, user_id: spareId })
  await insertRow(superuser, 'library_grant', {
    organization_id: alpha.id,
    library_id: open.libraryId,
    user_id: owner.id,
    level: 'manager',
  })
  // What somebody once had in beta gives nothing in alpha.
  await insertRow(superuser, 'library_access', { ...inBeta, user_id: librarian.id, library_id: open.libraryId, level: 'manager' })
  await insertRow(superuser, 'invitation', {
    ...inBeta,
    id: newId(),
    email: expiredInBeta,
    status: 'pending',
    expires_at: new Date(0),
    inviter_id: outsider.id,
  })
  // Invited to beta at an address that nobody confirmed.
  const toGuest = { email: guest.email, status: 'pending', expires_at, inviter_id: outsider.id }
  await insertRow(superuser, 'invitation', { ...inBeta, id: newId(), ...toGuest })
  await insertRow(superuser, 'root_assignment', { organization_id: alpha.id, id: open.rootId, path: roots.alpha })
  await insertRow(superuser, 'root_assignment', { organization_id: beta.id, id: open.rootId, path: roots.beta })
  await insertRow(superuser, 'root_assignment', { organization_id: beta.id, id: newId(), path: sharedPath })
  const granted = await Promise.all(
    levels.map(async (level) => {
      const who = await person(`${level} by grant`, { activeOrganizationId: alpha.id })
      await addMember(server, alpha.id, who, 'guest')
      const grant = { organization_id: alpha.id, library_id: places.restricted.libraryId, user_id: who.id, level }
      await insertRow(superuser, 'library_grant', grant)
      return { who, level }
    }),
  )
  await insertRow(superuser, 'library_grant', {
    organization_id: alpha.id,
    library_id: places.restricted.libraryId,
    user_id: shared.id,
    level: 'viewer',
  })
  // The outsider's leftover share in alpha must open nothing.
  await insertRow(superuser, 'library_access', placeRows.library_access(places.restricted, outsider.id)[0])

  const nobody = { known: false, operator: false, organization: null, role: null, sees: [] }
  const inAlpha = (who: Person, role: Role, sees: readonly Place[]): Caller => ({
    ...nobody,
    name: who.name,
    cookie: who.cookie,
    known: true,
    organization: 'alpha',
    role,
    sees,
  })
  return {
    alpha,
    beta,
    suspended,
    places,
    roots,
    people: { owner, member, librarian, outsider },
    callers: [
      { ...nobody, name: 'nobody', cookie: undefined },
      inAlpha(owner, 'owner', [places.open, places.restricted]),
      inAlpha(admin, 'admin', [places.open, places.restricted]),
      inAlpha(librarian, 'librarian', [places.open]),
      inAlpha(member, 'member', [places.open]),
      inAlpha(guest, 'guest', []),
      inAlpha(shared, 'guest', [places.restricted]),
      ...granted.map(({ who, level }) => ({ ...inAlpha(who, 'guest', [places.restricted]), level })),
      {
        ...nobody,
        name: 'outsider',
        cookie: outsider.cookie,
        known: true,
        organization: 'beta',
        role: 'owner',
        sees: [places.twin, places.foreign],
      },
      { ...nobody, name: 'operator', cookie: operator.cookie, known: true, operator: true },
      { ...nobody, name: 'removed member', cookie: removed.cookie, known: true },
      { ...nobody, name: 'banned owner', cookie: banned.cookie },
      { ...nobody, name: 'expired session', cookie: expired.cookie },
      { ...nobody, name: 'forged signature', cookie: signCookie(forged.token, 'not-the-secret-of-this-server-0123456789') },
      { ...nobody, name: 'session of a database that knows it not', cookie: signCookie('f'.repeat(32), server.secret) },
    ],
  }
}
