import path from 'node:path'
import { levelPermissions, rolePermissions } from '@carrel/auth'
import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import { addMember, type TestServer } from '../server.ts'
import type { Row, Thing } from './rows.ts'
import { spareId, spareSessionId, type AccessWorld, type Caller } from './world.ts'

export const noTarget = { kind: 'no organization', header: undefined, names: null } as const

export type Target = { kind: string; header: string | readonly string[] | undefined; names: 'alpha' | 'beta' | null }

export function organizationTargets(world: AccessWorld, quick: boolean): Target[] {
  const targets: Target[] = [
    { kind: 'alpha', header: world.alpha.id, names: 'alpha' },
    { kind: 'beta', header: world.beta.id, names: 'beta' },
    { kind: 'nonexistent', header: newId(), names: null },
    { kind: 'suspended', header: world.suspended.id, names: null },
  ]
  if (quick) return targets
  return [
    ...targets,
    { kind: 'alpha by slug', header: world.alpha.slug, names: 'alpha' },
    { kind: 'beta by slug', header: world.beta.slug, names: 'beta' },
    { kind: 'malformed', header: "'; drop table book --", names: null },
    { kind: 'empty', header: '', names: null },
    { kind: 'alpha twice', header: [world.alpha.id, world.alpha.id], names: null },
    { kind: 'alpha and beta', header: [world.alpha.id, world.beta.id], names: null },
    { kind: 'the session', header: undefined, names: 'alpha' },
  ]
}

export type Kind = { kind: 'open' | 'restricted' | 'foreign' | 'nonexistent' | 'malformed' | 'nothing'; thing: Omit<Thing, 'fresh'> }

export function things(world: AccessWorld, row: Row): Kind[] {
  const thing = (id: string, folder: string, visibility = 'organization') => ({ id, path: folder, visibility })
  const { open, restricted, foreign } = world.places
  switch (row.names) {
    case 'library':
    case 'book': {
      const id = row.names === 'library' ? 'libraryId' : 'bookId'
      return [
        { kind: 'open', thing: thing(open[id], '') },
        { kind: 'restricted', thing: thing(restricted[id], '', 'restricted') },
        { kind: 'foreign', thing: thing(foreign[id], '') },
        { kind: 'nonexistent', thing: thing(newId(), '') },
        { kind: 'malformed', thing: thing('../1', '') },
      ]
    }
    case 'role':
    case 'team':
    case 'invitation':
    case 'join link':
    case 'metadata field': {
      const ids = {
        role: 'roleId',
        team: 'teamId',
        invitation: 'invitationId',
        'join link': 'joinLinkId',
        'metadata field': 'metadataFieldId',
      } as const
      const id = ids[row.names]
      return [
        { kind: 'open', thing: thing(open[id], '') },
        { kind: 'foreign', thing: thing(foreign[id], '') },
        { kind: 'nonexistent', thing: thing(newId(), '') },
        { kind: 'malformed', thing: thing('../1', '') },
      ]
    }
    case 'filter':
      return [
        { kind: 'nothing', thing: thing('', '') },
        { kind: 'open', thing: thing(open.roleId, 'role') },
        { kind: 'foreign', thing: thing(open.teamId, 'teamId') },
      ]
    case 'session':
      return [
        { kind: 'foreign', thing: thing(spareSessionId, '') },
        { kind: 'nonexistent', thing: thing(newId(), '') },
        { kind: 'malformed', thing: thing('../1', '') },
      ]
    case 'own invitation':
      return [
        { kind: 'open', thing: thing(open.invitationId, '') },
        { kind: 'foreign', thing: thing(foreign.invitationId, '') },
        { kind: 'nonexistent', thing: thing(newId(), '') },
        { kind: 'malformed', thing: thing('../1', '') },
      ]
    case 'member':
      return [
        { kind: 'open', thing: thing(spareId, 'guest') },
        { kind: 'foreign', thing: thing(world.people.outsider.id, 'owner') },
        { kind: 'nonexistent', thing: thing(newId(), 'member') },
        { kind: 'malformed', thing: thing('../1', 'member') },
      ]
    case 'grant':
      return [
        { kind: 'open', thing: thing(open.libraryId, newId()) },
        { kind: 'restricted', thing: thing(restricted.libraryId, newId(), 'restricted') },
        { kind: 'foreign', thing: thing(foreign.libraryId, newId()) },
        { kind: 'nonexistent', thing: thing(newId(), newId()) },
        { kind: 'malformed', thing: thing('../1', newId()) },
      ]
    case 'organization':
      return [
        { kind: 'open', thing: thing(world.alpha.id, world.roots.alpha) },
        { kind: 'nonexistent', thing: thing(newId(), world.roots.alpha) },
        { kind: 'malformed', thing: thing('x', world.roots.alpha) },
      ]
    case 'folder':
      return [
        { kind: 'open', thing: thing('', world.roots.alpha) },
        { kind: 'foreign', thing: thing('', world.roots.beta) },
        { kind: 'nonexistent', thing: thing('', path.join(path.dirname(world.roots.alpha), 'nowhere')) },
        { kind: 'malformed', thing: thing('', '') },
      ]
    default:
      return [{ kind: 'nothing', thing: thing('', '') }]
  }
}

export type Expected = { status: number; code: string | undefined; unseen: boolean; resolved: boolean }

