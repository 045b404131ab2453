import { createFileRoute, redirect } from '@tanstack/react-router'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { instance } from '#lib/rpc.ts'
import { preferredMembership, rememberedWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/')({
  beforeLoad: async ({ context: { queryClient } }) => {
    const { needsSetup } = await queryClient.ensureQueryData(statusQuery)
    if (needsSetup) throw redirect({ to: '/setup', replace: true })
    const account = await queryClient.ensureQueryData(accountQuery)
    if (!account) throw redirect({ to: '/sign-in', replace: true })
    const membership = preferredMembership(account, rememberedWorkspace())
    if (membership) throw redirect({ to: '/w/$slug', params: { slug: membership.slug }, replace: true })
    if (!account.user.operator || account.deleted.length > 0) throw redirect({ to: '/workspaces', replace: true })
    // The first workspace is made in the setup; later the operator may be in none, and has the server to look after.
    const any = await Promise.all(
      (['open', 'suspended', 'deleted'] as const).map((state) => instance.instance.organizations.list.call({ state, limit: 1 })),
    )
    throw redirect({ to: any.some(({ items }) => items.length > 0) ? '/admin' : '/setup', replace: true })
  },
})
