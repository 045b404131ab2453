import type { InstanceUser, ListUsers } from '@carrel/api/schema/instance/users'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { UserRoundPlus } from 'lucide-react'
import { useState } from 'react'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { ListSearch } from '#components/list-search.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { Segments } from '#components/segments.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { formatDate, formatDay, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { admin } from './api.ts'
import { CreateUser } from './create-user.tsx'
import { UserChips } from './user-chips.tsx'
import { UserSheet } from './user-sheet.tsx'

export type UserFilter = { q?: string; only?: NonNullable<ListUsers['only']> }

/** Everybody who has an account here; `opened` is the one whose details are shown. */
export function UsersPage({
  filter,
  opened,
  onFilter,
  onOpen,
}: {
  filter: UserFilter
  opened: string | undefined
  onFilter: (filter: UserFilter) => void
  onOpen: (userId: string | undefined) => void
}) {
  const [creating, setCreating] = useState(false)
  const { q = '', only } = filter
  usePageTitle(`${t('admin.users')} · ${t('admin.title')}`)
  const list = useInfiniteQuery(
    admin.users.list.infiniteOptions({
      input: (cursor: string | undefined) => ({
        limit: 50,
        ...(q !== '' && { query: q }),
        ...(only && { only }),
        ...(cursor !== undefined && { cursor }),
      }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const users = list.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <div className="mb-3.5 flex flex-wrap items-center gap-x-4 gap-y-2.5">
        <ListSearch
          label={t('people.searchAddress')}
          value={q}
          onChange={(query) => onFilter({ ...(only && { only }), ...(query !== '' && { q: query }) })}
        />
        <Segments
          label={t('admin.users.filter')}
          value={only ?? 'all'}
          options={(['all', 'banned', 'operators'] as const).map((value) => ({ value, label: t(`admin.users.only.${value}`) }))}
          onChange={(value) => onFilter({ ...(q !== '' && { q }), ...(value !== 'all' && { only: value }) })}
        />
        <Button className="ml-auto max-md:w-full" onClick={() => setCreating(true)}>
          <UserRoundPlus aria-hidden size={16} />
          {t('admin.create')}
        </Button>
      </div>
      {list.isPending ? (
        <ListSkeleton />
      ) : !users ? (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : users.length === 0 ? (
        <Notice title={q === '' ? t('admin.users.none') : t('people.empty.title', { query: q })}>
          {q === '' ? t('admin.users.none.text') : t('people.empty.text')}
        </Notice>
      ) : (
        <>
          <UserTable users={users} filter={filter} busy={list.isPlaceholderData} />
          <LoadMore list={list} />
        </>
      )}
      <CreateUser open={creating} onClose={() => setCreating(false)} onCreated={onOpen} />
      <UserSheet userId={opened} onClose={() => onOpen(undefined)} />
    </>
  )
}

const columns = 'lg:grid lg:grid-cols-[minmax(0,5fr)_minmax(0,3fr)_6.5rem_8rem_8.5rem] lg:items-center lg:gap-x-5 lg:px-4.5'

function UserTable({ users, filter, busy }: { users: readonly InstanceUser[]; filter: UserFilter; busy: boolean }) {
  return (
    <table aria-label={t('admin.users')} aria-busy={busy} className="block rounded-box border border-line bg-card">
      <thead className="block max-lg:sr-only">
        <tr className={`${columns} border-b border-line text-left text-meta text-muted *:py-2 *:font-medium`}>
          <th scope="col">{t('admin.user.name')}</th>
          <th scope="col">{t('admin.user.state')}</th>
          <th scope="col" className="lg:text-right">
            {t('admin.workspaces')}
          </th>
          <th scope="col" className="lg:text-right">
            {t('admin.user.lastSeen')}
          </th>
          <th scope="col" className="lg:text-right">
            {t('admin.user.since')}
          </th>
        </tr>
      </thead>
      <tbody className="block divide-y divide-line">
        {users.map((user) => (
          <UserRow key={user.id} user={user} filter={filter} />
        ))}
      </tbody>
    </table>
  )
}

function UserRow({ user, filter }: { user: InstanceUser; filter: UserFilter }) {
  const { id, name, email, workspaces, lastSeenAt, createdAt } = user
  const quiet = !user.operator && !user.ban
  return (
    <tr
      className={`${columns} relative hover:bg-soft/50 max-lg:flex max-lg:flex-wrap max-lg:items-center max-lg:gap-x-3 max-lg:gap-y-1.5 max-lg:px-4.5 max-lg:py-3 lg:*:py-3`}
    >
      <th scope="row" className="flex min-w-0 items-center gap-3.5 text-left font-normal max-lg:w-full">
        <InitialsBadge kind="person" name={name} className="size-8 text-[0.72rem]" />
        <span className="min-w-0">
          <Link
            to="/admin/users"
            search={{ ...filter, user: id }}
            dir="auto"
            title={name}
            resetScroll={false}
            className="block truncate text-as-parent font-semibold outline-offset-[-2px] after:absolute after:inset-0 after:rounded-box focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {name}
          </Link>
          <span title={email} className="block truncate text-meta text-muted">
            {email}
          </span>
        </span>
      </th>
      <td className={`min-w-0 flex-wrap gap-1.5 max-lg:pl-11.5 ${quiet ? 'max-lg:hidden lg:flex' : 'flex'}`}>
        <UserChips user={user} />
      </td>
      <td className="tabular text-meta whitespace-nowrap text-muted max-lg:pl-11.5 lg:text-right">
        <span className="max-lg:hidden">{formatNumber(workspaces)}</span>
        <span className="lg:hidden">{t('admin.user.inWorkspaces', { count: workspaces, number: formatNumber(workspaces) })}</span>
      </td>
      <td className="tabular text-meta whitespace-nowrap text-muted max-lg:ml-auto lg:text-right">
        <span className="max-lg:hidden">{lastSeenAt === null ? t('admin.user.neverSeen') : formatDay(lastSeenAt)}</span>
        <span className="lg:hidden">
          {lastSeenAt === null ? t('admin.user.notSeen') : t('admin.user.seen', { day: formatDay(lastSeenAt) })}
        </span>
      </td>
      <td className="tabular text-meta whitespace-nowrap text-muted max-lg:hidden lg:text-right">{formatDate(createdAt, 'medium')}</td>
    </tr>
  )
}
