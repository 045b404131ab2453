import type { UserDetail, UserWorkspace } from '@carrel/api/schema/instance/users'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { History, X } from 'lucide-react'
import { useState } from 'react'
import { Chip } from '#components/chip.tsx'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { ErrorNotice } from '#components/states.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { SheetContent } from '#components/ui/sheet.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { describeDevice, deviceText } from '#lib/device.ts'
import { formatDate, formatDay, formatMoment, formatNumber } from '#lib/format.ts'
import { t } from '#lib/i18n.ts'
import { roleLabel } from '#lib/role-label.ts'
import { admin } from './api.ts'
import { Facts, Part } from './instance-page.tsx'
import { UserActions } from './user-actions.tsx'
import { banText, UserChips } from './user-chips.tsx'

/** All that the operator may know of one account, and do about it. */
export function UserSheet({ userId, onClose }: { userId: string | undefined; onClose: () => void }) {
  // Whom it was about stays readable while it closes.
  const [shown, setShown] = useState(userId)
  if (userId !== undefined && userId !== shown) setShown(userId)
  return (
    <Dialog open={userId !== undefined} onOpenChange={(open) => !open && onClose()}>
      {shown !== undefined && (
        <SheetContent>
          <Details key={shown} userId={shown} onClose={onClose} />
        </SheetContent>
      )}
    </Dialog>
  )
}

function Details({ userId, onClose }: { userId: string; onClose: () => void }) {
  const { data: user, error, refetch } = useQuery(admin.users.get.queryOptions({ input: { userId }, refetchInterval: 15_000 }))
  return (
    <>
      <div className="flex items-start gap-3.5 border-b border-line px-5 pt-4.5 pb-4">
        <InitialsBadge kind="person" name={user?.name ?? '·'} className="size-10 text-small" />
        <div className="min-w-0 flex-1">
          <BaseDialog.Title dir="auto" className="section-title text-as-parent [overflow-wrap:anywhere]">
            {user?.name ?? t('admin.user')}
          </BaseDialog.Title>
          {user && (
            <>
              <p className="text-muted [overflow-wrap:anywhere]">{user.email}</p>
              <p className="mt-1.5 flex flex-wrap gap-1.5 empty:hidden">
                <UserChips user={user} self={user.self} />
              </p>
            </>
          )}
        </div>
        <BaseDialog.Close
          aria-label={t('action.close')}
          className="-mt-1.5 -mr-2 grid size-9 shrink-0 place-items-center rounded-field text-muted hover:bg-soft hover:text-ink max-md:size-11"
        >
          <X aria-hidden size={17} />
        </BaseDialog.Close>
      </div>
      {/* Scrolled by the keyboard, too, before there is anything in it to press. */}
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-5 py-5">
        {user ? (
          <Known user={user} onGone={onClose} />
        ) : error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : (
          <div aria-hidden className="space-y-4">
            <Skeleton className="h-40 w-full rounded-box" />
            <Skeleton className="h-24 w-full rounded-box" />
          </div>
        )}
      </div>
    </>
  )
}

function Known({ user, onGone }: { user: UserDetail; onGone: () => void }) {
  const { lastSession } = user
  return (
    <div className="flex flex-col gap-7">
      {user.ban && (
        <div className="rounded-box bg-danger-soft p-3.5">
          <p className="font-semibold">{banText(user.ban)}</p>
          {user.ban.reason !== null && (
            <p dir="auto" className="mt-0.5 text-as-parent [overflow-wrap:anywhere]">
              {user.ban.reason}
            </p>
          )}
        </div>
      )}
      <Part title={t('admin.user.account')}>
        <Facts
          facts={[
            { name: t('admin.user.since'), value: formatDate(user.createdAt) },
            { name: t('account.email'), value: t(user.emailVerified ? 'admin.user.verified' : 'admin.user.unverified') },
            {
              name: t('account.password'),
              value: t(user.hasPassword ? 'admin.user.hasPassword' : 'admin.user.noPassword'),
            },
            {
              name: t('admin.user.sessions'),
              value: t('admin.user.liveSessions', { count: user.sessions, number: formatNumber(user.sessions) }),
            },
            {
              name: t('admin.user.lastUsed'),
              value: lastSession ? (
                <>
                  <span title={formatMoment(lastSession.startedAt)} className="block">
                    {formatDay(lastSession.usedAt)}
                  </span>
                  <span className="block text-meta text-muted">
                    {[
                      deviceText(describeDevice(lastSession.userAgent)),
                      ...(lastSession.address === null ? [] : [lastSession.address]),
                    ].join(' · ')}
                  </span>
                </>
              ) : (
                t('admin.user.neverSeen')
              ),
            },
          ]}
        />
      </Part>
      <Part title={t('admin.workspaces')}>
        {user.workspaces.length === 0 ? (
          <p className="text-muted">{t('admin.user.noWorkspaces')}</p>
        ) : (
          <ul className="divide-y divide-line rounded-box border border-line">
            {user.workspaces.map((workspace) => (
              <WorkspaceRow key={workspace.organizationId} workspace={workspace} />
            ))}
          </ul>
        )}
      </Part>
      <UserActions user={user} onGone={onGone} />
      <Link
        to="/admin/log"
        search={{ target: user.id }}
        className="inline-flex items-center gap-2 self-start rounded-[4px] text-muted underline decoration-line-strong underline-offset-3 hover:text-ink"
      >
        <History aria-hidden size={15} />
        {t('admin.log.ofTarget')}
      </Link>
    </div>
  )
}

function WorkspaceRow({ workspace: { name, slug, role, onlyOwner, state } }: { workspace: UserWorkspace }) {
  return (
    <li className="flex min-h-13 items-center gap-3 px-3.5 py-2">
      <InitialsBadge kind="workspace" name={name} />
      <span className="min-w-0 flex-1">
        <Link
          to="/admin/workspaces"
          search={{ q: slug, ...(state === 'deleted' && { state }) }}
          dir="auto"
          className="block truncate rounded-[4px] text-as-parent font-medium decoration-line-strong underline-offset-3 hover:underline"
        >
          {name}
        </Link>
        <span className="block text-meta text-muted">{onlyOwner ? t('admin.user.onlyOwner') : roleLabel(role)}</span>
      </span>
      {state !== 'open' && <Chip className="bg-warn-soft text-warn">{t(`admin.workspace.state.${state}`)}</Chip>}
    </li>
  )
}
