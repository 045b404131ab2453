import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { WorkspaceFilter } from '#features/instance/workspaces-page.tsx'
import { parseQuery } from '#features/search/query.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/instance/workspaces-page.tsx')
const WorkspacesPage = lazyComponent(load, 'WorkspacesPage')

export const Route = createFileRoute('/_app/admin/workspaces')({
  validateSearch: ({ q: typed, state }: Record<string, unknown>): WorkspaceFilter => {
    const q = parseQuery(typed)
    return { ...(q !== '' && { q }), ...((state === 'suspended' || state === 'deleted') && { state }) }
  },
  loader: () => void load(),
  component: WorkspacesRoute,
})

function WorkspacesRoute() {
  const filter = Route.useSearch()
  const navigate = Route.useNavigate()
  const narrow = useCallback((search: WorkspaceFilter) => void navigate({ search, replace: true }), [navigate])
  return <WorkspacesPage filter={filter} onFilter={narrow} />
}
