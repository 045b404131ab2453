import type { InstanceOrganization, ListOrganizations } from '@carrel/api/schema/instance/organizations'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CirclePause, CirclePlay, Ellipsis, HardDrive, History, Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { Chip } from '#components/chip.tsx'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { ListSearch } from '#components/list-search.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { Segments } from '#components/segments.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuItem, MenuLinkItem, MenuTrigger } from '#components/ui/menu.tsx'
import { formatBytes, formatDate, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { toast, toastError } from '#lib/toasts.ts'
import { admin } from './api.ts'
import { DeleteWorkspace } from './delete-workspace.tsx'
import { QuotaDialog } from './quota-dialog.tsx'
import { SuspendDialog } from './suspend-dialog.tsx'

export type WorkspaceFilter = { q?: string; state?: Exclude<NonNullable<ListOrganizations['state']>, 'open'> }

const shownOwners = 2

/** Every workspace of the server: who answers for it, how large it is, and whether it is open. */
export function WorkspacesPage({ filter, onFilter }: { filter: WorkspaceFilter; onFilter: (filter: WorkspaceFilter) => void }) {
  const { q = '', state } = filter
  const [suspending, setSuspending] = useState<InstanceOrganization | null>(null)
  const [limiting, setLimiting] = useState<InstanceOrganization | null>(null)
  const [deleting, setDeleting] = useState<InstanceOrganization | null>(null)
  usePageTitle(`${t('admin.workspaces')} · ${t('admin.title')}`)
  const list = useInfiniteQuery(
    admin.organizations.list.infiniteOptions({
      input: (cursor: string | undefined) => ({
        limit: 50,
        ...(q !== '' && { query: q }),
        ...(state && { state }),
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const workspaces = list.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <div className="mb-3.5 flex flex-wrap items-center gap-x-4 gap-y-2.5">
        <ListSearch
          label={t('admin.workspaces.search')}
          value={q}
          onChange={(query) => onFilter({ ...(state && { state }), ...(query !== '' && { q: query }) })}
        />
        <Segments
          label={t('admin.workspaces.filter')}
          value={state ?? 'all'}
          options={(['all', 'suspended', 'deleted'] as const).map((value) => ({ value, label: t(`admin.workspaces.only.${value}`) }))}
          onChange={(value) => onFilter({ ...(q !== '' && { q }), ...(value !== 'all' && { state: value }) })}
        />
      </div>
      {list.isPending ? (
        <ListSkeleton />
      ) : !workspaces ? (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : workspaces.length === 0 ? (
        <Notice title={q === '' ? t('admin.workspaces.none') : t('admin.workspaces.noMatch', { query: q })}>
          {q === '' ? t(`admin.workspaces.none.${state ?? 'all'}`) : t('people.empty.text')}
        </Notice>
      ) : (
        <>
          <WorkspaceTable
            workspaces={workspaces}
            busy={list.isPlaceholderData}
            onSuspend={setSuspending}
            onLimit={setLimiting}
            onDelete={setDeleting}
          />
          <LoadMore list={list} />
        </>
      )}
      <SuspendDialog workspace={suspending} onClose={() => setSuspending(null)} />
      <QuotaDialog workspace={limiting} onClose={() => setLimiting(null)} />
      <DeleteWorkspace workspace={deleting} onClose={() => setDeleting(null)} />
    </>
  )
}

type Deed = (workspace: InstanceOrganization) => void
type Deeds = { onSuspend: Deed; onLimit: Deed; onDelete: Deed }

const columns =
  'lg:grid lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_4.5rem_4.5rem_5rem_5.5rem_2.25rem] lg:items-center lg:gap-x-4 lg:pr-3 lg:pl-4.5'
const figure = 'lg:text-right'

function WorkspaceTable({ workspaces, busy, ...deeds }: { workspaces: readonly InstanceOrganization[]; busy: boolean } & Deeds) {
  return (
    <table aria-label={t('admin.workspaces')} aria-busy={busy} className="block rounded-box border border-line bg-card">
      <thead className="block max-lg:sr-only">
        <tr className={`${columns} border-b border-line text-left text-meta text-muted *:py-2 *:font-medium`}>
          <th scope="col">{t('admin.workspace')}</th>
          <th scope="col">{t('admin.workspace.owners')}</th>
          <th scope="col" className={figure}>
            {t('people.members')}
          </th>
          <th scope="col" className={figure}>
            {t('nav.libraries')}
          </th>
          <th scope="col" className={figure}>
            {t('admin.workspace.books')}
          </th>
          <th scope="col" className={figure}>
            {t('admin.workspace.size')}
          </th>
          <th scope="col">
            <span className="sr-only">{t('admin.workspace.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody className="block divide-y divide-line">
        {workspaces.map((workspace) => (
          <WorkspaceRow key={workspace.organizationId} workspace={workspace} {...deeds} />
        ))}
      </tbody>
    </table>
  )
}

/** Why nobody enters it, and until when that can be undone. */
function closedText({ suspension, deletion }: InstanceOrganization): string | null {
  if (deletion) {
    const until = formatDate(deletion.restorableUntil)
    return t(deletion.byOperator ? 'admin.workspace.deletedByOperator' : 'admin.workspace.deletedByOwner', { until })
  }
  if (!suspension) return null
  const date = formatDate(suspension.at)
  return suspension.reason === null
    ? t('admin.workspace.suspendedOn', { date })
    : t('admin.workspace.suspendedFor', { date, reason: suspension.reason })
}

function WorkspaceRow({ workspace, ...deeds }: { workspace: InstanceOrganization } & Deeds) {
  const { name, slug, state, owners, members, libraries, books, bytes } = workspace
  const closed = closedText(workspace)
  const facts = [
    t('people.count', { count: members, people: formatNumber(members) }),
    t('team.libraries', { count: libraries, libraries: formatNumber(libraries) }),
    t('admin.workspace.bookCount', { count: books, books: formatNumber(books) }),
    formatBytes(bytes),
  ].join(' · ')
  return (
    <tr
      className={`${columns} max-lg:grid max-lg:grid-cols-[minmax(0,1fr)_auto] max-lg:gap-x-3 max-lg:gap-y-1.5 max-lg:py-3 max-lg:pr-3 max-lg:pl-4.5 lg:*:py-3`}
    >
      <th scope="row" className="flex min-w-0 items-center gap-3.5 text-left font-normal">
        <InitialsBadge kind="workspace" name={name} className={state === 'open' ? 'size-8' : 'size-8 bg-soft-strong text-muted'} />
        <span className="min-w-0">
          <span className="flex min-w-0 items-center gap-2">
            <span dir="auto" title={name} className="truncate font-semibold">
              {name}
            </span>
            {state !== 'open' && <Chip className="shrink-0 bg-warn-soft text-warn">{t(`admin.workspace.state.${state}`)}</Chip>}
          </span>
          <span title={`/w/${slug}`} className="block truncate text-meta text-muted">
            /w/{slug}
          </span>
        </span>
      </th>
      <td className="min-w-0 text-meta text-muted max-lg:order-3 max-lg:col-span-2 max-lg:pl-11.5">
        <Owners owners={owners} />
      </td>
      <td className={`tabular text-meta text-muted max-lg:hidden ${figure}`}>{formatNumber(members)}</td>
      <td className={`tabular text-meta text-muted max-lg:hidden ${figure}`}>{formatNumber(libraries)}</td>
      <td className={`tabular text-meta text-muted max-lg:hidden ${figure}`}>{formatNumber(books)}</td>
      <td className={`tabular text-meta whitespace-nowrap text-muted max-lg:hidden ${figure}`}>{formatBytes(bytes)}</td>
      <td className="tabular text-meta text-muted max-lg:order-4 max-lg:col-span-2 max-lg:pl-11.5 lg:hidden">{facts}</td>
      <td className="size-9 !py-0 max-md:size-11 max-lg:order-2 pointer-coarse:size-11">
        <WorkspaceMenu workspace={workspace} {...deeds} />
      </td>
      {closed !== null && (
        <td
          dir="auto"
          className="text-meta text-as-parent text-muted [overflow-wrap:anywhere] max-lg:order-5 max-lg:col-span-2 max-lg:pl-11.5 lg:col-span-7 lg:-mt-1 lg:!pt-0 lg:pl-11.5"
        >
          {closed}
        </td>
      )}
    </tr>
  )
}

function Owners({ owners }: Pick<InstanceOrganization, 'owners'>) {
  const more = owners.length - shownOwners
  if (owners.length === 0) return t('admin.workspace.noOwner')
  return (
    <span className="line-clamp-2 [overflow-wrap:anywhere]">
      <span className="lg:sr-only">{t('admin.workspace.ownedBy')} </span>
      {owners.slice(0, shownOwners).map(({ userId, name, email }, index) => (
        <span key={userId}>
          {index > 0 && ', '}
          <Link
            to="/admin/users"
            search={{ user: userId }}
            dir="auto"
            title={email}
            className="rounded-[4px] decoration-line-strong underline-offset-3 hover:text-ink hover:underline"
          >
            {name}
          </Link>
        </span>
      ))}
      {more > 0 && ` ${t('admin.workspace.moreOwners', { count: more, number: formatNumber(more) })}`}
    </span>
  )
}

function WorkspaceMenu({ workspace, onSuspend, onLimit, onDelete }: { workspace: InstanceOrganization } & Deeds) {
  const { organizationId, name, state } = workspace
  const client = useQueryClient()
  const settled = (title: string) => ({
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: admin.key() })
      toast(title)
    },
    onError: (error: unknown) => {
      toastError(error)
      void client.invalidateQueries({ queryKey: admin.organizations.key() })
    },
  })
  const resume = useMutation(admin.organizations.resume.mutationOptions(settled(t('admin.resume.done', { name }))))
  const restore = useMutation(admin.organizations.restore.mutationOptions(settled(t('account.deleted.restored', { name }))))
  return (
    <Menu>
      <MenuTrigger aria-label={t('member.more', { name })} className={buttonVariants({ variant: 'ghost', size: 'icon' })}>
        <Ellipsis aria-hidden size={17} />
      </MenuTrigger>
      <MenuContent align="end">
        {state !== 'deleted' && (
          <MenuItem onClick={() => onLimit(workspace)}>
            <HardDrive aria-hidden size={16} className="text-muted" />
            {t('admin.quota')}
          </MenuItem>
        )}
        {state === 'open' && (
          <MenuItem onClick={() => onSuspend(workspace)}>
            <CirclePause aria-hidden size={16} className="text-muted" />
            {t('admin.suspend')}
          </MenuItem>
        )}
        {state === 'suspended' && (
          <MenuItem onClick={() => resume.mutate({ organizationId })}>
            <CirclePlay aria-hidden size={16} className="text-muted" />
            {t('admin.resume')}
          </MenuItem>
        )}
        {state === 'deleted' ? (
          <MenuItem onClick={() => restore.mutate({ organizationId })}>
            <Undo2 aria-hidden size={16} className="text-muted" />
            {t('account.deleted.restore')}
          </MenuItem>
        ) : (
          <MenuItem onClick={() => onDelete(workspace)}>
            <Trash2 aria-hidden size={16} className="text-muted" />
            {t('settings.delete.open')}
          </MenuItem>
        )}
        <MenuLinkItem closeOnClick render={<Link to="/admin/log" search={{ target: organizationId }} />}>
          <History aria-hidden size={16} className="text-muted" />
          {t('admin.log.ofTarget')}
        </MenuLinkItem>
      </MenuContent>
    </Menu>
  )
}
