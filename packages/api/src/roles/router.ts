import * as z from 'zod'
import { guards } from '@carrel/auth'
import { record } from '../audit/queries.ts'
import { notFound } from '../errors.ts'
import { announceChanged } from '../events/queries.ts'
import { allowed, requireWithin } from '../procedures.ts'
import type { OrganizationScope } from '../scope.ts'
import { Id } from '../shapes.ts'
import { deleteRole, findRole, insertRole, listRoles, updateRole, type OwnRole } from './queries.ts'
import { CreateRole, RoleDetail, UpdateRole } from './schema.ts'

const told = ({ name, description, permissions }: OwnRole) => ({ name, description, permissions })

async function getRole(scope: OrganizationScope, roleId: string): Promise<OwnRole> {
  const role = await findRole(scope, roleId)
  if (!role) throw notFound('role')
  return role
}

export const roles = {
  list: allowed(guards['roles.view'])
    .route({ method: 'GET', path: '/roles', tags: ['roles'], summary: 'Roles of this workspace, what they hold and how many hold them' })
    .output(z.array(RoleDetail))
    .handler(({ context: { scope } }) => listRoles(scope)),

  create: allowed(guards['roles.manage'])
    .route({ method: 'POST', path: '/roles', tags: ['roles'], summary: 'Make a role of permissions that you hold yourself' })
    .errors({ NAME_TAKEN: { status: 409 } })
    .input(CreateRole)
    .output(z.object({ roleId: Id }))
    .handler(async ({ context: { scope }, input, errors }) => {
      requireWithin(scope.permissions, input.permissions)
      const roleId = await insertRole(scope, input)
      if (!roleId) throw errors.NAME_TAKEN({ message: 'This workspace has a role of that name.' })
      await record(scope, {
        kind: 'role',
        change: 'created',
        target: { id: roleId, name: input.name },
        after: told({ id: roleId, ...input }),
      })
      await announceChanged(scope, 'members')
      return { roleId }
    }),

  update: allowed(guards['roles.manage'])
    .route({
      method: 'PATCH',
      path: '/roles/{roleId}',
      tags: ['roles'],
      summary: 'Rename a role, or change what it holds; both before and after within your own rights',
    })
    .errors({ NAME_TAKEN: { status: 409 } })
    .input(UpdateRole)
    .handler(async ({ context: { scope }, input, errors }) => {
      const before = await getRole(scope, input.roleId)
      const after = {
        ...before,
        name: input.name ?? before.name,
        description: input.description ?? before.description,
        permissions: input.permissions ?? before.permissions,
      }
      requireWithin(scope.permissions, [...before.permissions, ...after.permissions])
      const updated = await updateRole(scope, input.roleId, {
        ...after,
        given: after.permissions.filter((permission) => !before.permissions.includes(permission)),
        taken: before.permissions.filter((permission) => !after.permissions.includes(permission)),
      })
      if (!updated) throw errors.NAME_TAKEN({ message: 'This workspace has a role of that name.' })
      await record(scope, {
        kind: 'role',
        change: 'updated',
        target: { id: before.id, name: after.name },
        before: told(before),
        after: told(after),
      })
      await announceChanged(scope, 'members')
      return {}
    }),

  delete: allowed(guards['roles.manage'])
    .route({
      method: 'DELETE',
      path: '/roles/{roleId}',
      tags: ['roles'],
      summary: 'Delete a role; its holders lose what only it gave them',
    })
    .input(z.object({ roleId: Id }))
    .handler(async ({ context: { scope }, input }) => {
      const role = await getRole(scope, input.roleId)
      requireWithin(scope.permissions, role.permissions)
      await deleteRole(scope, role.id)
      await record(scope, { kind: 'role', change: 'deleted', target: { id: role.id, name: role.name }, before: told(role) })
      await announceChanged(scope, 'members')
      return {}
    }),
}
