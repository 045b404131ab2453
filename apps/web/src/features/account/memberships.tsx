import type { Account, Membership } from '@carrel/api/schema/account'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Settings } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { DeletedWorkspaces } from '#components/deleted-workspaces.tsx'
import { FormError } from '#components/form-error.tsx'
import { SuspendedWorkspaces } from '#components/suspended-workspaces.tsx'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import {
  AlertDialog,
  AlertDialogClose,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogTitle,
  AlertDialogTrigger,
} from '#components/ui/alert-dialog.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { accountQuery } from '#lib/account.ts'
import { errorCode } from '#lib/error-text.ts'
import { logoUrl } from '#lib/files.ts'
import { t } from '#lib/i18n.ts'
import { roleLabel } from '#lib/role-label.ts'
import { workspaceApi, workspaceKey } from '#lib/rpc.ts'
import { toast } from '#lib/toasts.ts'

/** The workspaces somebody is in, and the way out of each. */
export function Memberships({ memberships, suspended, deleted }: Pick<Account, 'memberships' | 'suspended' | 'deleted'>) {
  const heading = useRef<HTMLHeadingElement>(null)
  const count = useRef(memberships.length)
  useEffect(() => {
    // The button that was pressed went with its row.
    if (memberships.length < count.current && document.activeElement === document.body) heading.current?.focus()
    count.current = memberships.length
  }, [memberships.length])
  return (
    <section aria-labelledby="memberships-title">
      <h2 id="memberships-title" ref={heading} tabIndex={-1} className="section-title outline-none">
        {t('switcher.title')}
      </h2>
      {memberships.length === 0 && suspended.length === 0 ? (
        <p className="mt-0.5 text-muted">
          {t('account.workspaces.none')}{' '}
          <Link to="/workspaces" className="rounded-[4px] text-ink underline decoration-line-strong underline-offset-3">
            {t('account.workspaces.what')}
          </Link>
        </p>
      ) : (
        <ul className="mt-3 divide-y divide-line rounded-box border border-line bg-card empty:hidden">
          {memberships.map((membership) => (
            <MembershipRow key={membership.organizationId} membership={membership} />
          ))}
        </ul>
      )}
      <SuspendedWorkspaces workspaces={suspended} />
      <DeletedWorkspaces workspaces={deleted} />
    </section>
  )
}

function MembershipRow({ membership }: { membership: Membership }) {
  const { name, slug, role, permissions } = membership
  return (
    <li className="flex min-h-16 items-center gap-3 px-4 py-2.5">
      <WorkspaceBadge name={name} logo={logoUrl(membership)} className="size-9 text-small" />
      <div className="min-w-0 flex-1">
        <Link
          to="/w/$slug"
          params={{ slug }}
          dir="auto"
          className="block truncate rounded-[4px] text-as-parent font-medium decoration-line-strong underline-offset-3 hover:underline"
        >
          {name}
        </Link>
        <p className="text-meta text-muted">{roleLabel(role)}</p>
      </div>
      <div className="flex shrink-0 gap-2">
        {permissions.includes('organization:update') && (
          <Link
            to="/w/$slug/settings"
            params={{ slug }}
            aria-label={t('settings.title', { name })}
            className={buttonVariants({ variant: 'ghost', size: 'icon', className: 'text-muted' })}
          >
            <Settings aria-hidden size={18} strokeWidth={1.8} />
          </Link>
        )}
        <LeaveWorkspace membership={membership} />
      </div>
    </li>
  )
}

function LeaveWorkspace({ membership }: { membership: Membership }) {
  const { organizationId, name, slug, permissions } = membership
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const leave = useMutation(
    workspaceApi(organizationId).members.leave.mutationOptions({
      onSuccess: async () => {
        toast(t('account.leave.done', { name }))
        setOpen(false)
        await client.fetchQuery({ ...accountQuery, staleTime: 0 })
        client.removeQueries({ queryKey: workspaceKey(organizationId) })
      },
    }),
  )
  const lastOwner = errorCode(leave.error) === 'LAST_OWNER'
  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) leave.reset()
      }}
    >
      <AlertDialogTrigger className={buttonVariants({ variant: 'outline' })} aria-label={t('account.leave.named', { name })}>
        {t('account.leave.open')}
      </AlertDialogTrigger>
      <AlertDialogContent>
        <AlertDialogTitle>{lastOwner ? t('account.leave.lastOwner', { name }) : t('account.leave.question', { name })}</AlertDialogTitle>
        <AlertDialogDescription>{t(lastOwner ? 'account.leave.lastOwnerText' : 'account.leave.consequence')}</AlertDialogDescription>
        <div className="mt-5 flex flex-col gap-4">
          {!lastOwner && <FormError error={leave.error} />}
          <div className="flex flex-wrap justify-end gap-2">
            <AlertDialogClose className={buttonVariants({ variant: 'outline' })}>
              {t(lastOwner ? 'account.leave.stay' : 'action.cancel')}
            </AlertDialogClose>
            {lastOwner ? (
              permissions.includes('organization:delete') && (
                <Link to="/w/$slug/settings" params={{ slug }} className={buttonVariants()}>
                  {t('account.leave.settings')}
                </Link>
              )
            ) : (
              <Button variant="danger" disabled={leave.isPending} onClick={() => leave.mutate(undefined)}>
                {leave.isPending ? t('action.working') : t('account.leave.confirm')}
              </Button>
            )}
          </div>
        </div>
      </AlertDialogContent>
    </AlertDialog>
  )
}
