import { useQuery } from '@tanstack/react-query'
import { createFileRoute, notFound, Outlet } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { NotFoundPage } from '#components/page-states.tsx'
import { accountQuery } from '#lib/account.ts'
import { instance, workspaceApi } from '#lib/rpc.ts'
import { rememberWorkspace, toWorkspace, WorkspaceContext } from '#lib/workspace.ts'

export const Route = createFileRoute('/_app/w/$slug')({
  beforeLoad: ({ context: { account }, params: { slug } }) => {
    const membership = account.memberships.find((candidate) => candidate.slug === slug)
    if (!membership) throw notFound()
    return { membership, api: workspaceApi(membership.organizationId) }
  },
  component: WorkspaceLayout,
  notFoundComponent: NotFoundPage,
})

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
