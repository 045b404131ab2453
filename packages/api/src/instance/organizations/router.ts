import { newId } from '@carrel/db'
import { badCursor, notFound } from '../../errors.ts'
import { announce } from '../../events/queries.ts'
import { operator } from '../../procedures.ts'
import type { InstanceScope } from '../../scope.ts'
import { recordInstance } from '../audit/queries.ts'
import {
  type OrganizationChange,
  listOrganizations,
  recoverOrganization,
  removeOrganization,
  resumeOrganization,
  setQuota,
  suspendOrganization,
} from './queries.ts'
import { ListOrganizations, OrganizationId, OrganizationPage, RemoveOrganization, SetQuota, SuspendOrganization } from './schema.ts'

/** Writes down what became of a workspace and tells the tabs of its members. */
async function told(
  scope: InstanceScope,
  organizationId: string,
  change: OrganizationChange | undefined,
  deed: { action: `organization.${string}`; reason?: string },
): Promise<OrganizationChange> {
  if (!change) throw notFound('workspace')
  if (change.changed) {
    await recordInstance(scope, { ...deed, target: { id: organizationId, name: change.name }, after: { slug: change.slug } })
    await announce(scope, { type: 'changed', organizationId, what: 'members' })
  }
  return change
}

export const organizations = {
  list: operator
    .route({
      method: 'GET',
      path: '/instance/organizations',
      tags: ['instance'],
      summary: 'Workspaces of this server by name, with their size and who owns them',
    })
    .input(ListOrganizations)
    .output(OrganizationPage)
    .handler(async ({ context: { scope }, input }) => {
      const page = await listOrganizations(scope, input)
      if (!page) throw badCursor()
      return page
    }),

  setQuota: operator
    .route({
      method: 'PUT',
      path: '/instance/organizations/{organizationId}/quota',
      tags: ['instance'],
      summary: 'Limit what the uploaded files of a workspace may take, or let them be without limit',
    })
    .input(SetQuota)
    .handler(async ({ context: { scope }, input: { organizationId, maxBytes } }) => {
      const set = await setQuota(scope, organizationId, maxBytes)
      if (!set) throw notFound('workspace')
      if (set.before !== maxBytes)
        await recordInstance(scope, {
          action: 'organization.limited',
          target: { id: organizationId, name: set.name },
          before: { maxBytes: set.before },
          after: { maxBytes },
        })
      return {}
    }),

  suspend: operator
    .route({
      method: 'POST',
      path: '/instance/organizations/{organizationId}/suspend',
      tags: ['instance'],
      summary: 'Close a workspace to its members, who are told why',
    })
    .input(SuspendOrganization)
    .handler(async ({ context: { scope }, input: { organizationId, reason } }) => {
      const change = await suspendOrganization(scope, organizationId, newId(), reason)
      await told(scope, organizationId, change, { action: 'organization.suspended', reason })
      return {}
    }),

  resume: operator
    .route({
      method: 'POST',
      path: '/instance/organizations/{organizationId}/resume',
      tags: ['instance'],
      summary: 'Open a workspace again that an operator closed',
    })
    .input(OrganizationId)
    .handler(async ({ context: { scope }, input: { organizationId } }) => {
      await told(scope, organizationId, await resumeOrganization(scope, organizationId, newId()), { action: 'organization.resumed' })
      return {}
    }),

  delete: operator
    .route({
      method: 'DELETE',
      path: '/instance/organizations/{organizationId}',
      tags: ['instance'],
      summary: 'Delete a workspace, named once more; an operator can open it again for seven days',
    })
    .errors({ OTHER_NAME: { status: 422 } })
    .input(RemoveOrganization)
    .handler(async ({ context: { scope }, input: { organizationId, name }, errors }) => {
      const change = await told(scope, organizationId, await removeOrganization(scope, organizationId, newId()), {
        action: 'organization.deleted',
      })
      if (name.trim() !== change.name) throw errors.OTHER_NAME({ message: 'This is not the name of the workspace.' })
      return {}
    }),

  restore: operator
    .route({
      method: 'POST',
      path: '/instance/organizations/{organizationId}/restore',
      tags: ['instance'],
      summary: 'Open a workspace again that was deleted less than seven days ago',
    })
    .input(OrganizationId)
    .handler(async ({ context: { scope }, input: { organizationId } }) => {
      const change = await recoverOrganization(scope, organizationId, newId())
      const { changed } = await told(scope, organizationId, change, { action: 'organization.restored' })
      if (!changed) throw notFound('workspace')
      return {}
    }),
}
