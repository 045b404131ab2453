import type { Account } from '@carrel/api/schema/account'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { History, House, Lock, Plus, Search, UsersRound } from 'lucide-react'
import { Suspense } from 'react'
import { ScanDot } from '#components/scan-dot.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { lazyComponent } from '#lib/lazy-component.ts'
import type { Workspace } from '#lib/workspace.ts'
import { useCan } from '#lib/can.ts'
import { NavItem } from './nav-item.tsx'
import { userButton, UserButtonFace } from './user-button.tsx'
import { workspaceButton, WorkspaceButtonFace } from './workspace-button.tsx'

const WorkspaceMenu = lazyComponent(() => import('./workspace-menu.tsx'), 'WorkspaceMenu')
const UserMenu = lazyComponent(() => import('./user-menu.tsx'), 'UserMenu')

/** The frame's left bar, from tablet width on. */
export function SideBar({ account, workspace }: { account: Account; workspace: Workspace | null }) {
  return (
    <div
      data-side-bar
      className="fixed inset-y-0 left-0 z-20 flex w-62 flex-col border-r border-line bg-paper px-3 pt-3.5 pb-3 max-md:hidden"
    >
      <Suspense
        fallback={
          <button type="button" disabled className={workspaceButton}>
            <WorkspaceButtonFace workspace={workspace} />
          </button>
        }
      >
        <WorkspaceMenu account={account} workspace={workspace} />
      </Suspense>
      {workspace ? <WorkspaceNav workspace={workspace} /> : <div className="flex-1" />}
      <Suspense
        fallback={
          <button type="button" disabled className={userButton}>
            <UserButtonFace name={account.user.name} />
          </button>
        }
      >
        <UserMenu account={account} />
      </Suspense>
    </div>
  )
}

function WorkspaceNav({ workspace }: { workspace: Workspace }) {
  const { slug } = workspace
  const can = useCan()
  return (
    <nav aria-label={t('nav.main')} className="-mx-1 mt-2.5 flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto px-1 pb-3">
      <NavItem to="/w/$slug" params={{ slug }} activeOptions={{ exact: true }} icon={<House aria-hidden size={18} strokeWidth={1.8} />}>
        {t('nav.home')}
      </NavItem>
      <NavItem
        to="/w/$slug/search"
        params={{ slug }}
        search={{}}
        icon={<Search aria-hidden size={18} strokeWidth={1.8} />}
        activeOptions={{ includeSearch: false }}
      >
        {t('nav.search')}
      </NavItem>
      <LibraryNav workspace={workspace} />
      <div className="mt-auto flex flex-col gap-0.5 pt-4">
        {can('member:read') && (
          <NavItem
            to="/w/$slug/people"
            params={{ slug }}
            search={{}}
            activeOptions={{ includeSearch: false }}
            icon={<UsersRound aria-hidden size={18} strokeWidth={1.8} />}
          >
            {t('nav.people')}
          </NavItem>
        )}
        {can('audit:read') && (
          <NavItem
            to="/w/$slug/activity"
            params={{ slug }}
            search={{}}
            activeOptions={{ includeSearch: false }}
            icon={<History aria-hidden size={18} strokeWidth={1.8} />}
          >
            {t('nav.activity')}
          </NavItem>
        )}
      </div>
    </nav>
  )
}

function LibraryNav({ workspace }: { workspace: Workspace }) {
  const { api, slug } = workspace
  const can = useCan()
  const { data } = useQuery(api.libraries.list.queryOptions())
  return (
    <>
      <div className="mt-3.5 flex min-h-8 items-center justify-between pr-1 pl-2.5">
        <h2 className="text-meta font-medium text-muted">{t('nav.libraries')}</h2>
        {can('library:create') && (
          <Link
            to="/w/$slug/libraries/new"
            params={{ slug }}
            aria-label={t('nav.newLibrary')}
            className="grid size-7 place-items-center rounded-[6px] text-muted hover:bg-soft hover:text-ink pointer-coarse:size-10"
          >
            <Plus aria-hidden size={16} />
          </Link>
        )}
      </div>
      {data ? (
        data.map((library) => (
          <NavItem
            key={library.id}
            to="/w/$slug/libraries/$libraryId"
            params={{ slug, libraryId: library.id }}
            activeOptions={{ includeSearch: false }}
            icon={<ScanDot scanning={library.scanning} />}
            end={
              <span className="tabular flex items-center gap-2 text-meta text-muted">
                {library.visibility === 'restricted' && <Lock role="img" aria-label={t('visibility.restricted')} size={12} />}
                {formatNumber(library.bookCount)}
              </span>
            }
          >
            {library.name}
          </NavItem>
        ))
      ) : (
        <div aria-hidden className="space-y-4 px-2.5 pt-2.5">
          <Skeleton className="h-3.5 w-3/4" />
          <Skeleton className="h-3.5 w-1/2" />
        </div>
      )}
    </>
  )
}
