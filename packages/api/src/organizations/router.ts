import { randomInt } from 'node:crypto'
import { ORPCError } from '@orpc/server'
import { insertAssignments } from '../folders/queries.ts'
import { record } from '../audit/queries.ts'
import { notFound } from '../errors.ts'
import { announce, announceChanged } from '../events/queries.ts'
import { changeRoles, findMember } from '../members/queries.ts'
import { allowed, allowedInPerson, signedIn } from '../procedures.ts'
import { instanceScope } from '../scope.ts'
import {
  deleteOrganization,
  getOrganization,
  insertOrganization,
  rememberOrganization,
  renameSlug,
  restoreOrganization,
  updateOrganization,
} from './queries.ts'
import {
  CreateOrganization,
  DeleteOrganization,
  OpenOrganization,
  Organization,
  OrganizationSettings,
  Slug,
  TransferOrganization,
  UpdateOrganization,
} from './schema.ts'
import { changeLogo } from './logo.ts'
import { slugFromName } from './slug.ts'

const randomSlug = (base = 'workspace') => `${base}-${randomInt(100_000, 1_000_000)}`

export const organizations = {
  create: signedIn
    .route({ method: 'POST', path: '/organizations', tags: ['organizations'], summary: 'Make a workspace; its maker owns it' })
    .errors({ SLUG_TAKEN: { status: 409 } })
    .input(CreateOrganization)
    .output(Organization)
    .handler(async ({ context: { scope, deps }, input, errors }) => {
      const { name } = input
      const derived = Slug.safeParse(slugFromName(name)).data
      // Only who chose an address is told that it is taken; a derived one is made unique in silence.
      const made = input.slug
        ? await insertOrganization(scope, { name, slug: input.slug })
        : ((derived && (await insertOrganization(scope, { name, slug: derived }))) ??
          (await insertOrganization(scope, { name, slug: randomSlug(derived) })))
      if (!made) throw errors.SLUG_TAKEN({ message: 'Another workspace has this address.', data: undefined })
      const instance = instanceScope(scope)
      if (made.first && instance) await insertAssignments(instance, made.id, deps.roots)
      await rememberOrganization(scope, made.id)
      return { id: made.id, name: made.name, slug: made.slug }
    }),

  get: allowed('organization:read')
    .route({ method: 'GET', path: '/organization', tags: ['organizations'], summary: 'The workspace that the request names' })
    .output(OrganizationSettings)
    .handler(({ context: { scope } }) => getOrganization(scope)),

  update: allowed('organization:update')
    .route({
      method: 'PATCH',
      path: '/organization',
      tags: ['organizations'],
      summary: 'Change name, address or language of a workspace; old addresses lead on',
    })
    .errors({ SLUG_TAKEN: { status: 409 } })
    .input(UpdateOrganization)
    .output(OrganizationSettings)
    .handler(async ({ context: { scope }, input, errors }) => {
      const before = await getOrganization(scope)
      const after = {
        ...before,
        name: input.name ?? before.name,
        slug: input.slug ?? before.slug,
        language: input.language ?? before.language,
      }
      if (after.slug !== before.slug && !(await renameSlug(scope, after.slug)))
        throw errors.SLUG_TAKEN({ message: 'Another workspace has this address.' })
      await updateOrganization(scope, { name: after.name, language: after.language })
      const told = ({ name, slug, language }: OrganizationSettings) => ({ name, slug, language })
      const target = { id: before.id, name: after.name }
      await record(scope, { kind: 'organization', change: 'updated', target, before: told(before), after: told(after) })
      await announceChanged(scope, 'members')
      return after
    }),

  removeLogo: allowed('organization:update')
    .route({
      method: 'DELETE',
      path: '/organization/logo',
      tags: ['organizations'],
      summary: 'Show no logo; one is uploaded with PUT /files/{organization id}/logo',
    })
    .handler(async ({ context: { scope } }) => {
      await changeLogo(scope, null)
      return {}
    }),

  transfer: allowedInPerson('organization:delete')
    .route({
      method: 'POST',
      path: '/organization/transfer',
      tags: ['organizations'],
      summary: 'Make a member the owner and be an admin yourself from then on',
    })
    .input(TransferOrganization)
    .handler(async ({ context: { scope }, input }) => {
      const heir = await findMember(scope, input.userId)
      const own = await findMember(scope, scope.user.id)
      if (!heir || !own || heir.userId === own.userId) throw notFound('member')
      if (!own.roles.includes('owner')) throw new ORPCError('FORBIDDEN', { message: 'Only an owner can hand the workspace over.' })
      const steps = [
        { who: heir, after: ['owner', ...heir.roles.filter((role) => role !== 'owner')] },
        { who: own, after: ['admin', ...own.roles.filter((role) => role !== 'owner' && role !== 'admin')] },
      ]
      for (const { who, after } of steps) {
        const given = after.filter((role) => !who.roles.includes(role))
        const taken = who.roles.filter((role) => !after.includes(role))
        await changeRoles(scope, who.userId, { given, taken })
        const target = { id: who.userId, name: who.name }
        await record(scope, { kind: 'assignment', change: 'updated', target, before: { roles: who.roles }, after: { roles: after } })
      }
      await announceChanged(scope, 'members')
      return {}
    }),

  delete: allowedInPerson('organization:delete')
    .route({
      method: 'DELETE',
      path: '/organization',
      tags: ['organizations'],
      summary: 'Close a workspace, named once more; its owners can open it again for seven days',
    })
    .errors({ OTHER_NAME: { status: 422 } })
    .input(DeleteOrganization)
    .handler(async ({ context: { scope }, input, errors }) => {
      const { id, name, slug, language } = await getOrganization(scope)
      if (input.name.trim() !== name) throw errors.OTHER_NAME({ message: 'This is not the name of the workspace.' })
      await record(scope, { kind: 'organization', change: 'deleted', target: { id, name }, before: { name, slug, language } })
      await deleteOrganization(scope)
      await announce(scope, { type: 'changed', organizationId: id, what: 'members' })
      return {}
    }),

  restore: signedIn
    .route({
      method: 'POST',
      path: '/organizations/restore',
      tags: ['organizations'],
      summary: 'Open a workspace of yours again that was deleted less than seven days ago',
    })
    .input(OpenOrganization)
    .handler(async ({ context: { scope }, input }) => {
      if (!(await restoreOrganization(scope, input.organizationId))) throw notFound('workspace')
      await announce(scope, { type: 'changed', organizationId: input.organizationId, what: 'members' })
      return {}
    }),

  open: signedIn
    .route({ method: 'POST', path: '/organizations/open', tags: ['organizations'], summary: 'Open this workspace first at the next visit' })
    .input(OpenOrganization)
    .handler(async ({ context: { scope }, input }) => {
      await rememberOrganization(scope, input.organizationId)
      return {}
    }),
}
