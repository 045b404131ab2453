import { ORPCError } from '@orpc/server'
import { notFound } from '../../errors.ts'
import { listExtraPermissions } from '../../permissions/queries.ts'
import { operator } from '../../procedures.ts'
import { recordInstance } from '../audit/queries.ts'
import { addPermission, removePermission } from './queries.ts'
import { AddPermission, InstancePermissions, RemovedPermission, RemovePermission } from './schema.ts'

const path = '/instance/permissions'

/** The catalogue is closed while the server runs, unless a setting names what opening it needs. */
const extending = operator.use(({ context, next }) => {
  // Whoever operates the server holds every permission that the setting can name.
  if (context.deps.settings.cataloguePermission === null)
    throw new ORPCError('CLOSED', { status: 403, message: 'The catalogue of permissions is closed: CATALOGUE_PERMISSION is not set.' })
  return next()
})

export const permissions = {
  list: operator
    .route({ method: 'GET', path, tags: ['instance'], summary: 'Permissions that were added to the catalogue of this server' })
    .output(InstancePermissions)
    .handler(async ({ context: { scope, deps } }) => ({
      items: await listExtraPermissions(scope),
      needs: deps.settings.cataloguePermission,
    })),

  add: extending
    .route({
      method: 'POST',
      path,
      tags: ['instance'],
      summary: 'Add a permission; owners and admins of all workspaces hold it and can give it on',
    })
    .errors({ NAME_TAKEN: { status: 409 } })
    .input(AddPermission)
    .handler(async ({ context: { scope }, input, errors }) => {
      if (!(await addPermission(scope, input.name, input.label)))
        throw errors.NAME_TAKEN({ message: 'There is a permission of this name.' })
      await recordInstance(scope, { action: 'permission.added', target: { id: input.name, name: input.label } })
      return {}
    }),

  remove: extending
    .route({
      method: 'DELETE',
      path: `${path}/{name}`,
      tags: ['instance'],
      summary: 'Remove a permission that was added, out of all roles too',
    })
    .input(RemovePermission)
    .output(RemovedPermission)
    .handler(async ({ context: { scope }, input }) => {
      const added = (await listExtraPermissions(scope)).find(({ name }) => name === input.name)
      const roles = await removePermission(scope, input.name)
      if (!added || roles === null) throw notFound('permission')
      await recordInstance(scope, { action: 'permission.removed', target: { id: added.name, name: added.label }, before: { roles } })
      return { roles }
    }),
}
