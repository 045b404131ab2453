import { ORPCError } from '@orpc/server'
import * as z from 'zod'
import { guards } from '@carrel/auth'
import { record } from '../audit/queries.ts'
import { badCursor, notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { allowed, allowedInPerson, member, requireWithin } from '../procedures.ts'
import { permissionsOfRoles } from '../roles/queries.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import { changeRoles, deleteMember, findMember, listMembers, type FoundMember } from './queries.ts'
import { ListMembers, MemberPage, SetRoles } from './schema.ts'

const lastOwner = { LAST_OWNER: { status: 409 } } as const
const needsOwner = 'A workspace needs an owner. Make somebody else an owner first.'

async function getMember(scope: OrganizationScope, userId: string): Promise<FoundMember> {
  const found = await findMember(scope, userId)
  if (!found) throw notFound('member')
  return found
}

export const members = {
  list: allowed('member:read')
    .route({ method: 'GET', path: '/members', tags: ['members'], summary: 'Members of this workspace by name, page by page' })
    .input(ListMembers)
    .output(MemberPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listMembers(scope, input)
      if (!page) throw badCursor()
      return page
    }),

  setRoles: allowedInPerson(guards['assignments.manage'])
    .route({
      method: 'PUT',
      path: '/members/{userId}/roles',
      tags: ['members'],
      summary: 'Give a member exactly these roles; what is given or taken must be within your own rights',
    })
    .errors(lastOwner)
    .input(SetRoles)
    .handler(async ({ context: { scope }, input, errors }) => {
      const { userId, name, roles: before } = await getMember(scope, input.userId)
      const after = [...new Set(input.roles)]
      const given = after.filter((ref) => !before.includes(ref))
      const taken = before.filter((ref) => !after.includes(ref))
      const touched = await permissionsOfRoles(scope, [...given, ...taken])
      if (!touched) throw notFound('role')
      requireWithin(scope.permissions, touched)
      if (given.length + taken.length === 0) return {}
      if (!(await changeRoles(scope, userId, { given, taken }))) throw errors.LAST_OWNER({ message: needsOwner })
      await record(scope, {
        kind: 'assignment',
        change: 'updated',
        target: { id: userId, name },
        before: { roles: before },
        after: { roles: after },
      })
      await announceChanged(scope, 'members')
      return {}
    }),

  remove: allowed('member:remove')
    .route({ method: 'DELETE', path: '/members/{userId}', tags: ['members'], summary: 'Remove a member whose rights are within yours' })
    .errors(lastOwner)
    .input(z.object({ userId: Id }))
    .handler(async ({ context: { scope }, input, errors }) => {
      const { userId, name, roles, withinMine } = await getMember(scope, input.userId)
      if (!withinMine) throw new ORPCError('FORBIDDEN', { message: 'This person has rights beyond yours.' })
      if (!(await deleteMember(scope, userId))) throw errors.LAST_OWNER({ message: needsOwner })
      await record(scope, { kind: 'member', change: 'deleted', target: { id: userId, name }, before: { name, roles } })
      await announceChanged(scope, 'members')
      return {}
    }),

  leave: member
    .route({ method: 'POST', path: '/members/leave', tags: ['members'], summary: 'Leave this workspace' })
    .errors(lastOwner)
    .handler(async ({ context: { scope }, errors }) => {
      const { id, name } = scope.user
      await record(scope, { kind: 'member', change: 'deleted', target: { id, name }, before: { name, roles: [scope.role] } })
      if (!(await deleteMember(scope, id))) throw errors.LAST_OWNER({ message: needsOwner })
      await announceChanged(scope, 'members')
      return {}
    }),
}
