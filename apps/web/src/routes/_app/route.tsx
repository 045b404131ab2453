import { useQuery } from '@tanstack/react-query'
import { createFileRoute, Outlet, redirect, useMatch, useParams, useRouter } from '@tanstack/react-router'
import { Suspense, useEffect, useMemo } from 'react'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import { SideBar } from '#features/frame/side-bar.tsx'
import { TabBar } from '#features/frame/tab-bar.tsx'
import { SearchField } from '#features/search/search-field.tsx'
import { accountQuery } from '#lib/account.ts'
import { useServerEvents } from '#lib/events.ts'
import { logoUrl } from '#lib/files.ts'
import { t } from '#lib/i18n.ts'
import { lazyComponent } from '#lib/lazy-component.ts'
import { renewSession } from '#lib/session.ts'
import { phone, useMedia } from '#lib/use-media.ts'
import { preferredMembership, rememberedWorkspace, toWorkspace, WorkspaceContext } from '#lib/workspace.ts'

const WorkspaceSheet = lazyComponent(() => import('#features/frame/workspace-sheet.tsx'), 'WorkspaceSheet')

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context: { queryClient }, location }) => {
    const account = await queryClient.ensureQueryData(accountQuery)
    if (!account) throw redirect({ to: '/sign-in', search: { next: location.href } })
    renewSession()
    return { account }
  },
  component: AppLayout,
})

function AppLayout() {
  const { account: loaded } = Route.useRouteContext()
  const { data: account = loaded } = useQuery(accountQuery)
  const { slug } = useParams({ strict: false })
  const inWorkspace = useMatch({ from: '/_app/w/$slug', shouldThrow: false })
  const results = useMatch({ from: '/_app/w/$slug/search', shouldThrow: false })
  const isPhone = useMedia(phone)
  useServerEvents()
  // Signed out elsewhere: the guard above leads away, and remembers this page.
  const router = useRouter()
  const gone = account === null
  useEffect(() => {
    if (gone) void router.invalidate()
  }, [gone, router])
  // By its id: the address in this tab may be one that it had earlier.
  const entered = inWorkspace?.context.membership?.organizationId
  const membership =
    account?.memberships.find((candidate) => candidate.organizationId === entered || candidate.slug === slug) ??
    (account && preferredMembership(account, rememberedWorkspace()))
  const workspace = useMemo(() => (membership ? toWorkspace(membership) : null), [membership])
  if (!account) return null
  return (
    <WorkspaceContext value={workspace}>
      <a
        href="#main"
        className="fixed top-3 left-3 z-60 -translate-y-16 rounded-field bg-card px-4 py-2.5 font-medium focus-visible:translate-y-0 focus-visible:shadow-float"
      >
        {t('frame.skip')}
      </a>
      <SideBar account={account} workspace={workspace} />
      <div className="min-h-dvh md:pl-62">
        {workspace && (
          <header className="mx-auto flex max-w-[1520px] items-center gap-2.5 px-10 pt-4.5 max-lg:px-7 max-md:px-4.5 max-md:pt-3.5">
            <SearchField slug={workspace.slug} query={results ? (results.search.q ?? '') : null} className="max-w-130 flex-1" />
            {isPhone && (
              <Suspense
                fallback={
                  <span className="grid size-11 shrink-0 place-items-center rounded-box border border-line bg-card">
                    <WorkspaceBadge name={workspace.name} logo={logoUrl(workspace)} />
                  </span>
                }
              >
                <WorkspaceSheet account={account} current={workspace} />
              </Suspense>
            )}
          </header>
        )}
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto max-w-[1520px] px-10 pt-6.5 pb-20 outline-none max-lg:px-7 max-md:px-4.5 max-md:pt-6 max-md:pb-28"
        >
          <Outlet />
        </main>
      </div>
      <TabBar slug={workspace?.slug ?? null} />
    </WorkspaceContext>
  )
}
