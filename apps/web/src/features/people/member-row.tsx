import { guards } from '@carrel/auth/catalogue'
import type { Member } from '@carrel/api/schema/members'
import type { RoleDetail } from '@carrel/api/schema/roles'
import { Link } from '@tanstack/react-router'
import { Ellipsis, LogOut, UserRoundMinus, UserRoundPen } from 'lucide-react'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { buttonVariants } from '#components/ui/button.tsx'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { useCan } from '#lib/can.ts'
import { cn } from '#lib/class-names.ts'
import { formatDate, formatDay, formatMoment } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { isBuiltinRole, roleLabel, roleName } from '#lib/role-label.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { Chip } from '#components/chip.tsx'

/** The names of a member's roles; those that the reader may not know by name are one word. */
function roleNames(member: Member, roles: readonly RoleDetail[] | undefined): string[] {
  const names = member.roles.map((ref) => {
    const known = roles?.find((role) => role.ref === ref)
    if (known) return roleName(known)
    return isBuiltinRole(ref) ? roleLabel(ref) : t('member.otherRole')
  })
  return [...new Set(names)]
}

/** When somebody was last there, as a day; nothing where the reader may not know. */
function LastSeen({ at, className }: { at: string | null | undefined; className?: string }) {
  if (at === undefined) return null
  return (
    <p className={className}>
      {at === null ? (
        t('member.neverSeen')
      ) : (
        <time dateTime={at} title={formatMoment(at)}>
          {t('member.seen', { day: formatDay(at) })}
          <span className="sr-only"> ({formatMoment(at)})</span>
        </time>
      )}
    </p>
  )
}

export function MemberRow({
  member,
  self,
  roles,
  onRoles,
  onRemove,
  onLeave,
}: {
  member: Member
  self: boolean
  roles: readonly RoleDetail[] | undefined
  onRoles: () => void
  onRemove: () => void
  onLeave: () => void
}) {
  const { slug } = useWorkspace()
  const can = useCan()
  const mayGive = can(guards['assignments.manage']) && can(guards['roles.view'])
  const mayRemove = can('member:remove') && !self
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-5 gap-y-1.5 py-3 pr-3 pl-4.5 lg:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_minmax(0,3fr)_auto] xl:grid-cols-[minmax(0,5fr)_minmax(0,4fr)_minmax(0,3fr)_minmax(9rem,auto)_auto]">
      <div className="flex min-w-0 items-center gap-3.5">
        <InitialsBadge kind="person" name={member.name} className="size-8 text-[0.72rem]" />
        <div className="min-w-0">
          <p className="flex min-w-0 items-center gap-2">
            <span dir="auto" title={member.name} className="truncate font-semibold">
              {member.name}
            </span>
            {self && <span className="shrink-0 rounded-full bg-accent-soft px-2 text-meta font-medium text-accent">{t('member.you')}</span>}
          </p>
          {member.email !== null && (
            <p title={member.email} className="truncate text-meta text-muted">
              {member.email}
            </p>
          )}
          <LastSeen at={member.lastSeenAt} className="text-meta text-muted xl:hidden" />
        </div>
      </div>
      <div className="flex min-w-0 flex-wrap gap-1.5 max-lg:order-3 max-lg:col-span-2 max-lg:pl-11.5">
        <span className="sr-only">{t('people.roles')}:</span>
        {roleNames(member, roles).map((name) => (
          <Chip key={name}>{name}</Chip>
        ))}
      </div>
      <p
        className={cn(
          'min-w-0 text-meta text-muted max-lg:order-4 max-lg:col-span-2 max-lg:pl-11.5 lg:line-clamp-2',
          member.teams.length === 0 && 'max-lg:hidden',
        )}
      >
        {member.teams.length > 0 && <span className="sr-only">{t('people.teams')}: </span>}
        {member.teams.map((team, index) => (
          <span key={team.id}>
            {index > 0 && ', '}
            <Link
              to="/w/$slug/people/teams/$teamId"
              params={{ slug, teamId: team.id }}
              dir="auto"
              className="rounded-[4px] decoration-line-strong underline-offset-3 hover:text-ink hover:underline"
            >
              {team.name}
            </Link>
          </span>
        ))}
      </p>
      <div className="tabular text-right text-meta whitespace-nowrap text-muted max-xl:hidden">
        <LastSeen at={member.lastSeenAt} />
        <p>{t('member.joined', { date: formatDate(member.joinedAt, 'medium') })}</p>
      </div>
      <div className="size-9 max-md:size-11 max-lg:order-2 lg:-col-end-1 pointer-coarse:size-11">
        {(mayGive || mayRemove || self) && (
          <Menu>
            <MenuTrigger
              aria-label={t('member.more', { name: member.name })}
              className={buttonVariants({ variant: 'ghost', size: 'icon' })}
            >
              <Ellipsis aria-hidden size={17} />
            </MenuTrigger>
            <MenuContent align="end">
              {mayGive && (
                <MenuItem onClick={onRoles}>
                  <UserRoundPen aria-hidden size={16} className="text-muted" />
                  {t('member.changeRoles')}
                </MenuItem>
              )}
              {mayRemove && (
                <MenuItem disabled={!member.withinMine} onClick={onRemove}>
                  <UserRoundMinus aria-hidden size={16} className="text-muted" />
                  <span>
                    <span className="block">{t('member.remove')}</span>
                    {!member.withinMine && <span className="block text-meta">{t('member.outranks')}</span>}
                  </span>
                </MenuItem>
              )}
              {self && (
                <MenuItem onClick={onLeave}>
                  <LogOut aria-hidden size={16} className="text-muted" />
                  {t('leave.open')}
                </MenuItem>
              )}
            </MenuContent>
          </Menu>
        )}
      </div>
    </li>
  )
}
