import type { Member } from '@carrel/api/schema/members'
import type { Team } from '@carrel/api/schema/teams'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { UserRoundMinus, UserRoundPlus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Allowed } from '#components/allowed.tsx'
import { BackLink } from '#components/back-link.tsx'
import { ConfirmDialog } from '#components/confirm-dialog.tsx'
import { InitialsBadge } from '#components/initials-badge.tsx'
import { LoadMore } from '#components/load-more.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { NotFoundPage } from '#components/page-states.tsx'
import { EmptyShelf, ErrorNotice, Notice } from '#components/states.tsx'
import { Button, buttonVariants } from '#components/ui/button.tsx'
import { useCan } from '#lib/can.ts'
import { cn } from '#lib/class-names.ts'
import { t } from '#lib/i18n.ts'
import { usePageTitle } from '#lib/page-title.ts'
import { toast } from '#lib/toasts.ts'
import { useWorkspace } from '#lib/workspace.ts'
import { AddToTeam } from './add-to-team.tsx'
import { DeleteTeam } from './delete-team.tsx'
import { ListSkeleton } from '#components/list-skeleton.tsx'
import { useMemberList } from './member-list.ts'
import { teamFacts } from './team-facts.ts'
import { TeamNameDialog } from './team-name-dialog.tsx'
import { TeamMenu } from './team-menu.tsx'

export function TeamPage({ teamId, onDeleted }: { teamId: string; onDeleted: () => void }) {
  return (
    <Allowed permission="team:read">
      <OneTeam teamId={teamId} onDeleted={onDeleted} />
    </Allowed>
  )
}

function OneTeam({ teamId, onDeleted }: { teamId: string; onDeleted: () => void }) {
  const { api, slug } = useWorkspace()
  const can = useCan()
  const mayManage = can('team:manage')
  const mayAdd = mayManage && can('member:read')
  const { data: teams, error, refetch } = useQuery(api.teams.list.queryOptions())
  const [adding, setAdding] = useState(false)
  const [naming, setNaming] = useState<Team | null>(null)
  const [deleting, setDeleting] = useState<Team | null>(null)
  const team = teams?.find(({ id }) => id === teamId)
  usePageTitle(team?.name)
  if (teams && !team) return <NotFoundPage />
  if (error && !teams) return <ErrorNotice heading="h1" error={error} onRetry={() => void refetch()} />
  const add = (
    <Button onClick={() => setAdding(true)}>
      <UserRoundPlus aria-hidden size={16} />
      {t('team.add')}
    </Button>
  )
  return (
    <div className="max-w-3xl">
      <BackLink to="/w/$slug/people/teams" params={{ slug }}>
        {t('people.teams')}
      </BackLink>
      <PageHeading
        className="mt-2 mb-6"
        description={<span className="tabular">{team ? teamFacts(team) : '\u00a0'}</span>}
        actions={
          team && mayManage ? (
            <>
              {mayAdd && team.memberCount > 0 && add}
              <TeamMenu team={team} onRename={() => setNaming(team)} onDelete={() => setDeleting(team)} variant="outline" />
            </>
          ) : undefined
        }
      >
        {team?.name ?? '\u00a0'}
      </PageHeading>
      {team && can('member:read') ? <TeamMembers team={team} add={mayAdd ? add : undefined} /> : !team && <ListSkeleton rows={4} />}
      {team && mayAdd && <AddToTeam team={team} open={adding} onClose={() => setAdding(false)} />}
      <TeamNameDialog naming={naming} onClose={() => setNaming(null)} onCreated={() => undefined} />
      <DeleteTeam team={deleting} onClose={() => setDeleting(null)} onDeleted={onDeleted} />
    </div>
  )
}

function TeamMembers({ team, add }: { team: Team; add: ReactNode }) {
  const { api } = useWorkspace()
  const client = useQueryClient()
  const mayManage = useCan()('team:manage')
  const { list, members } = useMemberList({ teamId: team.id })
  const [leaving, setLeaving] = useState<Member | null>(null)
  const remove = useMutation(api.teams.removeMembers.mutationOptions())
  const close = () => {
    setLeaving(null)
    remove.reset()
  }
  if (list.isPending || list.isPlaceholderData) return <ListSkeleton rows={4} />
  if (!members) return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
  return (
    <>
      {members.length === 0 ? (
        <Notice title={t('team.empty.title')} art={<EmptyShelf />} action={add}>
          {t('team.empty.text')}
        </Notice>
      ) : (
        <ul aria-label={t('people.members')} className="divide-y divide-line rounded-box border border-line bg-card">
          {members.map((member) => (
            <li key={member.userId} className="flex items-center gap-3.5 py-2.5 pr-3 pl-4.5">
              <InitialsBadge kind="person" name={member.name} className="size-8 text-[0.72rem]" />
              <div className="min-w-0 flex-1">
                <p dir="auto" className="truncate font-medium">
                  {member.name}
                </p>
                {member.email !== null && <p className="truncate text-meta text-muted">{member.email}</p>}
              </div>
              {mayManage && (
                <button
                  type="button"
                  aria-label={t('team.remove', { name: member.name })}
                  title={t('team.remove.confirm')}
                  onClick={() => setLeaving(member)}
                  className={cn(buttonVariants({ variant: 'ghost', size: 'icon' }), 'text-muted hover:text-ink')}
                >
                  <UserRoundMinus aria-hidden size={17} />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <LoadMore list={list} />
      <ConfirmDialog
        subject={leaving}
        onClose={close}
        title={({ name }) => t('team.remove.question', { name, team: team.name })}
        text={() => t('team.remove.text')}
        confirm={t('team.remove.confirm')}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={({ userId, name }) =>
          remove.mutate(
            { teamId: team.id, userIds: [userId] },
            {
              onSuccess: () => {
                for (const key of [api.members.key(), api.teams.key()]) void client.invalidateQueries({ queryKey: key })
                toast(t('team.takenOut', { name }))
                close()
              },
            },
          )
        }
      />
    </>
  )
}
