import type { RoleRef } from '@carrel/api/schema/roles'
import { createFileRoute } from '@tanstack/react-router'
import { lazyComponent } from '#lib/lazy-component.ts'
import { isRoleRef } from '#lib/role-label.ts'

const load = () => import('#features/people/new-role-page.tsx')
const NewRolePage = lazyComponent(load, 'NewRolePage')

export const Route = createFileRoute('/_app/w/$slug/people/roles/new')({
  validateSearch: (search: Record<string, unknown>): { from?: RoleRef } => {
    const { from } = search
    return isRoleRef(from) ? { from } : {}
  },
  loader: () => void load(),
  component: NewRoleRoute,
})

function NewRoleRoute() {
  const { slug } = Route.useParams()
  const { from } = Route.useSearch()
  const navigate = Route.useNavigate()
  return <NewRolePage from={from} onCreated={() => void navigate({ to: '/w/$slug/people/roles', params: { slug }, replace: true })} />
}
