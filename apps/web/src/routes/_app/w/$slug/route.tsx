import type { Membership } from '@carrel/api/schema/account'
import { isSlug } from '@carrel/api/slug'
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { createFileRoute, Link, notFound, Outlet, redirect, useParams } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { NotFoundPage } from '#components/page-states.tsx'
import { EmptyShelf, Notice } from '#components/states.tsx'
import { SuspendedWorkspace } from '#components/suspended-workspaces.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { isTransient } from '#lib/error-text.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { instance, workspaceApi, workspaceKey } from '#lib/rpc.ts'
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
  notFoundComponent: NoWorkspace,
})

/** The address of a workspace that is closed to its members says so to them. */
function NoWorkspace() {
  const { slug } = useParams({ strict: false })
  const { data: account } = useQuery(accountQuery)
  const suspended = account?.suspended.find((candidate) => candidate.slug === slug)
  return suspended ? <SuspendedWorkspace workspace={suspended} /> : <NotFoundPage />
}

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
  const current = account?.memberships.find(({ organizationId }) => organizationId === loaded.organizationId)
  const membership = current ?? loaded
  const ended = account !== undefined && account !== null && !current
  const workspace = useMemo(() => toWorkspace(membership), [membership])
  const { organizationId, slug } = membership
  const client = useQueryClient()
  useEffect(() => {
    if (ended) client.removeQueries({ queryKey: workspaceKey(organizationId) })
  }, [client, ended, organizationId])
  useEffect(() => {
    if (ended) return
    rememberWorkspace(slug)
    // Where the next visit begins; not worth a word when it fails.
    instance.organizations.open.call({ organizationId }).catch(() => undefined)
  }, [ended, organizationId, slug])
  const suspended = account?.suspended.find(({ organizationId }) => organizationId === loaded.organizationId)
  if (suspended) return <SuspendedWorkspace workspace={suspended} />
  if (ended) return <EndedMembership name={loaded.name} />
  return (
    <WorkspaceContext value={workspace}>
      <Outlet />
    </WorkspaceContext>
  )
}

/** Somebody took the reader out while the page was open: nothing of the workspace stays on it. */
function EndedMembership({ name }: { name: string }) {
  usePageTitle(t('ended.title'))
  useEffect(() => document.querySelector<HTMLElement>('[data-page-heading]')?.focus(), [])
  return (
    <div role="alert">
      <Notice
        heading="h1"
        className="py-24"
        title={t('ended.title')}
        art={<EmptyShelf />}
        action={
          <Link to="/" className={buttonVariants({ variant: 'outline' })}>
            {t('notFound.home')}
          </Link>
        }
      >
        {t('ended.text', { name })}
      </Notice>
    </div>
  )
}
