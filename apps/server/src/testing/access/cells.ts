import path from 'node:path'
import { rolePermissions } from '@carrel/auth'
import { newId } from '@carrel/db'
import { insertRow } from '@carrel/db/testing'
import type { TestServer } from '../server.ts'
import type { Row, Thing } from './rows.ts'
import type { AccessWorld, Caller } from './world.ts'

export const noTarget = { kind: 'no organization', header: undefined, names: null } as const

export type Target = { kind: string; header: string | readonly string[] | undefined; names: 'alpha' | 'beta' | null }

export function organizationTargets(world: AccessWorld, quick: boolean): Target[] {
  const targets: Target[] = [
    { kind: 'alpha', header: world.alpha.id, names: 'alpha' },
    { kind: 'beta', header: world.beta.id, names: 'beta' },
    { kind: 'nonexistent', header: newId(), names: null },
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
    if (!caller.role || !rolePermissions[caller.role].includes(row.needs)) return say(403, 'FORBIDDEN')
  }
  if (kind === 'malformed') return say(400, 'BAD_REQUEST')
  if (row.names === undefined) return ok()
  if (row.names === 'organization') return kind === 'open' ? ok() : unseen()
  if (row.names === 'folder') return thing.path === world.roots[caller.organization ?? 'alpha'] ? ok() : unseen()
  const mine = caller.sees.some((place) => [place.libraryId, place.bookId].includes(thing.id))
  return mine ? ok() : unseen()
}

/** The thing to name in one cell; a library of its own where the call would remove it. */
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
  for (const { id: organization_id } of [world.alpha, world.beta])
    await insertRow(server.db.superuser, 'library', { organization_id, id, name: `doomed ${id}`, visibility: thing.visibility })
  return { ...thing, id, fresh }
}
