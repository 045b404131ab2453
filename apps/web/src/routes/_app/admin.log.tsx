import { createFileRoute } from '@tanstack/react-router'
import { isInstanceKind, isPeriod, type LogFilter } from '#features/instance/log-filter.ts'
import { isId } from '#lib/ids.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/instance/log-page.tsx')
const LogPage = lazyComponent(load, 'LogPage')

export const Route = createFileRoute('/_app/admin/log')({
  validateSearch: ({ by, kind, target, days }: Record<string, unknown>): LogFilter => ({
    ...(typeof by === 'string' && isId(by) && { by }),
    ...(isInstanceKind(kind) && { kind }),
    ...(typeof target === 'string' && isId(target) && { target }),
    ...(isPeriod(days) && { days }),
  }),
  loader: () => void load(),
  component: LogRoute,
})

function LogRoute() {
  const navigate = Route.useNavigate()
  return <LogPage filter={Route.useSearch()} onFilter={(search) => void navigate({ search })} />
}
