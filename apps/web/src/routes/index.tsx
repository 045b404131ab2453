import { createFileRoute, redirect } from '@tanstack/react-router'
import { accountQuery, statusQuery } from '#lib/account.ts'
import { preferredMembership, rememberedWorkspace } from '#lib/workspace.ts'

export const Route = createFileRoute('/')({
  beforeLoad: async ({ context: { queryClient } }) => {
    const account = await queryClient.ensureQueryData(accountQuery)
    if (!account) {
      const { needsSetup } = await queryClient.fetchQuery({ ...statusQuery, staleTime: 0 })
      throw redirect({ to: needsSetup ? '/setup' : '/sign-in', replace: true })
    }
    const membership = preferredMembership(account, rememberedWorkspace())
    if (membership) throw redirect({ to: '/w/$slug', params: { slug: membership.slug }, replace: true })
    throw redirect({ to: account.user.operator ? '/setup' : '/workspaces/new', replace: true })
  },
})
