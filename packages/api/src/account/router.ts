import { signedIn } from '../procedures.ts'
import { listMemberships } from './queries.ts'
import { Account } from './schema.ts'

export const account = {
  get: signedIn
    .route({ method: 'GET', path: '/account', tags: ['account'], summary: 'Who is signed in, and their workspaces' })
    .output(Account)
    .handler(async ({ context: { scope } }) => {
      const memberships = await listMemberships(scope)
      const last = memberships.find((m) => m.organizationId === scope.activeOrganizationId)
      return { user: scope.user, memberships, lastOrganizationId: last?.organizationId ?? null }
    }),
}