export function expect(row: Row, caller: Caller, target: Target, { kind, thing }: Kind, world: AccessWorld): Expected {
  const say = (status: number, code?: string, unseen = false, resolved = true): Expected => ({ status, code, unseen, resolved })
  const ok = () => (row.answer ? say(row.answer[0], row.answer[1]) : say(200))
  const unseen = () => (row.unseen ? say(row.unseen[0], row.unseen[1], true) : say(404, 'NOT_FOUND', true))
  if (row.needs === 'nothing') return ok()
  if (!caller.known) return say(401, 'UNAUTHORIZED')
  if (row.needs === 'the operator' && !caller.operator) return say(403, 'FORBIDDEN')
  if (row.needs !== 'the operator' && row.needs !== 'a session') {
    if (target.names === null || caller.organization !== target.names) return say(404, 'NOT_FOUND', true, false)
    const holds = caller.role !== null && (row.needs === 'a membership' || rolePermissions[caller.role].includes(row.needs))
    if (row.inLibrary) {
      if (kind === 'malformed') return say(400, 'BAD_REQUEST')
      const place = caller.sees.find(({ libraryId, bookId }) => [libraryId, bookId].includes(thing.id))
      if (!place) return unseen()
      const granted = caller.level && place === world.places.restricted ? levelPermissions[caller.level] : []
      return holds || granted.some((permission) => permission === row.needs) ? ok() : say(403, 'FORBIDDEN')
    }
    if (!holds) return say(403, 'FORBIDDEN')
    // The only owner of beta stays.
    if (row.names === undefined && row.destroys) return caller.organization === 'beta' ? say(409, 'LAST_OWNER') : say(200)
  }
  if (kind === 'malformed') return say(400, 'BAD_REQUEST')
  if (row.names === undefined || row.names === 'filter') return ok()
  if (row.names === 'session' || row.names === 'own invitation') return unseen()
  if (row.names === 'organization') return kind === 'open' ? ok() : unseen()
  if (row.names === 'folder') return thing.path === world.roots[caller.organization ?? 'alpha'] ? ok() : unseen()
  if (row.names === 'member') {
    if (thing.id === spareId) return ok()
    if (thing.id !== world.people.outsider.id || caller.organization !== 'beta') return unseen()
    return row.destroys ? say(409, 'LAST_OWNER') : ok()
  }
  const { open, restricted, twin, foreign } = world.places
  // An invitation has no twin in beta.
  const own = caller.organization === 'alpha' ? [open, restricted] : row.names === 'invitation' ? [foreign] : [twin, foreign]
  if (row.names !== 'library' && row.names !== 'book') {
    const ids = own.flatMap((place) => [place.roleId, place.teamId, place.invitationId, place.joinLinkId, place.metadataFieldId])
    return ids.includes(thing.id) ? ok() : unseen()
  }
  const mine = caller.sees.some((place) => [place.libraryId, place.bookId].includes(thing.id))
  return mine ? ok() : unseen()
}

type Row_ = Record<string, string | Buffer>

/** The thing to name in one cell; one of its own where the call would remove it. */
export async function forCell(
  server: TestServer,
  row: Row,
  expected: Expected,
  { thing }: Kind,
  caller: Caller,
  world: AccessWorld,
): Promise<Thing> {
  const fresh = newId().slice(-12)
  // The twin in beta is restricted, and stays so.
  const visibility = caller.organization === 'beta' ? 'restricted' : thing.visibility
  if (!row.destroys || expected.status !== 200 || !caller.organization) return { ...thing, visibility, fresh }
  const id = newId()
  const of = { organization_id: world[caller.organization].id }
  const { superuser } = server.db
  const twice = async (table: string, row_: Row_) => {
    for (const { id: organization_id } of [world.alpha, world.beta]) await insertRow(superuser, table, { organization_id, ...row_ })
  }
  switch (row.names) {
    case 'role':
      await twice('custom_role', { id, name: `doomed ${id}`, name_key: `doomed ${id}` })
      break
    case 'team':
      await twice('team', { id, name: `doomed ${id}`, name_key: `doomed ${id}` })
      break
    case 'metadata field':
      for (const { id: organization_id } of [world.alpha, world.beta])
        await insertRow(superuser, 'metadata_field', {
          organization_id,
          id,
          name: `doomed ${id}`,
          name_key: `doomed ${id}`,
          kind: 'text',
          position: 9,
        })
      break
    case 'join link':
      await twice('join_link', { id, token_hash: Buffer.from(`doomed ${id}`) })
      break
    case 'invitation':
      await insertRow(superuser, 'invitation', {
        ...of,
        id,
        email: `doomed-${id}@example.org`,
        expires_at: new Date(Date.now() + 60_000),
        inviter_id: spareId,
      })
      break
    case 'member':
      await insertRow(superuser, 'user', { id, name: 'doomed', email: `doomed-${id}@example.org` })
      await addMember(server, of.organization_id, { id }, 'member')
      break
    case 'grant':
      await twice('team', { id, name: `doomed ${id}`, name_key: `doomed ${id}` })
      for (const organization of thing.id === world.places.open.libraryId ? [world.alpha, world.beta] : [world[caller.organization]])
        await insertRow(superuser, 'library_grant', {
          organization_id: organization.id,
          library_id: thing.id,
          team_id: id,
          level: 'viewer',
        })
      return { ...thing, visibility, path: id, fresh }
    default:
      await twice('library', { id, name: `doomed ${id}`, visibility: thing.visibility })
  }
  return { ...thing, id, fresh }
}
