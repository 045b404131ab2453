import type { Account } from '@carrel/api/schema/account'
import { Link } from '@tanstack/react-router'
import { Check, Plus } from 'lucide-react'
import { useState } from 'react'
import { DeletedWorkspaces } from '#components/deleted-workspaces.tsx'
import { OwnInvitations } from '#components/own-invitations.tsx'
import { SuspendedWorkspaces } from '#components/suspended-workspaces.tsx'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import { Drawer, DrawerContent, DrawerTitle, DrawerTrigger } from '#components/ui/drawer.tsx'
import { cn } from '#lib/class-names.ts'
import { logoUrl } from '#lib/files.ts'
import { t } from '#lib/i18n.ts'
import { roleLabel } from '#lib/role-label.ts'

const row = 'flex min-h-14 w-full items-center gap-3 rounded-box px-2.5 text-left active:bg-soft'

/** The switcher of the phone: a sheet from the lower edge. */
export function WorkspaceSheet({
  account,
  current,
  className,
}: {
  account: Account
  current: { organizationId: string; name: string; logo: string | null } | null
  className?: string
}) {
  const [open, setOpen] = useState(false)
  const close = (): void => setOpen(false)
  return (
    <Drawer open={open} onOpenChange={setOpen}>
      <DrawerTrigger className={cn('grid size-11 shrink-0 place-items-center rounded-box border border-line bg-card', className)}>
        <WorkspaceBadge name={current?.name ?? '·'} logo={current && logoUrl(current)} />
        <span className="sr-only">
          {current?.name} {t('switcher.action')}
        </span>
      </DrawerTrigger>
      <DrawerContent>
        <DrawerTitle>{t('switcher.title')}</DrawerTitle>
        <ul>
          {account.memberships.map(({ organizationId, name, slug, logo, role }) => (
            <li key={organizationId}>
              <Link
                to="/w/$slug"
                params={{ slug }}
                onClick={close}
                aria-current={organizationId === current?.organizationId ? 'true' : undefined}
                className={row}
              >
                <WorkspaceBadge name={name} logo={logoUrl({ organizationId, logo })} className="size-9 text-small" />
                <span className="min-w-0 flex-1">
                  <span dir="auto" className="block truncate font-medium">
                    {name}
                  </span>
                  <span className="block text-meta text-muted">{roleLabel(role)}</span>
                </span>
                {organizationId === current?.organizationId && <Check aria-hidden size={18} className="text-accent" />}
              </Link>
            </li>
          ))}
        </ul>
        <OwnInvitations onJoined={close} className="pt-2.5 pb-2.5" />
        <SuspendedWorkspaces workspaces={account.suspended} className="pb-1" />
        <DeletedWorkspaces workspaces={account.deleted} className="pb-2.5" />
        <Link to="/workspaces/new" onClick={close} className={cn(row, 'mt-1 border-t border-line')}>
          <span className="grid size-9 place-items-center text-muted">
            <Plus aria-hidden size={19} />
          </span>
          {t('switcher.new')}
        </Link>
      </DrawerContent>
    </Drawer>
  )
}
