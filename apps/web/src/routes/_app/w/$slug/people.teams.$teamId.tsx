import { createFileRoute } from '@tanstack/react-router'
import { requireId } from '#lib/ids.ts'
import { lazyComponent } from '#lib/lazy-component.ts'

const load = () => import('#features/people/team-page.tsx')
const TeamPage = lazyComponent(load, 'TeamPage')

export const Route = createFileRoute('/_app/w/$slug/people/teams/$teamId')({
  beforeLoad: ({ params }) => requireId(params.teamId),
  loader: () => void load(),
  component: TeamRoute,
})

function TeamRoute() {
  const { slug, teamId } = Route.useParams()
  const navigate = Route.useNavigate()
  return <TeamPage teamId={teamId} onDeleted={() => void navigate({ to: '/w/$slug/people/teams', params: { slug }, replace: true })} />
}
