import { Link } from '@tanstack/react-router'
import { ChevronRight, History, LogOut, UsersRound } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useCan } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { lazyComponent } from '#lib/lazy-component.ts'
import { roleLabel } from '#lib/role-label.ts'
import { useWorkspace } from '#lib/workspace.ts'

const LeaveWorkspace = lazyComponent(() => import('#features/people/leave-workspace.tsx'), 'LeaveWorkspace')

const row = 'flex min-h-13 w-full items-center gap-3 px-4.5 text-left hover:bg-soft/50'
const chevron = <ChevronRight aria-hidden size={17} className="text-muted rtl:rotate-180" />

/** What a person can do about the workspace that they are in; on a phone, the way to its people. */
export function MyWorkspace() {
  const { name, slug, role } = useWorkspace()
  const can = useCan()
  const [leaving, setLeaving] = useState(false)
  return (
    <section aria-labelledby="workspace-title">
      <h2 id="workspace-title" dir="auto" className="section-title">
        {name}
      </h2>
      <p className="mb-3 text-muted">{roleLabel(role)}</p>
      <div className="divide-y divide-line overflow-hidden rounded-box border border-line bg-card">
        {can('member:read') && (
          <Link to="/w/$slug/people" params={{ slug }} search={{}} className={row}>
            <UsersRound aria-hidden size={18} strokeWidth={1.7} className="text-muted" />
            <span className="flex-1">{t('nav.people')}</span>
            {chevron}
          </Link>
        )}
        {can('audit:read') && (
          <Link to="/w/$slug/activity" params={{ slug }} search={{}} className={row}>
            <History aria-hidden size={18} strokeWidth={1.7} className="text-muted" />
            <span className="flex-1">{t('nav.activity')}</span>
            {chevron}
          </Link>
        )}
        <button type="button" onClick={() => setLeaving(true)} className={row}>
          <LogOut aria-hidden size={18} strokeWidth={1.7} className="text-muted" />
          <span className="flex-1">{t('leave.open')}</span>
        </button>
      </div>
      <Suspense>
        <LeaveWorkspace open={leaving} onClose={() => setLeaving(false)} />
      </Suspense>
    </section>
  )
}
