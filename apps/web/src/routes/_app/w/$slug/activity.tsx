import { createFileRoute } from '@tanstack/react-router'
import { isDay, type ActivityFilter } from '#features/activity/filter.ts'
import { isAuditKind } from '#lib/audit-kinds.ts'
import { isId } from '#lib/ids.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/activity/activity-page.tsx')
const ActivityPage = lazyComponent(load, 'ActivityPage')

export const Route = createFileRoute('/_app/w/$slug/activity')({
  validateSearch: ({ by, kind, from, to }: Record<string, unknown>): ActivityFilter => {
    return {
      ...(typeof by === 'string' && isId(by) && { by }),
      ...(isAuditKind(kind) && { kind }),
      ...(isDay(from) && { from }),
      ...(isDay(to) && { to }),
    }
  },
  loader: () => void load(),
  component: ActivityRoute,
})

function ActivityRoute() {
  const filter = Route.useSearch()
  const navigate = Route.useNavigate()
  return <ActivityPage filter={filter} onFilter={(next) => void navigate({ search: next })} />
}
