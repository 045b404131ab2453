import type { Account } from '@carrel/api/schema/account'
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { WorkspaceBadge } from '#components/workspace-badge.tsx'
import { logoUrl } from '#lib/files.ts'
import { roleLabel } from '#lib/role-label.ts'

export function WorkspaceList({ memberships }: Pick<Account, 'memberships'>) {
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-box border border-line bg-card">
      {memberships.map(({ organizationId, name, slug, logo, role }) => (
        <li key={organizationId}>
          <Link
            to="/w/$slug"
            params={{ slug }}
            className="flex min-h-16 items-center gap-3 px-4 py-2.5 outline-offset-[-3px] transition-colors duration-150 hover:bg-soft"
          >
            <WorkspaceBadge name={name} logo={logoUrl({ organizationId, logo })} className="size-9 text-small" />
            <span className="min-w-0 flex-1">
              <span dir="auto" className="block truncate text-as-parent font-medium">
                {name}
              </span>
              <span className="block text-meta text-muted">{roleLabel(role)}</span>
            </span>
            <ChevronRight aria-hidden size={17} className="shrink-0 text-muted rtl:rotate-180" />
          </Link>
        </li>
      ))}
    </ul>
  )
}
