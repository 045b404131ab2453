import type { Membership } from '@carrel/api/schema/account'
import { isSlug } from '@carrel/api/slug'
import { type QueryClient, useQuery } from '@tanstack/react-query'
import { createFileRoute, notFound, Outlet, redirect } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { NotFoundPage } from '#components/page-states.tsx'
import { accountQuery } from '#lib/account.ts'
import { isTransient } from '#lib/error-text.ts'
import { instance, workspaceApi } from '#lib/rpc.ts'
import { rememberWorkspace, toWorkspace, WorkspaceContext } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug')({
  beforeLoad: async ({ context: { account, queryClient }, params: { slug }, location }) => {
    const membership = account.memberships.find((candidate) => candidate.slug === slug) ?? (await findMoved(queryClient, slug))
    if (!membership) throw notFound()
    if (membership.slug !== slug) {
      throw redirect({ href: location.href.replace(/^\/w\/[^/?#]+/, `/w/${membership.slug}`), replace: true })
    }
    return { membership, api: workspaceApi(membership.organizationId) }
  },
  component: WorkspaceLayout,
  notFoundComponent: NotFoundPage,
})

/** The workspace that has, or had, this address, when what is known of the account is behind. */
async function findMoved(client: QueryClient, slug: string): Promise<Membership | undefined> {
  if (!isSlug(slug)) return undefined
  try {
    const { id } = await workspaceApi(slug).organizations.get.call()
    const account = await client.fetchQuery({ ...accountQuery, staleTime: 0 })
    return account?.memberships.find(({ organizationId }) => organizationId === id)
  } catch (error) {
    if (isTransient(error)) throw error
    return undefined
  }
}

function WorkspaceLayout() {
  const { membership: loaded } = Route.useRouteContext()
  // Roles change while a page is open; what is offered follows.
  const { data: account } = useQuery(accountQuery)
  const membership = account?.memberships.find(({ organizationId }) => organizationId === loaded.organizationId) ?? loaded
  const workspace = useMemo(() => toWorkspace(membership), [membership])
  const { organizationId, slug } = membership
  useEffect(() => {
    rememberWorkspace(slug)
    // Where the next visit begins; not worth a word when it fails.
    instance.organizations.open.call({ organizationId }).catch(() => undefined)
  }, [organizationId, slug])
  return (
    <WorkspaceContext value={workspace}>
      <Outlet />
    </WorkspaceContext>
  )
}
