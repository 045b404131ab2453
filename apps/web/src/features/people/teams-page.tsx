import type { Team } from '@carrel/api/schema/teams'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { Allowed } from '#components/allowed.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Button } from '#components/ui/button.tsx'
import { useCan } from '#lib/can.ts'
import { t } from '#lib/i18n.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { DeleteTeam } from './delete-team.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { PeoplePage } from './people-page.tsx'
import { TeamNameDialog } from './team-name-dialog.tsx'
import { teamFacts } from './team-facts.ts'
import { TeamMenu } from './team-menu.tsx'

export function TeamsPage({ onCreated }: { onCreated: (teamId: string) => void }) {
  return (
    <Allowed permission="team:read">
      <Teams onCreated={onCreated} />
    </Allowed>
  )
}

function Teams({ onCreated }: { onCreated: (teamId: string) => void }) {
  const { api } = useWorkspace()
  const mayManage = useCan()('team:manage')
  const { data, error, isPending, refetch } = useQuery(api.teams.list.queryOptions())
  const [naming, setNaming] = useState<Team | 'new' | null>(null)
  const [deleting, setDeleting] = useState<Team | null>(null)
  const create = (
    <Button onClick={() => setNaming('new')}>
      <Plus aria-hidden size={16} />
      {t('team.new')}
    </Button>
  )
  return (
    <PeoplePage title={t('people.teams')} action={mayManage && data && data.length > 0 ? create : undefined}>
      {isPending ? (
        <ListSkeleton rows={3} />
      ) : !data ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data.length === 0 ? (
        <Notice title={t('teams.empty.title')} art={<EmptyShelf />} action={mayManage ? create : undefined}>
          {t(mayManage ? 'teams.empty.text' : 'teams.empty.memberText')}
        </Notice>
      ) : (
        <ul aria-label={t('people.teams')} className="divide-y divide-line rounded-box border border-line bg-card">
          {data.map((team) => (
            <TeamRow key={team.id} team={team} onRename={() => setNaming(team)} onDelete={() => setDeleting(team)} />
          ))}
        </ul>
      )}
      <TeamNameDialog naming={naming} onClose={() => setNaming(null)} onCreated={onCreated} />
      <DeleteTeam team={deleting} onClose={() => setDeleting(null)} />
    </PeoplePage>
  )
}

function TeamRow({ team, onRename, onDelete }: { team: Team; onRename: () => void; onDelete: () => void }) {
  const { slug } = useWorkspace()
  const mayManage = useCan()('team:manage')
  return (
    <li className="relative flex items-center gap-3.5 py-3 pr-3 pl-4.5 hover:bg-soft/50">
      <span aria-hidden className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-accent">
        <UsersRound size={16} />
      </span>
      <div className="min-w-0 flex-1">
        <Link
          to="/w/$slug/people/teams/$teamId"
          params={{ slug, teamId: team.id }}
          dir="auto"
          className="block truncate font-semibold after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {team.name}
        </Link>
        <p className="tabular text-meta text-muted">{teamFacts(team)}</p>
      </div>
      {mayManage && <TeamMenu team={team} onRename={onRename} onDelete={onDelete} variant="ghost" />}
    </li>
  )
}
