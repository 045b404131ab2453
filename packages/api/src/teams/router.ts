import { ORPCError } from '@orpc/server'
import * as z from 'zod'
import { record } from '../audit/queries.ts'
import { notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { namesOfMembers } from '../members/queries.ts'
import { allowed } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import { addTeamMembers, deleteTeam, findTeam, insertTeam, listTeams, removeTeamMembers, renameTeam, sharesLikeTeam } from './queries.ts'
import { CreateTeam, Team, TeamMembers, UpdateTeam } from './schema.ts'

async function getTeam(scope: OrganizationScope, teamId: string): Promise<Team> {
  const team = await findTeam(scope, teamId)
  if (!team) throw notFound('team')
  return team
}

/** Whoever puts people into a team gives them its libraries. */
async function requireItsLibraries(scope: OrganizationScope, teamId: string): Promise<void> {
  if (await sharesLikeTeam(scope, teamId)) return
  throw new ORPCError('FORBIDDEN', { message: 'This team has libraries that you may not share.' })
}

export const teams = {
  list: allowed('team:read')
    .route({ method: 'GET', path: '/teams', tags: ['teams'], summary: 'Teams of this workspace' })
    .output(z.array(Team))
    .handler(({ context: { scope } }) => listTeams(scope)),

  create: allowed('team:manage')
    .route({ method: 'POST', path: '/teams', tags: ['teams'], summary: 'Make a team' })
    .errors({ NAME_TAKEN: { status: 409 } })
    .input(CreateTeam)
    .output(Team)
    .handler(async ({ context: { scope }, input, errors }) => {
      const id = await insertTeam(scope, input.name)
      if (!id) throw errors.NAME_TAKEN({ message: 'This workspace has a team of that name.' })
      await record(scope, { kind: 'team', change: 'created', target: { id, name: input.name }, after: { name: input.name } })
      await announceChanged(scope, 'members')
      return { id, name: input.name, memberCount: 0, libraryCount: 0 }
    }),

  update: allowed('team:manage')
    .route({ method: 'PATCH', path: '/teams/{teamId}', tags: ['teams'], summary: 'Rename a team' })
    .errors({ NAME_TAKEN: { status: 409 } })
    .input(UpdateTeam)
    .handler(async ({ context: { scope }, input, errors }) => {
      const { name } = await getTeam(scope, input.teamId)
      if (!(await renameTeam(scope, input.teamId, input.name)))
        throw errors.NAME_TAKEN({ message: 'This workspace has a team of that name.' })
      const target = { id: input.teamId, name: input.name }
      await record(scope, { kind: 'team', change: 'updated', target, before: { name }, after: { name: input.name } })
      await announceChanged(scope, 'members')
      return {}
    }),

  delete: allowed('team:manage')
    .route({ method: 'DELETE', path: '/teams/{teamId}', tags: ['teams'], summary: 'Delete a team; what it opened to its members closes' })
    .input(z.object({ teamId: Id }))
    .handler(async ({ context: { scope }, input }) => {
      const { id, name } = await getTeam(scope, input.teamId)
      await requireItsLibraries(scope, id)
      await deleteTeam(scope, id)
      await record(scope, { kind: 'team', change: 'deleted', target: { id, name }, before: { name } })
      await announceChanged(scope, 'members')
      await announceChanged(scope, 'libraries')
      return {}
    }),

  addMembers: allowed('team:manage')
    .route({ method: 'POST', path: '/teams/{teamId}/members', tags: ['teams'], summary: 'Put members into a team' })
    .input(TeamMembers)
    .handler(async ({ context: { scope }, input }) => {
      const team = await getTeam(scope, input.teamId)
      await requireItsLibraries(scope, team.id)
      const names = await namesOfMembers(scope, input.userIds)
      if (names.size < new Set(input.userIds).size) throw notFound('member')
      for (const userId of await addTeamMembers(scope, team.id, input.userIds)) {
        const name = names.get(userId) ?? ''
        await record(scope, { kind: 'team-member', change: 'created', target: { id: userId, name }, after: { name, team: team.name } })
      }
      await announceChanged(scope, 'members')
      await announceChanged(scope, 'libraries')
      return {}
    }),

  removeMembers: allowed('team:manage')
    .route({ method: 'POST', path: '/teams/{teamId}/members/remove', tags: ['teams'], summary: 'Take members out of a team' })
    .input(TeamMembers)
    .handler(async ({ context: { scope }, input }) => {
      const team = await getTeam(scope, input.teamId)
      const names = await namesOfMembers(scope, input.userIds)
      for (const userId of await removeTeamMembers(scope, team.id, input.userIds)) {
        const name = names.get(userId) ?? ''
        await record(scope, { kind: 'team-member', change: 'deleted', target: { id: userId, name }, before: { name, team: team.name } })
      }
      await announceChanged(scope, 'members')
      await announceChanged(scope, 'libraries')
      return {}
    }),
}
