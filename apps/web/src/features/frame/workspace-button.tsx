import { ChevronsUpDown } from 'lucide-react'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import { logoUrl } from '#lib/files.ts'
import { t } from '#lib/i18n.ts'
import { roleLabel } from '#lib/role-label.ts'
import type { Workspace } from '#lib/workspace.ts'

export const workspaceButton =
  'flex min-h-12.5 w-full items-center gap-2.5 rounded-box border border-line bg-card px-2.5 py-1.5 text-left transition-colors duration-150 hover:border-line-strong data-popup-open:border-line-strong'

/** What the closed switcher shows. */
export function WorkspaceButtonFace({ workspace }: { workspace: Workspace | null }) {
  return (
    <>
      <WorkspaceBadge name={workspace?.name ?? '·'} logo={workspace && logoUrl(workspace)} />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="block truncate leading-5 font-semibold">
          {workspace?.name ?? t('switcher.none')}
        </span>
        {workspace && <span className="block text-meta leading-4 text-muted">{roleLabel(workspace.role)}</span>}
      </span>
      <ChevronsUpDown aria-hidden size={16} className="shrink-0 text-muted" />
    </>
  )
}
