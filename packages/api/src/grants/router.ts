import * as z from 'zod'
import { levelPermissions, type Level } from '@carrel/auth'
import { record } from '../audit/queries.ts'
import { notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { namesOfMembers } from '../members/queries.ts'
import { inLibrary, requireWithin } from '../procedures.ts'
import { findTeam } from '../teams/queries.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import { deleteGrant, findGrant, listGrants, upsertGrant } from './queries.ts'
import { Grant, RemoveGrant, SetGrant, type Grantee } from './schema.ts'

const findName = async (scope: OrganizationScope, to: Grantee): Promise<string | undefined> =>
  to.kind === 'team' ? (await findTeam(scope, to.id))?.name : (await namesOfMembers(scope, [to.id])).get(to.id)

const needed = (...levels: (Level | undefined)[]) => levels.flatMap((level) => (level ? levelPermissions[level] : []))

export const grants = {
  list: inLibrary('library:share')
    .route({ method: 'GET', path: '/libraries/{libraryId}/grants', tags: ['grants'], summary: 'To whom a library is opened, and as what' })
    .input(z.object({ libraryId: Id }))
    .output(z.array(Grant))
    .handler(({ context: { scope }, input }) => listGrants(scope, input.libraryId)),

  set: inLibrary('library:share')
    .route({
      method: 'PUT',
      path: '/libraries/{libraryId}/grants',
      tags: ['grants'],
      summary: 'Open a library to a person or a team, or change as what; no further than your own rights in it',
    })
    .input(SetGrant)
    .handler(async ({ context: { scope, held }, input }) => {
      const { libraryId, to, level } = input
      const before = await findGrant(scope, libraryId, to)
      requireWithin(held, needed(before, level))
      const name = await findName(scope, to)
      if ((name === undefined && !before) || !(await upsertGrant(scope, libraryId, to, level)))
        throw notFound(to.kind === 'team' ? 'team' : 'member')
      const target = { id: to.id, name: name ?? to.id }
      const after = { library: libraryId, level }
      if (before) await record(scope, { kind: 'grant', change: 'updated', target, before: { library: libraryId, level: before }, after })
      else await record(scope, { kind: 'grant', change: 'created', target, after })
      await announceChanged(scope, 'libraries')
      return {}
    }),

  remove: inLibrary('library:share')
    .route({
      method: 'DELETE',
      path: '/libraries/{libraryId}/grants',
      tags: ['grants'],
      summary: 'Close a library that was opened to a person or a team',
    })
    .input(RemoveGrant)
    .handler(async ({ context: { scope, held }, input }) => {
      const { libraryId, to } = input
      const level = await findGrant(scope, libraryId, to)
      if (!level) throw notFound('grant')
      requireWithin(held, needed(level))
      const name = (await findName(scope, to)) ?? to.id
      await deleteGrant(scope, libraryId, to)
      await record(scope, { kind: 'grant', change: 'deleted', target: { id: to.id, name }, before: { library: libraryId, level } })
      await announceChanged(scope, 'libraries')
      return {}
    }),
}
