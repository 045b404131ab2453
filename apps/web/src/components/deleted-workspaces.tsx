import { InitialsBadge } from '#components/initials-badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { type DeletedWorkspace, goneOn, useRestoreWorkspace } from '#lib/deleted-workspaces.ts'
import { t } from '#lib/i18n.ts'

/** What was deleted and can still be had back. */
export function DeletedWorkspaces({ workspaces, className }: { workspaces: readonly DeletedWorkspace[]; className?: string }) {
  const restore = useRestoreWorkspace()
  if (workspaces.length === 0) return null
  return (
    <ul aria-label={t('account.deleted.title')} className={className}>
      {workspaces.map((workspace) => (
        <li
          key={workspace.organizationId}
          className="mt-2.5 flex items-center gap-3 rounded-box border border-dashed border-line-strong px-4 py-3"
        >
          <InitialsBadge kind="workspace" name={workspace.name} className="size-9 bg-soft-strong text-small text-muted" />
          <span className="min-w-0 flex-1">
            <span dir="auto" className="line-clamp-2 text-as-parent [overflow-wrap:anywhere] font-medium">
              {t('account.deleted.name', { name: workspace.name })}
            </span>
            <span className="block text-meta text-muted">{t('account.deleted.until', { date: goneOn(workspace) })}</span>
          </span>
          <Button
            variant="outline"
            disabled={restore.isPending}
            aria-label={t('account.deleted.restoreNamed', { name: workspace.name })}
            onClick={() => restore.mutate(workspace)}
          >
            {t('account.deleted.restore')}
          </Button>
        </li>
      ))}
    </ul>
  )
}
