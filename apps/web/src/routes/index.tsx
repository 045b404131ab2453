import { createFileRoute, redirect } from '@tanstack/react-router'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { preferredMembership, rememberedWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/')({
  beforeLoad: async ({ context: { queryClient } }) => {
    const { needsSetup } = await queryClient.ensureQueryData(statusQuery)
    if (needsSetup) throw redirect({ to: '/setup', replace: true })
    const account = await queryClient.ensureQueryData(accountQuery)
    if (!account) throw redirect({ to: '/sign-in', replace: true })
    const membership = preferredMembership(account, rememberedWorkspace())
    if (membership) throw redirect({ to: '/w/$slug', params: { slug: membership.slug }, replace: true })
    throw redirect({ to: account.user.operator && account.deleted.length === 0 ? '/setup' : '/workspaces', replace: true })
  },
})
