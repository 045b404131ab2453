import { randomInt } from 'node:crypto'
import { insertAssignments } from '../folders/queries.ts'
import { signedIn } from '../procedures.ts'
import { instanceScope } from '../scope.ts'
import { insertOrganization, rememberOrganization } from './queries.ts'
import { CreateOrganization, OpenOrganization, Organization, Slug } from './schema.ts'
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

  open: signedIn
    .route({ method: 'POST', path: '/organizations/open', tags: ['organizations'], summary: 'Open this workspace first at the next visit' })
    .input(OpenOrganization)
    .handler(async ({ context: { scope }, input }) => {
      await rememberOrganization(scope, input.organizationId)
      return {}
    }),
}
