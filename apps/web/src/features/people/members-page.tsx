import { guards } from '@carrel/auth/catalogue'
import type { Member } from '@carrel/api/schema/members'
import type { RoleRef } from '@carrel/api/schema/roles'
import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Allowed } from '#components/allowed.tsx'
import { ListSearch } from '#components/list-search.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { ErrorNotice, Notice } from '#components/states.tsx'
import { accountQuery } from '#lib/account.ts'
import { useCan } from '#lib/can.ts'
import { formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { roleName } from '#lib/role-label.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { LeaveWorkspace } from './leave-workspace.tsx'
import { useMemberList } from './member-list.ts'
import { MemberRow } from './member-row.tsx'
import { PeoplePage } from './people-page.tsx'
import { RemoveMember } from './remove-member.tsx'
import { RolesDialog } from './roles-dialog.tsx'

type MembersProps = { query: string; role: RoleRef | undefined; onSearch: (query: string) => void; onAnyRole: () => void }

/** `invite`: the way to bring people in. */
export function MembersPage({ invite, ...props }: MembersProps & { invite: ReactNode }) {
  return (
    <Allowed permission="member:read">
      <PeoplePage title={t('people.title')} action={invite}>
        <Members {...props} />
      </PeoplePage>
    </Allowed>
  )
}

function Members({ query, role, onSearch, onAnyRole }: MembersProps) {
  const { api } = useWorkspace()
  const can = useCan()
  const { data: account } = useQuery(accountQuery)
  const roles = useQuery(api.roles.list.queryOptions({ enabled: can(guards['roles.view']) }))
  const { list, members, total } = useMemberList({ ...(query !== '' && { query }), ...(role && { role }) })
  const [giving, setGiving] = useState<Member | null>(null)
  const [removing, setRemoving] = useState<Member | null>(null)
  const [leaving, setLeaving] = useState(false)
  const filtered = query !== '' || role !== undefined
  const myId = account?.user.id

  return (
    <>
      <div className="mb-3.5 flex flex-wrap items-center gap-x-4 gap-y-2.5">
        <ListSearch
          label={t(can('member:remove') || can(guards['assignments.manage']) ? 'people.searchAddress' : 'people.search')}
          value={query}
          onChange={onSearch}
        />
        {role !== undefined && (
          <button
            type="button"
            onClick={onAnyRole}
            className="flex min-h-9 max-w-full items-center gap-2 rounded-full border border-line bg-card pr-2.5 pl-3.5 text-small hover:border-line-strong max-md:min-h-11"
          >
            <span dir="auto" className="truncate">
              {t('people.onlyRole', { role: roles.data?.filter(({ ref }) => ref === role).map(roleName)[0] ?? '…' })}
            </span>
            <X aria-hidden size={14} className="shrink-0 text-muted" />
            <span className="sr-only">{t('people.onlyRole.clear')}</span>
          </button>
        )}
        <p role="status" className="tabular text-small text-muted empty:hidden">
          {filtered && total !== undefined ? t('people.countFound', { count: total, people: formatNumber(total) }) : ''}
        </p>
      </div>
      {list.isPending ? (
        <ListSkeleton />
      ) : !members ? (
        <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
      ) : members.length === 0 ? (
        query === '' ? (
          <Notice title={t('people.emptyRole.title')}>{t('people.emptyRole.text')}</Notice>
        ) : (
          <Notice title={t('people.empty.title', { query })}>{t('people.empty.text')}</Notice>
        )
      ) : (
        <>
          <ul
            aria-label={t('people.members')}
            aria-busy={list.isPlaceholderData}
            className="divide-y divide-line rounded-box border border-line bg-card"
          >
            {members.map((member) => (
              <MemberRow
                key={member.userId}
                member={member}
                self={member.userId === myId}
                roles={roles.data}
                onRoles={() => setGiving(member)}
                onRemove={() => setRemoving(member)}
                onLeave={() => setLeaving(true)}
              />
            ))}
          </ul>
          <LoadMore list={list} />
        </>
      )}
      <RolesDialog
        member={giving && (members?.find(({ userId }) => userId === giving.userId) ?? giving)}
        self={giving?.userId === myId}
        onClose={() => setGiving(null)}
      />
      <RemoveMember member={removing} onClose={() => setRemoving(null)} />
      <LeaveWorkspace open={leaving} onClose={() => setLeaving(false)} />
    </>
  )
}
