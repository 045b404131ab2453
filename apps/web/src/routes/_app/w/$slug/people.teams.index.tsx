import { createFileRoute } from '@tanstack/react-router'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/people/teams-page.tsx')
const TeamsPage = lazyComponent(load, 'TeamsPage')

export const Route = createFileRoute('/_app/w/$slug/people/teams/')({ loader: () => void load(), component: TeamsRoute })

function TeamsRoute() {
  const { slug } = Route.useParams()
  const navigate = Route.useNavigate()
  return <TeamsPage onCreated={(teamId) => void navigate({ to: '/w/$slug/people/teams/$teamId', params: { slug, teamId } })} />
}
