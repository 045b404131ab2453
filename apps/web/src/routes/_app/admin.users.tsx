import { createFileRoute } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { UserFilter } from '#features/instance/users-page.tsx'
import { parseQuery } from '#features/search/query.ts'
import { isId } from '#lib/ids.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/instance/users-page.tsx')
const UsersPage = lazyComponent(load, 'UsersPage')

export const Route = createFileRoute('/_app/admin/users')({
  validateSearch: ({ q: typed, only, user }: Record<string, unknown>): UserFilter & { user?: string } => {
    const q = parseQuery(typed)
    return {
      ...(q !== '' && { q }),
      ...((only === 'banned' || only === 'operators') && { only }),
      ...(typeof user === 'string' && isId(user) && { user }),
    }
  },
  loader: () => void load(),
  component: UsersRoute,
})

function UsersRoute() {
  const { user, ...filter } = Route.useSearch()
  const navigate = Route.useNavigate()
  const open = (opened: string | undefined): void =>
    void navigate({ search: { ...filter, ...(opened !== undefined && { user: opened }) }, resetScroll: false })
  const narrow = useCallback((search: UserFilter) => void navigate({ search, replace: true }), [navigate])
  return <UsersPage filter={filter} opened={user} onFilter={narrow} onOpen={open} />
}
