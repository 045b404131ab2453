import { createFileRoute } from '@tanstack/react-router'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/people/role-page.tsx')
const RolePage = lazyComponent(load, 'RolePage')

export const Route = createFileRoute('/_app/w/$slug/people/roles/$roleRef')({ loader: () => void load(), component: RoleRoute })

function RoleRoute() {
  const { slug, roleRef } = Route.useParams()
  const navigate = Route.useNavigate()
  return <RolePage roleRef={roleRef} onDeleted={() => void navigate({ to: '/w/$slug/people/roles', params: { slug }, replace: true })} />
}
