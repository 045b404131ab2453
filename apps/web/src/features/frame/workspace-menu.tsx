import type { Account } from '@carrel/api/schema/account'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Check, Plus } from 'lucide-react'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import { Menu, MenuContent, MenuItem, MenuLinkItem, MenuSeparator, MenuTrigger } from '#components/ui/menu.tsx'
import { goneOn, useRestoreWorkspace } from '#lib/deleted-workspaces.ts'
import { logoUrl } from '#lib/files.ts'
import { t } from '#lib/i18n.ts'
import { ownInvitationsQuery, ownInvitationText } from '#lib/own-invitations.ts'
import { roleLabel } from '#lib/role-label.ts'
import type { Workspace } from '#lib/workspace.ts'
import { workspaceButton, WorkspaceButtonFace } from './workspace-button.tsx'

/** Workspaces to which the reader is invited; they are accepted on the page of workspaces. */
function Invited() {
  const { data } = useQuery(ownInvitationsQuery)
  return data?.items.map((invitation) => (
    <MenuLinkItem key={invitation.id} closeOnClick render={<Link to="/workspaces" />}>
      <InitialsBadge kind="workspace" name={invitation.organizationName} className="bg-accent-soft text-accent" />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate leading-5 font-medium">
          {invitation.organizationName}
        </span>
        <span className="line-clamp-2 block text-meta leading-4 text-muted">{ownInvitationText(invitation)}</span>
        <span className="block text-meta leading-5 font-medium text-accent">{t('ownInvitation.look')}</span>
      </span>
    </MenuLinkItem>
  ))
}

/** The switcher of the left bar. */
export function WorkspaceMenu({ account, workspace }: { account: Account; workspace: Workspace | null }) {
  const restore = useRestoreWorkspace()
  const current = workspace?.organizationId
  return (
    <Menu>
      <MenuTrigger className={workspaceButton}>
        <WorkspaceButtonFace workspace={workspace} />
        <span className="sr-only">{t('switcher.action')}</span>
      </MenuTrigger>
      <MenuContent className="w-56">
        {account.memberships.map(({ organizationId, name, slug, logo, role }) => (
          <MenuLinkItem
            key={organizationId}
            closeOnClick
            aria-current={organizationId === current ? 'true' : undefined}
            render={<Link to="/w/$slug" params={{ slug }} />}
          >
            <WorkspaceBadge name={name} logo={logoUrl({ organizationId, logo })} />
            <span className="min-w-0 flex-1">
              <span dir="auto" className="block truncate leading-5 font-medium">
                {name}
              </span>
              <span className="block text-meta leading-4 text-muted">{roleLabel(role)}</span>
            </span>
            {organizationId === current && <Check aria-hidden size={16} className="text-accent" />}
          </MenuLinkItem>
        ))}
        <Invited />
        {account.suspended.map(({ organizationId, name, slug }) => (
          <MenuLinkItem key={organizationId} closeOnClick render={<Link to="/w/$slug" params={{ slug }} />}>
            <InitialsBadge kind="workspace" name={name} className="bg-soft-strong text-muted" />
            <span className="min-w-0 flex-1">
              <span dir="auto" className="block truncate leading-5 text-muted">
                {name}
              </span>
              <span className="block text-meta leading-4 text-warn">{t('suspended.short')}</span>
            </span>
          </MenuLinkItem>
        ))}
        {account.deleted.map((deleted) => (
          <MenuItem
            key={deleted.organizationId}
            aria-label={t('account.deleted.restoreNamed', { name: deleted.name })}
            onClick={() => restore.mutate(deleted)}
          >
            <InitialsBadge kind="workspace" name={deleted.name} className="bg-soft-strong text-muted" />
            <span className="min-w-0 flex-1">
              <span dir="auto" className="block truncate leading-5 text-muted">
                {t('account.deleted.name', { name: deleted.name })}
              </span>
              <span className="block text-meta leading-4 text-muted">{t('account.deleted.until', { date: goneOn(deleted) })}</span>
              <span className="block text-meta leading-5 font-medium text-accent">{t('account.deleted.restore')}</span>
            </span>
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuLinkItem closeOnClick render={<Link to="/workspaces/new" />}>
          <span className="grid size-7.5 place-items-center text-muted">
            <Plus aria-hidden size={17} />
          </span>
          {t('switcher.new')}
        </MenuLinkItem>
      </MenuContent>
    </Menu>
  )
}
